"""The journal and the budget on a real server, with two gateways."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from inquest.audit import AuditLog
from inquest.bus.bus import Bus
from inquest.contracts.latest import LogsRequest, LogsResponse, Query, ToolRequest, Window
from inquest.contracts.subjects import TOOL_CALL, TOOL_CALLED
from inquest.contracts.topology import GATEWAY_JOURNAL, GATEWAY_LEDGER, PAYLOADS
from inquest.gateway.board import HealthBoard
from inquest.gateway.budget import Purse
from inquest.gateway.calls import Calls
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.request import call_id
from inquest.gateway.domain.retry import RetryPolicy
from inquest.gateway.handlers import Handlers
from inquest.gateway.journal import Journal
from inquest.gateway.ports import Context, Interface, ProviderError
from inquest.gateway.reader import Reader
from inquest.ledger import open_ledger
from inquest.testkit.fixtures import until

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
LEASE_S = 0.6


@dataclass
class CountingProvider:
    """Answers when it is let; counts how often it was asked."""

    asked: int = 0
    failing: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def call(self, _request: LogsRequest, _context: Context) -> Fetched:
        self.asked += 1
        if self.failing:
            raise ProviderError("unreachable", "connection refused")
        await self.gate.wait()
        return Fetched(LogsResponse(), "all logs")

    def describe(self):
        return ()

    async def probe(self) -> None:
        return


@dataclass
class FixedDirectory:
    """The same interfaces for every tenant."""

    found: list[Interface]

    async def interfaces(self, _tenant: str, domain: str) -> list[Interface]:
        return [one for one in self.found if domain in one.domains]

    async def all(self, _tenant: str) -> list[Interface]:
        return self.found

    def probed(self) -> list[Interface]:
        return self.found


def interface(name: str, provider: CountingProvider, priority: int = 100) -> Interface:
    return Interface(name, name, frozenset({"logs"}), provider, priority, retries_max=0)


def gateway(bus: Bus, owner: str, *interfaces: Interface) -> Handlers:
    clock = lambda: datetime.now(UTC)  # noqa: E731 - a name for the port, used three times
    ledger = open_ledger("", None, bus, bus.kv(GATEWAY_LEDGER))
    calls = Calls(
        Journal(bus.kv(GATEWAY_JOURNAL), owner, LEASE_S),
        Purse(ledger),
        Reader(HealthBoard(ledger), RetryPolicy()),
        bus.objects(PAYLOADS),
        clock,
    )
    return Handlers(bus, FixedDirectory(list(interfaces)), calls, clock, AuditLog(bus, "gateway"))


def request(step_id: str = "step", **limits) -> ToolRequest:
    query = Query(window=Window(start=T0, end=T0), services=(step_id,))  # each step asks for something else
    return ToolRequest(tenant="acme", investigation_id="inv", step_id=step_id, domain="logs", query=query, **limits)


@pytest.fixture
def provider() -> CountingProvider:
    return CountingProvider()


async def test_the_same_request_twice_is_one_call_of_the_provider(bus, nats_server, provider):
    provider.gate.set()
    server = Bus(nats_server.url, "gateway")
    server.reply(TOOL_CALL, gateway(server, "one", interface("loki", provider)).on_tool_call)
    await server.connect()
    try:
        await server.ping()  # the subscription has reached the server
        results = [await bus.request(TOOL_CALL, request(), timeout_s=5, domain="logs", tenant="acme") for _ in range(2)]
    finally:
        await server.close()
    first, again = results
    assert (first.status, first.recorded, provider.asked) == ("ok", False, 1)
    assert again == first.model_copy(update={"recorded": True})
    records = await bus.read(TOOL_CALLED, tenant="acme", investigation="inv")
    assert [one.message.call_id for one in records] == [first.call_id]


async def test_a_call_asked_again_when_the_server_forgot_its_record_has_one_record(bus, provider):
    provider.gate.set()
    handlers, js = gateway(bus, "one", interface("loki", provider)), bus.connection.js
    config = (await js.stream_info("TOOLCALLS")).config
    await js.update_stream(config.evolve(duplicate_window=0.1))
    await handlers.on_tool_call(request())
    probe = ("evt.tool.called.v1.acme.other", b"", {"Nats-Msg-Id": "probe"})
    await js.publish(probe[0], probe[1], headers=probe[2])

    async def is_forgotten() -> bool:
        return not (await js.publish(probe[0], probe[1], headers=probe[2])).duplicate

    await until(is_forgotten)
    assert (await handlers.on_tool_call(request())).recorded
    assert len(await bus.read(TOOL_CALLED, tenant="acme", investigation="inv")) == 1


async def test_two_gateways_asked_at_once_make_one_call(bus, provider):
    one, two = (gateway(bus, owner, interface("loki", provider)) for owner in ("one", "two"))
    tasks = [asyncio.create_task(each.on_tool_call(request())) for each in (one, two, one, two)]
    await until(lambda: provider.asked == 1)
    provider.gate.set()
    results = await asyncio.gather(*tasks)
    assert provider.asked == 1
    assert sorted(result.recorded for result in results) == [
        False,
        False,
        True,
        True,
    ]  # two waited with who asked first

    async def is_counted_once() -> bool:
        return await bus.add("acme", "inv", "calls", amount=0) == 1

    await until(is_counted_once)  # what the other gateway had reserved is given back behind its answer
    assert len(await bus.read(TOOL_CALLED, tenant="acme", investigation="inv")) == 1


async def test_a_call_that_was_in_flight_when_its_gateway_died_is_repeated_and_counted(bus, provider):
    one = gateway(bus, "one", interface("loki", provider))
    dying = asyncio.create_task(one._answered(request(), call_id(request())))
    await until(lambda: provider.asked == 1)
    dying.cancel()  # as a killed process: the intent stays, nobody renews its lease
    await asyncio.wait([dying])
    provider.gate.set()
    result = await gateway(bus, "two", interface("loki", provider)).on_tool_call(request())
    assert (result.status, result.repeated, provider.asked) == ("ok", True, 2)
    assert await bus.add("acme", "inv", "calls", amount=0) == 2
    [record] = await bus.read(TOOL_CALLED, tenant="acme", investigation="inv")
    assert record.message.repeated


async def test_a_slow_call_keeps_its_lease(bus, provider):
    slow = asyncio.create_task(gateway(bus, "one", interface("loki", provider)).on_tool_call(request()))
    await until(lambda: provider.asked == 1)
    second = asyncio.create_task(gateway(bus, "two", interface("loki", provider)).on_tool_call(request()))
    done, _ = await asyncio.wait([second], timeout=2.5 * LEASE_S)
    assert not done
    provider.gate.set()
    assert not (await slow).repeated
    assert (await second).recorded
    assert provider.asked == 1


async def test_a_failing_provider_is_replaced_by_the_next(bus, provider):
    provider.gate.set()
    broken = CountingProvider(failing=True)
    handlers = gateway(bus, "one", interface("loki", provider), interface("main", broken, priority=200))
    result = await handlers.on_tool_call(request())
    assert (result.status, result.provider) == ("degraded", "loki")
    assert [(one.provider, one.status) for one in result.attempts] == [("main", "failed"), ("loki", "ok")]
    again = await handlers.on_tool_call(request())
    assert (again.recorded, broken.asked, provider.asked) == (True, 1, 1)


async def test_the_budget_is_shared_by_all_gateways(bus, provider):
    provider.gate.set()
    gateways = [gateway(bus, owner, interface("loki", provider)) for owner in ("one", "two")]
    results = await asyncio.gather(
        *(gateways[number % 2].on_tool_call(request(f"step-{number}", calls_max=5)) for number in range(12))
    )
    assert sorted(result.status for result in results) == ["ok"] * 5 + ["refused"] * 7
    assert provider.asked == 5
    assert await bus.add("acme", "inv", "calls", amount=0) == 5
