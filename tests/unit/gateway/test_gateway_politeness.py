"""A back end is asked as often and as much at once as it may be, by all gateways together."""

import asyncio
import time

import pytest
from inquest.config.kinds.loki import LokiProvider
from inquest.config.kinds.received import ReceivedProvider
from inquest.contracts.latest import LogsRequest, LogsResponse, Window
from inquest.contracts.topology import GATEWAY_LEDGER
from inquest.gateway.adapters.directory import backend_of
from inquest.gateway.board import HealthBoard
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.retry import RetryPolicy
from inquest.gateway.governors import REST_S_MAX, Governors, Unasked
from inquest.gateway.ports import Interface, ProviderError
from inquest.gateway.reader import Reader
from inquest.ledger import Governor, LedgerAway
from inquest.ledger.nats import BusLedger
from inquest.testkit.fixtures import until

BACKEND = "http://loki:3100 "
T0 = "2026-03-01T14:00:00Z"
QUERY = LogsRequest(window=Window(start=T0, end=T0))
ANSWER = Fetched(LogsResponse(), "all logs")


class Source:
    """Counts who is with it, and does what its script says; the last line repeats."""

    def __init__(self, *script) -> None:
        self.script = list(script) or [ANSWER]
        self.starts: list[float] = []
        self.now = self.most = 0

    async def call(self, _request, _context) -> Fetched:
        self.starts.append(time.monotonic())
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.005)
        self.now -= 1
        line = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(line, Exception):
            raise line
        return line

    async def probe(self) -> None:
        raise AssertionError("left alone")


class Away:
    """A ledger that does not answer."""

    async def take(self, *_) -> float:
        raise LedgerAway("gone")

    health = failed = succeeded = give_back = rest = take


def source(provider, *, name="loki", places_max=2, per_s=10_000.0, **rules) -> Interface:
    governor = Governor(places_max, per_s, burst=places_max, lease_s=30)
    return Interface(
        f"acme/{name}",
        name,
        frozenset({"logs"}),
        provider,
        backend=BACKEND,
        governor=governor,
        **{"retries_max": 0} | rules,
    )


@pytest.fixture
def replica(memory_bus):
    def make(ledger=None) -> Reader:
        ledger = ledger or BusLedger(memory_bus, memory_bus.kv(GATEWAY_LEDGER))
        board = HealthBoard(ledger)
        return Reader(board, RetryPolicy(0.001, 0.002), governors=Governors(board, ledger))

    return make


async def read(reader: Reader, *interfaces: Interface, left_s: float = 5.0):
    return await reader.read(interfaces, QUERY, tenant="acme", domain="logs", left_s=left_s)


async def test_all_gateways_together_keep_to_the_places(replica):
    provider = Source()
    readers = [replica(), replica()]
    readings = await asyncio.gather(*(read(readers[n % 2], source(provider)) for n in range(30)))
    assert {one.status for one in readings} == {"ok"}
    assert (len(provider.starts), provider.most) == (30, 2)


async def test_all_gateways_together_keep_to_the_rate(replica):
    provider = Source()
    readers = [replica(), replica()]
    await asyncio.gather(*(read(readers[n % 2], source(provider, per_s=50)) for n in range(22)))
    took_s = max(provider.starts) - min(provider.starts)
    assert took_s >= 0.9 * (22 - 2) / 50  # a place may begin at once; the rest are spaced


async def test_a_place_serves_many_calls_for_one_question_to_the_ledger(replica, memory_bus):
    reader = replica()
    places = memory_bus.kv(GATEWAY_LEDGER)
    await read(reader, source(Source()))
    before = {key: (await places.get(key)).revision for key in await places.keys() if key.startswith("governor.")}
    for _ in range(20):
        await read(reader, source(Source()))
    after = {key: (await places.get(key)).revision for key in await places.keys() if key.startswith("governor.")}
    assert before == after
    assert len(before) == 1


async def test_places_are_given_back(replica):
    one, two = replica(), replica()
    await asyncio.gather(*(read(one, source(Source())) for _ in range(2)))
    provider = Source()
    await one.governors.aclose()
    await read(two, source(provider))
    assert len(provider.starts) == 1


async def test_who_gets_no_turn_in_time_hears_so_and_the_source_is_not_blamed(replica):
    one, two = replica(), replica()
    gate = asyncio.Event()

    class Slow(Source):
        async def call(self, _request, _context) -> Fetched:
            self.now += 1
            await gate.wait()
            return ANSWER

    slow = Slow()
    holding = [asyncio.create_task(read(one, source(slow))) for _ in range(2)]
    await until(lambda: slow.now == 2)
    reading = await read(two, source(slow, name="other"), left_s=0.1)
    assert reading.status == "failed"
    assert "at most 2 calls at once" in reading.reason
    assert (await two.health.get(source(slow, name="other"))).failures == 0
    gate.set()
    assert {(await one).status for one in holding} == {"ok"}


