"""A stream ends when whoever opened it would not be let in any more, and one caller has few."""

import asyncio

import pytest
from inquest.api import streams
from inquest.api.errors import Busy
from inquest.api.ports import Record
from inquest.api.streams import Streams, renewed
from inquest.contracts.latest import TimelineEntry
from inquest.identity import Principal, Unauthenticated
from inquest.testkit.stories import START

ADA, BOB = (Principal(name, "key", "viewer", frozenset({"acme"})) for name in ("ada", "bob"))


def record(position):
    return Record(position, "one", TimelineEntry(at=START, subject="evt", text="x"), "", None)


async def some(*positions, then=None):
    for position in positions:
        yield record(position)
    if then is not None:
        await then.wait()


async def test_records_pass_and_the_end_is_the_end():
    async def fine():
        raise AssertionError("too early to ask")

    assert [one.position async for one in renewed(some(1, 2, 3), fine)] == [1, 2, 3]


async def test_a_silent_stream_ends_when_its_key_does(monkeypatch):
    monkeypatch.setattr(streams, "RENEW_S", 0.01)
    asked = []

    async def renew():
        asked.append(1)
        if len(asked) == 3:
            raise Unauthenticated("gone")

    stream = renewed(some(1, then=asyncio.Event()), renew)
    assert (await anext(stream)).position == 1
    with pytest.raises(Unauthenticated):
        await anext(stream)
    assert len(asked) == 3


async def test_what_is_read_is_given_up_with_the_stream():
    closed = asyncio.Event()

    async def source():
        try:
            await asyncio.Event().wait()
            yield record(1)
        finally:
            closed.set()

    async def fine():
        return None

    reading = asyncio.create_task(anext(renewed(source(), fine)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await closed.wait()


async def test_one_caller_has_few_streams_and_takes_none_from_others():
    made, end = Streams(2), asyncio.Event()
    opened = [made.counted(ADA, some(1, then=end)) for _ in range(2)]
    for one in opened:
        made.check(ADA)
        await anext(one)
    with pytest.raises(Busy, match="ada has 2"):
        made.check(ADA)
    made.check(BOB)
    end.set()
    assert [one async for one in opened[0]] == []
    made.check(ADA)
