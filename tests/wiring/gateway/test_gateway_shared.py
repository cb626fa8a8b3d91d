"""What several calls ask at the same time, or shortly one after the other, is read once, whichever gateway is asked."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import LogsResponse, Query, ToolRequest, Window
from inquest.contracts.topology import GATEWAY_JOURNAL, GATEWAY_LEDGER, GATEWAY_SHARED, PAYLOADS
from inquest.gateway.board import HealthBoard
from inquest.gateway.budget import Purse
from inquest.gateway.calls import Calls
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.request import call_id
from inquest.gateway.domain.retry import RetryPolicy
from inquest.gateway.journal import Journal
from inquest.gateway.ports import Interface, ProviderError
from inquest.gateway.reader import Reader
from inquest.gateway.shared import Shared
from inquest.ledger import Account, Spent
from inquest.ledger.nats import BusLedger
from inquest.testkit.fixtures import until

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
LEASE_S = 0.3


@dataclass
class CountingProvider:
    """Answers when it is let; counts how often it was asked."""

    asked: int = 0
    error: ProviderError | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def call(self, _request, _context) -> Fetched:
        self.asked += 1
        await self.gate.wait()
        if self.error:
            raise self.error
        return Fetched(LogsResponse(services=["a"], messages=["b"], times=[1.0]), "all logs")


@pytest.fixture
def provider() -> CountingProvider:
    provider = CountingProvider()
    provider.gate.set()
    return provider


@pytest.fixture
def loki(provider) -> Interface:
    return Interface("acme/loki", "loki", frozenset({"logs"}), provider, retries_max=0, revision="1", shares=True)


@pytest.fixture
def gateway(memory_bus):
    def make(owner: str, kv=None) -> Calls:
        ledger = BusLedger(memory_bus, memory_bus.kv(GATEWAY_LEDGER))
        answers = kv or memory_bus.kv(GATEWAY_SHARED)
        return Calls(
            Journal(memory_bus.kv(GATEWAY_JOURNAL), owner, LEASE_S),
            Purse(ledger),
            Reader(HealthBoard(ledger), RetryPolicy()),
            memory_bus.objects(PAYLOADS),
            lambda: datetime.now(UTC),
            shared=Shared(answers, Journal(answers, owner, LEASE_S)),
        )

    return make


def asked(number: int, *, tenant: str = "acme", **query) -> ToolRequest:
    query = {"window": Window(start=T0, end=T0), "services": ("a", "b")} | query
    return ToolRequest(
        tenant=tenant, investigation_id=f"inv-{number}", step_id=f"s-{number}", domain="logs", query=Query(**query)
    )


async def make(gateway: Calls, request: ToolRequest, interface: Interface):
    result = await gateway.make(request, call_id(request), [interface])
    if gateway.shared:
        await gateway.shared.aclose()
    return result


async def test_a_storm_asks_once_and_each_investigation_pays(memory_bus, gateway, provider, loki):
    gateways = [gateway("one"), gateway("two")]
    provider.gate.clear()
    calls = [asyncio.create_task(make(gateways[n % 2], asked(n), loki)) for n in range(40)]
    await until(lambda: provider.asked == 1)
    provider.gate.set()
    results = await asyncio.gather(*calls)
    assert provider.asked == 1
    assert {one.status for one in results} == {"ok"}
    assert [one.shared for one in results].count(False) == 1
    assert len({one.payload_sha256 for one in results}) == 1
    assert {one.call_id for one in results} == {call_id(asked(n)) for n in range(40)}
    assert all(bool(one.attempts) != one.shared for one in results)
    ledger = BusLedger(memory_bus, memory_bus.kv(GATEWAY_LEDGER))
    size_bytes = results[0].size_bytes
    assert [await ledger.spent(Account("acme", f"inv-{n}")) for n in range(40)] == [Spent(1, size_bytes)] * 40


async def test_who_asks_later_hears_when_it_was_read(gateway, provider, loki):
    first = await make(gateway("one"), asked(1), loki)
    later = await make(gateway("two"), asked(2, services=("b", "a")), loki)
    assert provider.asked == 1
    assert (later.shared, later.fetched_at) == (True, first.fetched_at)


@pytest.mark.parametrize(
    "other",
    [{"services": ("a",)}, {"text": "x"}, {"rows_max": 5}, {"window": Window(start=T0, end=T0.replace(hour=15))}],
)
async def test_another_question_is_another_answer(gateway, provider, loki, other):
    await make(gateway("one"), asked(1), loki)
    assert not (await make(gateway("one"), asked(2, **other), loki)).shared
    assert provider.asked == 2


async def test_no_tenant_is_served_what_another_read(gateway, provider, loki):
    await make(gateway("one"), asked(1), loki)
    result = await make(gateway("one"), asked(2, tenant="globex"), loki)
    assert (provider.asked, result.shared) == (2, False)


async def test_another_configuration_reads_anew(gateway, provider, loki):
    await make(gateway("one"), asked(1), loki)
    await make(gateway("one"), asked(2), replace(loki, revision="2"))
    assert provider.asked == 2
    await make(gateway("one"), asked(3), replace(loki, turn=1))  # another side leads since then
    assert provider.asked == 3


async def test_what_must_not_be_shared_is_not(gateway, provider, loki):
    alone = replace(loki, shares=False)
    for number in range(2):
        assert not (await make(gateway("one"), asked(number), alone)).shared
    assert provider.asked == 2


async def test_a_failure_is_nobody_elses(gateway, provider, loki):
    provider.error = ProviderError("malformed", "nonsense")
    assert (await make(gateway("one"), asked(1), loki)).status == "failed"
    provider.error = None
    result = await make(gateway("two"), asked(2), loki)
    assert (result.status, result.shared, provider.asked) == ("ok", False, 2)


async def test_a_gateway_that_died_while_reading_is_taken_over_from(gateway, provider, loki):
    dead = Shared((journal := gateway("dead").shared.journal).kv, journal)
    await journal.claim((key := "acme.key"), 0)
    began = asyncio.get_running_loop().time()

    async def read():
        return await make(gateway("two"), asked(9), loki)

    result = await replace(dead, journal=gateway("two").shared.journal).ask(key, 10.0, read)
    assert result.status == "ok"
    assert asyncio.get_running_loop().time() - began >= LEASE_S


async def test_whatever_is_wrong_with_sharing_the_source_is_asked(gateway, provider, loki):
    class Gone:
        async def create(self, *_):
            raise RetryLater("no such bucket")

    for number in range(2):
        result = await make(gateway("one", Gone()), asked(number), loki)
        assert (result.status, result.shared) == ("ok", False)
    assert provider.asked == 2


async def test_who_waits_too_long_for_another_reads_itself(gateway, provider, loki):
    one = gateway("one")
    claim = await one.shared.journal.claim("acme.key", 0)
    async with one.shared.journal.held(claim):

        async def read():
            return await make(gateway("two"), asked(9), loki)

        result = await gateway("two").shared.ask("acme.key", 0.1, read)
    assert (result.status, provider.asked) == ("ok", 1)
