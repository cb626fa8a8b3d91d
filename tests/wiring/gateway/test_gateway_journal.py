import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from inquest.contracts.errors import Conflict, RetryLater
from inquest.contracts.latest import ToolResult
from inquest.gateway.journal import Claim, Journal
from inquest.testkit.fixtures import until
from inquest.testkit.memory_stores import MemoryKeyValue

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
KEY = "acme.call"
LEASE_S = 5.0


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kv() -> MemoryKeyValue:
    return MemoryKeyValue()


@pytest.fixture
def one(kv, clock) -> Journal:
    return Journal(kv, "one", clock, LEASE_S)


@pytest.fixture
def two(kv, clock) -> Journal:
    return Journal(kv, "two", clock, LEASE_S)


def result(reason: str = "") -> ToolResult:
    return ToolResult(call_id="call", domain="logs", status="ok", reason=reason)


async def test_a_recorded_call_is_answered_by_every_gateway_for_ever(one, two, clock):
    claim = await one.claim(KEY, 0)
    assert isinstance(claim, Claim)
    assert await one.record(claim, result()) == result()
    clock.advance(1_000_000)
    assert await one.claim(KEY, 0) == await two.claim(KEY, 0) == result()


async def test_a_live_intent_is_waited_for_within_bounds(one, two):
    await one.claim(KEY, 0)
    with pytest.raises(RetryLater, match="being made by another gateway"):
        await two.claim(KEY, 0.03)


async def test_who_waits_gets_the_result(one, two):
    claim = await one.claim(KEY, 0)
    waiting = asyncio.create_task(two.claim(KEY, 5))
    await one.record(claim, result("by one"))
    assert (await waiting).reason == "by one"


async def test_a_dead_intent_is_taken_over_once_and_counted(one, two, clock):
    await one.claim(KEY, 0)
    clock.advance(LEASE_S)
    claims = await asyncio.gather(two.claim(KEY, 0), two.claim(KEY, 0), return_exceptions=True)
    taken = [claim for claim in claims if isinstance(claim, Claim)]
    assert [claim.entry.repeats for claim in taken] == [1]
    clock.advance(LEASE_S)
    assert (await one.claim(KEY, 0)).entry.repeats == 2


async def test_of_many_at_once_one_claims(one, two):
    claims = await asyncio.gather(*(each.claim(KEY, 0) for each in [one, two] * 10), return_exceptions=True)
    assert sum(isinstance(claim, Claim) for claim in claims) == 1
    assert sum(isinstance(claim, RetryLater) for claim in claims) == 19


async def test_a_superseded_gateway_that_wakes_up_writes_nothing(one, two, clock):
    paused = await one.claim(KEY, 0)
    clock.advance(LEASE_S)
    taken = await two.claim(KEY, 0)
    with pytest.raises(RetryLater, match="taken over"):
        await one.record(paused, result("from before the pause"))
    assert (await two.record(taken, result("the one"))).reason == "the one"
    assert (await one.record(paused, result("from before the pause"))).reason == "the one"


async def test_a_deleted_intent_is_written_again(one, kv):
    claim = await one.claim(KEY, 0)
    await kv.delete(KEY)
    assert await one.record(claim, result()) == result()
    assert await one.claim(KEY, 0) == result()


async def test_the_lease_is_renewed_while_the_call_runs(kv, clock):
    journal = Journal(kv, "one", clock, 0.03)
    claim = await journal.claim(KEY, 0)
    async with journal.held(claim):
        before = claim.revision
        await until(lambda: claim.revision > before + 2)
    assert await journal.record(claim, result()) == result()


async def test_renewal_stops_when_another_took_over(kv, clock):
    journal = Journal(kv, "one", clock, 0.03)
    claim = await journal.claim(KEY, 0)
    clock.advance(1)
    other = await Journal(kv, "two", clock, 60).claim(KEY, 0)
    async with journal.held(claim):
        await asyncio.sleep(0)
        await until(lambda: len(asyncio.all_tasks()) == 1)
    assert (await Journal(kv, "two", clock, 60).record(other, result("two"))).reason == "two"


class Flaky(MemoryKeyValue):
    """Loses the first updates, in the way its `error` says."""

    def __init__(self, error: Exception, losses: int) -> None:
        super().__init__()
        self.error = error
        self.losses = losses

    async def update(self, key: str, value: bytes, revision: int) -> int:
        if self.losses > 0:
            self.losses -= 1
            raise self.error
        return await super().update(key, value, revision)


async def test_renewal_goes_on_when_the_bus_is_back(clock):
    kv = Flaky(RetryLater("away"), 2)
    journal = Journal(kv, "one", clock, 0.03)
    claim = await journal.claim(KEY, 0)
    before = claim.revision
    async with journal.held(claim):
        await until(lambda: claim.revision > before)
    assert kv.losses == 0


async def test_a_journal_that_never_settles_is_given_up(clock):
    kv = Flaky(Conflict("lost"), 1_000)
    journal = Journal(kv, "one", clock, LEASE_S)
    claim = await journal.claim(KEY, 0)
    with pytest.raises(RetryLater, match="changed 5 times"):
        await journal.record(claim, result())
