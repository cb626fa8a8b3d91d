"""The gateway with its ledger on a real Redis that dies in the middle."""

import asyncio
from datetime import UTC, datetime

import pytest
from inquest.contracts.latest import LogsRequest, LogsResponse, Query, ToolRequest, Window
from inquest.contracts.topology import GATEWAY_JOURNAL, PAYLOADS
from inquest.gateway.board import HealthBoard
from inquest.gateway.budget import Purse
from inquest.gateway.calls import NOT_COUNTED, Calls
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.retry import RetryPolicy
from inquest.gateway.journal import Journal
from inquest.gateway.ports import Context, Interface, ProviderError
from inquest.gateway.reader import Reader
from inquest.ledger import Account, Spent
from inquest.ledger.redis import RedisLedger
from inquest.testkit.fixtures import until

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
ACME = Account("acme", "inv")


class Provider:
    """Answers, unless it is broken; runs what it was given before it answers."""

    def __init__(self) -> None:
        self.asked = 0
        self.broken = False
        self.before = asyncio.Event()
        self.before.set()

    async def call(self, _request: LogsRequest, _context: Context) -> Fetched:
        self.asked += 1
        await self.before.wait()
        if self.broken:
            raise ProviderError("unreachable", "refused")
        return Fetched(LogsResponse(), "all logs")

    def describe(self):
        return ()

    async def probe(self) -> None:
        return


@pytest.fixture
async def ledger(redis_server):
    made = RedisLedger(redis_server.url)
    yield made
    await made.close()


@pytest.fixture
def provider():
    return Provider()


@pytest.fixture
def ask(memory_bus, ledger, provider):
    clock = lambda: datetime.now(UTC)  # noqa: E731 - a name for the port
    journal = Journal(memory_bus.kv(GATEWAY_JOURNAL), "one", 5)
    reader = Reader(HealthBoard(ledger), RetryPolicy())
    calls = Calls(journal, Purse(ledger), reader, memory_bus.objects(PAYLOADS), clock)
    interface = Interface("acme/loki", "loki", frozenset({"logs"}), provider, retries_max=0, failures_max=2)

    async def asked(step_id: str, timeout_ms: int = 20_000, calls_max: int = 60):
        query = Query(window=Window(start=T0, end=T0))
        request = ToolRequest(
            tenant="acme",
            investigation_id="inv",
            step_id=step_id,
            domain="logs",
            query=query,
            timeout_ms=timeout_ms,
            calls_max=calls_max,
        )
        return await calls.make(request, step_id, [interface])

    return asked


async def test_nothing_is_read_while_nobody_can_count_and_the_reason_is_recorded(ask, redis_server, provider):
    await redis_server.kill()
    result = await ask("one", timeout_ms=400)
    assert (result.status, provider.asked) == ("failed", 0)
    assert result.reason.startswith(f"{NOT_COUNTED}: redis at 127.0.0.1:{redis_server.port}")
    assert await ask("one") == result.model_copy(update={"recorded": True})


async def test_a_call_waits_for_a_ledger_that_comes_back(ask, redis_server, ledger):
    await redis_server.kill()
    waiting = asyncio.create_task(ask("one"))
    await redis_server.start()
    assert (await waiting).status == "ok"
    assert (await ledger.spent(ACME)).calls == 1


async def test_an_answer_outlives_the_ledger_and_its_bytes_are_paid_later(ask, redis_server, provider, ledger):
    provider.before.clear()
    reading = asyncio.create_task(ask("one"))
    await until(lambda: provider.asked == 1)
    await redis_server.kill()
    provider.before.set()
    first = await reading
    assert first.status == "ok"
    await redis_server.start()
    second = await ask("two")
    assert await ledger.spent(ACME) == Spent(1, first.size_bytes + second.size_bytes)


async def test_the_budget_counts_on_redis(ask):
    assert (await ask("one", calls_max=1)).status == "ok"
    refused = await ask("two", calls_max=1)
    assert (refused.status, refused.reason) == ("refused", "over budget: the investigation has made 1 of 1 calls")


async def test_without_the_ledger_each_gateway_goes_by_what_it_saw(redis_server, ledger, provider):
    board = HealthBoard(ledger)
    interface = Interface("acme/loki", "loki", frozenset({"logs"}), provider, failures_max=2)
    await board.failed(interface, "refused")
    await redis_server.kill()
    await board.failed(interface, "refused")
    seen = await board.get(interface)
    assert (seen.failures, seen.rests_s > 0) == (2, True)
    await board.succeeded(interface)
    assert (await board.get(interface)).failures == 0


async def test_one_gateway_learns_from_another_that_a_provider_rests(ledger, provider):
    interface = Interface("acme/loki", "loki", frozenset({"logs"}), provider, failures_max=1)
    one, two = HealthBoard(ledger), HealthBoard(ledger)
    await one.failed(interface, "refused")
    seen = await two.get(interface)
    assert (seen.reason, seen.rests_s > 0) == ("refused", True)
    await two.succeeded(interface)

    async def told() -> bool:
        return (await one.get(interface)).failures == 0

    await until(told)
