"""Whether a service takes work: serving, draining, drained. Everything that lets work in asks here."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol

from inquest.contracts.errors import RetryLater
from inquest.runtime.chores import Chores
from inquest.telemetry.logs import get_logger

State = Literal["serving", "draining", "drained"]
RETRY_AFTER_S = 5  # what those are told who ask a service that takes nothing: another replica has taken over by then


class Off(RetryLater):
    """This replica takes no work at present; another does."""


class Works(Protocol):
    """What takes messages and requests off the bus."""

    async def drain(self, limit_s: float) -> int:
        """Take nothing new, finish or hand back; returns how many messages were handed back."""
        ...

    async def resume(self) -> None:
        """Take work again."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """In which state a service is, since when, and who said so and why."""

    state: State
    since: datetime
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Drained:
    """What became of what was in hand: messages handed back, and requests that had not ended."""

    state: State
    handed_back: int
    left: int


class Duty:
    """The state of one service. Draining and resuming come one after the other, and doing either twice is no harm."""

    def __init__(self, service: str, bus: Works, chores: Chores) -> None:
        self.standing = Standing("serving", datetime.now(UTC))
        self.requests = 0  # being answered, over HTTP and gRPC
        self._bus = bus
        self._chores = chores
        self._turn = asyncio.Lock()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._told: list[Callable[[], None]] = []
        self._log = get_logger(service)

    def on_change(self, tell: Callable[[], None]) -> None:
        """Have something told of each change of state."""
        self._told.append(tell)

    @contextmanager
    def request(self) -> Iterator[None]:
        """Count a request while it is answered. Raises Off while the service takes none."""
        if self.standing.state != "serving":
            raise Off(f"this replica is {self.standing.state} and takes nothing new; ask again, another one answers")
        self.requests += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self.requests -= 1
            if not self.requests:
                self._quiet.set()

    async def drain(self, by: str, reason: str, limit_s: float) -> Drained:
        """Take nothing new; finish, or hand back after `limit_s` seconds, what there is."""
        if self.standing.state == "serving":
            self._change(Standing("draining", datetime.now(UTC), by, reason))
        async with self._turn:
            if self.standing.state == "serving":  # resumed in between
                return Drained("serving", 0, self.requests)
            await self._chores.pause()
            handed_back, _ = await asyncio.gather(self._bus.drain(limit_s), self._answered(limit_s))
            if not self.requests and self.standing.state == "draining":
                self._change(Standing("drained", datetime.now(UTC), self.standing.by, self.standing.reason))
            return Drained(self.standing.state, handed_back, self.requests)

    async def resume(self, by: str, reason: str) -> None:
        """Take work again."""
        async with self._turn:
            if self.standing.state != "serving":
                await self._bus.resume()
                self._chores.resume()
                self._change(Standing("serving", datetime.now(UTC), by, reason))

    async def ping(self) -> None:
        """Raise Off, for readiness, while the service takes nothing."""
        if self.standing.state != "serving":
            raise Off(self.standing.state)

    async def _answered(self, limit_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._quiet.wait()

    def _change(self, standing: Standing) -> None:
        self.standing = standing
        self._log.info("state_changed", state=standing.state, by=standing.by, reason=standing.reason)
        for tell in self._told:
            tell()
