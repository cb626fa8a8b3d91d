import asyncio
from contextlib import suppress

import pytest
from inquest.contracts.errors import Conflict, RetryLater
from inquest.contracts.latest import ToolResult
from inquest.gateway.journal import Claim, Journal
from inquest.testkit.fixtures import until
from inquest.testkit.memory_stores import MemoryKeyValue

KEY = "acme.call"
LEASE_S = 3.0
STEP_S = 0.5


class Clock:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s

    def advance(self, seconds: float) -> None:
        self.now_s += seconds


async def watched(journal: Journal, clock: Clock, seconds: float = LEASE_S) -> Claim | ToolResult:
    """Ask again and again for so many seconds; returns what the last look said, or raises it."""
    for _ in range(round(seconds / STEP_S)):
        try:
            return await journal.claim(KEY, 0)
        except RetryLater:
            clock.advance(STEP_S)
    return await journal.claim(KEY, 0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kv() -> MemoryKeyValue:
    return MemoryKeyValue()


@pytest.fixture
def one(kv, clock) -> Journal:
    return Journal(kv, "one", LEASE_S, clock)


@pytest.fixture
def two(kv, clock) -> Journal:
    return Journal(kv, "two", LEASE_S, clock)


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


async def test_a_silent_intent_is_taken_over_once_and_counted(kv, one, two, clock):
    await one.claim(KEY, 0)
    three = Journal(kv, "three", LEASE_S, clock)
    for _ in range(6):
        for journal in (two, three):
            with pytest.raises(RetryLater):
                await journal.claim(KEY, 0)
        clock.advance(STEP_S)
    claims = await asyncio.gather(two.claim(KEY, 0), three.claim(KEY, 0), return_exceptions=True)
    taken = [claim for claim in claims if isinstance(claim, Claim)]
    assert [claim.entry.repeats for claim in taken] == [1]
    again = await watched(one, clock)
    assert isinstance(again, Claim)
    assert again.entry.repeats == 2


@pytest.mark.parametrize("jump_s", [-900.0, 900.0])
async def test_a_clock_that_jumps_neither_steals_nor_hangs(one, two, clock, jump_s):
    held = await one.claim(KEY, 0)
    with pytest.raises(RetryLater):
        await two.claim(KEY, 0)
    clock.advance(jump_s)  # or `two` was paused for so long, and looks before the holder comes to writing again
    with pytest.raises(RetryLater):
        await two.claim(KEY, 0)
    assert isinstance(await watched(two, clock), Claim)
    with pytest.raises(RetryLater, match="taken over"):
        await one.record(held, result())


async def test_what_was_seen_in_one_request_counts_in_the_next(one, two, clock):
    await one.claim(KEY, 0)
    for _ in range(6):  # each request is shorter than the lease
        with pytest.raises(RetryLater):
            await two.claim(KEY, 0)
        clock.advance(STEP_S)
    assert isinstance(await two.claim(KEY, 0), Claim)


async def test_of_many_at_once_one_claims(one, two):
    claims = await asyncio.gather(*(each.claim(KEY, 0) for each in [one, two] * 10), return_exceptions=True)
    assert sum(isinstance(claim, Claim) for claim in claims) == 1
    assert sum(isinstance(claim, RetryLater) for claim in claims) == 19


async def test_a_superseded_gateway_that_wakes_up_writes_nothing(one, two, clock):
    paused = await one.claim(KEY, 0)
    taken = await watched(two, clock)
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
    journal = Journal(kv, "one", 0.03, clock)
    claim = await journal.claim(KEY, 0)
    async with journal.held(claim):
        before = claim.revision
        await until(lambda: claim.revision > before + 2)
    assert await journal.record(claim, result()) == result()


async def test_renewal_stops_when_another_took_over(kv, clock):
    claim = await Journal(kv, "one", 0.03, clock).claim(KEY, 0)
    two = Journal(kv, "two", 1.0, clock)
    other = await watched(two, clock, 1.0)
    async with Journal(kv, "one", 0.03, clock).held(claim):
        await asyncio.sleep(0)
        await until(lambda: len(asyncio.all_tasks()) == 1)
    assert (await two.record(other, result("two"))).reason == "two"


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
    journal = Journal(kv, "one", 0.03, clock)
    claim = await journal.claim(KEY, 0)
    before = claim.revision
    async with journal.held(claim):
        await until(lambda: claim.revision > before)
    assert kv.losses == 0


class Unanswered(MemoryKeyValue):
    """Writes the first update, and loses the answer to it."""

    is_answered = False

    async def update(self, key: str, value: bytes, revision: int) -> int:
        new = await super().update(key, value, revision)
        if not self.is_answered:
            self.is_answered = True
            raise RetryLater("no answer")
        return new


async def test_a_renewal_of_which_no_answer_came_does_not_end_the_lease(clock):
    kv = Unanswered()
    claim = await Journal(kv, "one", 0.03, clock).claim(KEY, 0)
    before = claim.revision
    async with Journal(kv, "one", 0.03, clock).held(claim):
        await until(lambda: claim.revision > before + 2)  # its own write was one of these


class Deaf(MemoryKeyValue):
    """Swallows a cancellation that meets an update, as wait_for does before Python 3.12."""

    async def update(self, key: str, value: bytes, revision: int) -> int:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0.05)
        return await super().update(key, value, revision)


async def test_a_call_ends_though_its_renewal_did_not_hear_that_it_should(clock):
    journal = Journal(Deaf(), "one", 0.03, clock)
    claim = await journal.claim(KEY, 0)
    async with asyncio.timeout(5), journal.held(claim):
        await asyncio.sleep(0.03)  # the renewal is in the middle of its update
    assert await journal.record(claim, result()) == result()


async def test_a_journal_that_never_settles_is_given_up(clock):
    kv = Flaky(Conflict("lost"), 1_000)
    journal = Journal(kv, "one", LEASE_S, clock)
    claim = await journal.claim(KEY, 0)
    with pytest.raises(RetryLater, match="changed 5 times"):
        await journal.record(claim, result())
