"""What one consumer has in hand: kept alive while it is handled, cut when it hangs or must be handed back."""

import asyncio
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from nats.aio.msg import Msg

from inquest.contracts.errors import InquestError


class HandlerHung(InquestError):
    """The handler ran past its limit and was cancelled."""


class HandedBack(InquestError):
    """The handler was cancelled so that another replica takes its message."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a consumer, or the requests of a subject (no stream), has in hand: begun, and received but not begun."""

    name: str
    stream: str
    in_flight: int
    queued: int = 0


@dataclass(slots=True)
class Flight:
    """One message that is being handled."""

    msg: Msg
    since: float
    task: asyncio.Task[Any] | None
    cut: InquestError | None = None  # why its handler was cancelled

    def reason(self) -> InquestError:
        """Turn the cancellation of a handler that was cut into an error; any other cancellation goes on."""
        if self.cut is None or self.task is None:
            raise asyncio.CancelledError
        if self.task.uncancel() > 0:  # somebody ends the whole runner meanwhile
            raise asyncio.CancelledError
        return self.cut


class Flights:
    """The messages of one consumer from when they are taken until they are settled."""

    def __init__(self) -> None:
        self.open = 0  # taken and not settled; more than are being handled
        self._handled: dict[int, Flight] = {}
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def taken(self, count: int) -> Iterator[None]:
        """Count messages as in hand until they are settled."""
        self.open += count
        self._idle.clear()
        try:
            yield
        finally:
            self.open -= count
            if not self.open:
                self._idle.set()

    def begin(self, msg: Msg) -> Flight:
        """Tell that the present task begins to handle a message."""
        flight = Flight(msg, time.perf_counter(), asyncio.current_task())
        self._handled[id(msg)] = flight
        return flight

    def end(self, msg: Msg) -> None:
        """Tell that it was handled."""
        self._handled.pop(id(msg), None)

    async def idle_within(self, limit_s: float) -> bool:
        """Wait until nothing is in hand, at most `limit_s` seconds; returns whether nothing is."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._idle.wait()
        return self._idle.is_set()

    async def beat(self, older_s: float) -> None:
        """Tell the server that what has been handled for `older_s` seconds and was not cut is still being handled."""
        now = time.perf_counter()
        for key, flight in list(self._handled.items()):
            if flight.cut is None and now - flight.since >= older_s and key in self._handled:
                await flight.msg.in_progress()

    def cut(self, why: InquestError, older_s: float = 0) -> None:
        """Cancel the handlers of what has been handled for `older_s` seconds; their messages are settled by `why`."""
        now = time.perf_counter()
        chosen = [one for one in self._handled.values() if one.cut is None and now - one.since >= older_s]
        for flight in chosen:
            flight.cut = why
        _cancel(flight.task for flight in chosen)


def _cancel(tasks: Iterable[asyncio.Task[Any] | None]) -> None:
    for task in set(tasks):
        if task is not None:
            task.cancel()
