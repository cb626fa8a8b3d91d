"""Streams outlive the request that opened them: one caller has few, and must still be who opened them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from inquest.api.errors import Busy
from inquest.api.ports import Record
from inquest.contracts.errors import InquestError
from inquest.identity import Principal

STREAMS_MAX = 40  # of one caller in one process; the trace store serves 200 in all
RENEW_S = 30.0

Renew = Callable[[], Awaitable[None]]  # raises where whoever opened the stream would not be let in now


class Streams:
    """Counts the open streams of each caller."""

    def __init__(self, streams_max: int = STREAMS_MAX) -> None:
        self._max = streams_max
        self._open: Counter[tuple[str, str]] = Counter()

    def check(self, caller: Principal) -> None:
        """Raise Busy where a caller has as many as one may have."""
        if self._open[caller.method, caller.name] >= self._max:
            raise Busy(f"{caller.name} has {self._max} streams open")

    async def counted(self, caller: Principal, records: AsyncIterator[Record]) -> AsyncIterator[Record]:
        """Yield the records; the stream is open from the first one that is asked for."""
        key = (caller.method, caller.name)
        self._open[key] += 1
        try:
            async for record in records:
                yield record
        finally:
            self._open[key] -= 1
            if not self._open[key]:
                del self._open[key]


async def renewed(records: AsyncIterator[Record], renew: Renew) -> AsyncIterator[Record]:
    """Yield the records until `renew`, asked every RENEW_S seconds, raises."""
    loop = asyncio.get_running_loop()
    due = loop.time() + RENEW_S
    waiting = asyncio.ensure_future(_next(records))
    try:
        while True:
            await asyncio.wait({waiting}, timeout=max(0.0, due - loop.time()))
            if loop.time() >= due:
                await renew()
                due = loop.time() + RENEW_S
            if waiting.done():
                try:
                    record = waiting.result()
                except StopAsyncIteration:
                    return
                yield record
                waiting = asyncio.ensure_future(_next(records))
    finally:
        waiting.cancel()
        with suppress(asyncio.CancelledError, StopAsyncIteration, InquestError):
            await waiting


async def _next(records: AsyncIterator[Record]) -> Record:
    return await anext(records)