async def test_who_asks_for_a_pause_is_left_alone_by_every_gateway(replica):
    one, two = replica(), replica()
    provider = Source(ProviderError("limited", "HTTP 429", retry_after_s=40.0))
    spare = Interface("acme/spare", "spare", frozenset({"logs"}), Source(), priority=1)
    assert (await read(one, source(provider), spare)).provider == "spare"
    reading = await read(two, source(provider, name="same-api"), spare)
    assert (reading.provider, reading.status) == ("spare", "degraded")
    assert "left alone for another 4" in reading.reason or "left alone for another 39" in reading.reason
    assert "HTTP 429" in reading.reason
    assert len(provider.starts) == 1
    assert (await two.health.get(source(provider))).failures == 0  # a pause is no illness
    await two.probe(source(provider))  # not even a probe


async def test_a_short_pause_is_waited_for(replica):
    reader = replica()
    provider = Source(ProviderError("limited", "HTTP 429", retry_after_s=0.1), ANSWER)
    began_s = time.monotonic()
    reading = await read(reader, source(provider, retries_max=1))
    assert [one.status for one in reading.attempts] == ["failed", "ok"]
    assert time.monotonic() - began_s >= 0.1


async def test_no_source_is_left_alone_for_ever(replica):
    reader = replica()
    await read(reader, source(Source(ProviderError("limited", "HTTP 429", retry_after_s=86_400.0))))
    assert (await reader.health.resting(BACKEND)).rests_s <= REST_S_MAX


async def test_while_the_ledger_is_away_each_gateway_keeps_to_the_limit_by_itself(replica):
    provider = Source()
    reader = replica(Away())
    await asyncio.gather(*(read(reader, source(provider)) for _ in range(10)))
    assert (len(provider.starts), provider.most) == (10, 2)
    await reader.governors.aclose()


async def test_after_its_rest_one_call_of_all_gateways_tries_it(replica):
    readers = [replica(), replica()]
    gate = asyncio.Event()

    class Ill(Source):
        async def call(self, _request, _context) -> Fetched:
            self.starts.append(0)
            if len(self.starts) == 1:
                raise ProviderError("unreachable", "refused")
            await gate.wait()
            return ANSWER

    ill = Ill()
    one = source(ill, failures_max=1, reset_s=0.01)
    assert (await read(readers[0], one)).status == "failed"
    await asyncio.sleep(0.02)
    calls = [asyncio.create_task(read(readers[n % 2], one)) for n in range(6)]
    done, _ = await asyncio.wait(calls, timeout=0.3)
    assert {call.result().reason.rpartition("; ")[2] for call in done} == {"another call is trying it"}
    assert (len(done), len(ill.starts)) == (5, 2)
    gate.set()
    readings = [await call for call in calls]
    assert sorted(one.status for one in readings) == ["failed"] * 5 + ["ok"]
    assert (await read(readers[1], one)).status in {"ok", "failed"}
    assert (await read(readers[0], one)).status == "ok"


async def test_a_half_open_provider_is_not_asked_twice(replica):
    reader = replica()
    ill = Source(ProviderError("unreachable", "refused"))
    one = source(ill, failures_max=1, reset_s=0.01, retries_max=3)
    await read(reader, one)
    asked = len(ill.starts)
    await asyncio.sleep(0.3)
    await read(reader, one)
    assert len(ill.starts) == asked + 1


async def test_what_has_no_back_end_has_no_limit():
    governors = Governors(HealthBoard())
    async with governors.turn(Interface("acme/pack", "pack", frozenset(), Source()), time.monotonic()):
        pass


async def test_an_unasked_source_keeps_its_turn_free(replica):
    reader = replica()
    await reader.health.rest(BACKEND, 30.0, "HTTP 429")
    with pytest.raises(Unasked) as caught:
        async with reader.governors.turn(source(Source()), time.monotonic() + 5):
            pass
    assert caught.value.retry_after_s == pytest.approx(30, abs=1)


def loki(**settings) -> LokiProvider:
    return LokiProvider(
        name="l", kind="loki", settings={"url": "http://Loki:3100/x", "selector": '{a=~".+"}', **settings}
    )


def test_what_is_the_same_back_end():
    token = {"auth": {"kind": "bearer", "token": "env:TOKEN"}}
    assert backend_of("acme", loki()) == backend_of("globex", loki(redirect_hosts=["a"])) == BACKEND
    assert backend_of("acme", loki(**token)) != BACKEND
    received = ReceivedProvider(name="r", kind="received")
    assert backend_of("acme", received) != backend_of("globex", received)
