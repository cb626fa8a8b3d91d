import asyncio

import pytest
from inquest.contracts.errors import RetryLater
from inquest.gateway.journal import Claim
from inquest.gateway.roster import FORGET_S, Roster
from inquest.testkit.fixtures import until
from inquest.testkit.memory_stores import MemoryKeyValue

LEASE_S = 5.0


class Clock:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kv() -> MemoryKeyValue:
    return MemoryKeyValue()


@pytest.fixture
def rosters(kv, clock) -> list[Roster]:
    return [Roster(kv, owner, LEASE_S, clock) for owner in ("one", "two", "three")]


async def beat(clock, seconds, *rosters) -> None:
    for _ in range(round(seconds)):
        for roster in rosters:
            await roster.beat()
        clock.now_s += 1


async def test_who_beats_lives_and_who_stops_falls_silent_for_all_others(rosters, clock):
    one, two, three = rosters
    await beat(clock, 10, *rosters)
    assert not any(roster.is_silent(owner) for roster in rosters for owner in ("one", "two", "three"))
    await beat(clock, LEASE_S - 1, two, three)
    assert not two.is_silent("one")
    await beat(clock, 2, two, three)
    assert (two.is_silent("one"), three.is_silent("one"), two.is_silent("three")) == (True, True, False)
    await beat(clock, 1, one, two)
    await two.beat()
    assert not two.is_silent("one")


async def test_who_is_unknown_is_not_silent_and_nobody_is_so_to_itself(rosters, clock):
    one, *_ = rosters
    await beat(clock, 20, one)
    assert not one.is_silent("one")
    assert not one.is_silent("nobody")


async def test_a_watcher_that_was_paused_has_not_watched(rosters, clock):
    one, two, _ = rosters
    await beat(clock, 2, one, two)
    clock.now_s += 900
    await two.beat()
    assert not two.is_silent("one")


async def test_a_call_of_the_silent_is_taken_over_at_once(rosters, clock):
    one, two, _ = rosters
    await beat(clock, 1, one, two)
    calls = MemoryKeyValue()
    claim = await one.journal(calls).claim("acme.call", 0)
    with pytest.raises(RetryLater):
        await two.journal(calls).claim("acme.call", 0)
    await beat(clock, LEASE_S + 2, two)
    taken = await two.journal(calls).claim("acme.call", 0)
    assert isinstance(taken, Claim)
    assert taken.entry.repeats == claim.entry.repeats + 1


async def test_who_is_long_silent_is_taken_from_the_list(rosters, clock, kv):
    one, two, _ = rosters
    await beat(clock, 1, one, two)
    await beat(clock, FORGET_S + 2, two)
    assert (await kv.get("gateways")).value == b'["two"]'
    await one.beat()  # it was only stopped
    await two.beat()
    assert (await kv.get("gateways")).value == b'["two", "one"]'
    assert not two.is_silent("one")


async def test_all_that_begin_at_once_are_on_the_list(kv, clock):
    rosters = [Roster(kv, f"gateway-{number}", LEASE_S, clock) for number in range(8)]
    await asyncio.gather(*(roster.beat() for roster in rosters))
    await rosters[0].beat()
    assert len(rosters[0]._seen) == 7


async def test_it_goes_on_when_the_bus_is_back(clock, monkeypatch):
    monkeypatch.setattr("inquest.gateway.roster.BEAT_S", 0.001)

    class Away(MemoryKeyValue):
        losses = 2

        async def put(self, key: str, value: bytes) -> int:
            if self.losses:
                self.losses -= 1
                raise RetryLater("away")
            return await super().put(key, value)

    kv = Away()
    running = asyncio.create_task(Roster(kv, "one", LEASE_S, clock).run())
    await until(lambda: kv._revision > 4)
    running.cancel()
    assert kv.losses == 0
