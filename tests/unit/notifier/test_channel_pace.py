"""Requests to one back end keep their distance and their order."""

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.notifier.adapters.pace import BURST, PLACES_MAX, WAIT_S_MAX, Pace
from inquest.notifier.ports import NotDelivered


@dataclass
class Watch:
    at: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def now(self):
        return self.at

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.at += seconds


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def pace(watch):
    return Pace(watch.now, watch.sleep)


async def test_a_burst_passes_and_then_one_a_second(pace, watch):
    for number in range(BURST):
        await pace.turn("api", f"n{number}", 60)
    assert watch.slept == []
    await pace.turn("api", "next", 60)
    assert watch.slept == [1.0]
    await pace.turn("other", "next", 60)
    assert watch.slept == [1.0]


async def test_who_is_sent_away_keeps_the_place(pace, watch):
    for number in range(BURST):
        await pace.turn("api", f"n{number}", 1)
    delays = []
    for who in ("a", "b", "a"):
        with pytest.raises(NotDelivered) as refused:
            await pace.turn("api", who, 1)
        delays.append(refused.value.after_s)
    assert delays == [60, 120, 60]
    watch.at += 60
    await pace.turn("api", "a", 1)
    with pytest.raises(NotDelivered) as refused:
        await pace.turn("api", "c", 1)
    assert refused.value.after_s == 120


async def test_a_pause_that_is_asked_for_holds_everybody(pace, watch):
    await pace.turn("api", "a", 60)
    pace.hold("api", 30, 60)
    for number, after_s in enumerate((30, 31, 32)):
        with pytest.raises(NotDelivered) as refused:
            await pace.turn("api", f"n{number}", 60)
        assert refused.value.after_s == after_s
    watch.at += 30
    await pace.turn("api", "n0", 60)
    assert watch.slept == []
    await pace.turn("other", "n0", 60)


async def test_places_before_a_pause_are_forgotten(pace, watch):
    for number in range(BURST):
        await pace.turn("api", f"n{number}", 1)
    assert await sent_away(pace, "late", 1) == 60
    pace.hold("api", 100, 1)
    assert await sent_away(pace, "late", 1) >= 100


async def test_a_pause_reaches_those_who_wait_already(watch):
    async def sleep(seconds):
        await watch.sleep(seconds)
        pace.hold("api", 30, 60)

    pace = Pace(watch.now, sleep)
    for number in range(BURST):
        await pace.turn("api", f"n{number}", 60)
    assert await sent_away(pace, "next", 60) == 30


async def test_memory_is_bounded(pace, watch):
    for number in range(PLACES_MAX + 10):
        await sent_away(pace, f"n{number}", 6)
    assert len(pace._places) == PLACES_MAX
    watch.at += 1e6
    assert await sent_away(pace, "late", 6) is None
    assert pace._places == {}
    for number in range(1000):
        await pace.turn(f"api{number}", "x", 6)
        watch.at += 100
    assert len(pace._idle_at) < 5


async def sent_away(pace, who, per_minute):
    try:
        await pace.turn("api", who, per_minute)
    except NotDelivered as error:
        return error.after_s
    return None


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 20), min_size=1, max_size=40), st.integers(1, 600))
def test_never_more_than_a_burst_and_the_rate(gaps, per_minute):
    async def scenario():
        watch = Watch()
        pace = Pace(watch.now, watch.sleep)
        passed = []
        for number, gap in enumerate(gaps):
            watch.at += gap
            while (later_s := await sent_away(pace, str(number), per_minute)) is not None:
                assert later_s > WAIT_S_MAX
                watch.at += later_s
            passed.append(watch.at)
        interval_s = 60 / per_minute
        for start in range(len(passed)):
            for end in range(start, len(passed)):
                allowed = BURST + (passed[end] - passed[start]) / interval_s
                assert end - start + 1 <= allowed + 1e-6

    asyncio.run(scenario())
