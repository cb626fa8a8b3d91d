"""Politeness: how often and how much at once a back end is asked, by all gateways together (ADR 0027).

A gateway takes places from the ledger and uses each for many calls before it gives it back, so that a call costs no
trip to the ledger. A place carries its share of the rate: its calls begin at least `places_max / per_s` seconds apart,
whoever holds it. Both limits therefore hold over all gateways, without anybody counting calls.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from inquest.gateway.board import HealthBoard
from inquest.gateway.domain.failure import ProviderError
from inquest.gateway.ports import Interface
from inquest.ledger import Governor, Ledger, LedgerAway
from inquest.telemetry.logs import get_logger

KEEP_S = 1.0  # a place is given back after this time, so that other gateways have their turn
GRACE_S = 5.0  # beyond the longest call: then the place of a gateway that died is free again
REST_S_FIRST = 1.0  # of a source that says "too often" and not for how long
REST_S_MAX = 900.0  # what a source asks for beyond this is asked again, once
WAITS_S_MAX = 0.25  # a rest this short is waited for, where a longer one is a reason to ask another provider
_ANSWER_S_MAX = 0.5  # a call does not wait longer for the ledger
_TELL_S_MAX = 10.0  # nobody waits for it but the next holder
_AWAY_S = 5.0  # then it is asked again

log = get_logger("gateway")


class Unasked(ProviderError):
    """The back end was not asked, to be polite. That says nothing about its health."""

    def __init__(self, reason: str, retry_after_s: float = 0.0) -> None:
        super().__init__("limited", reason, retry_after_s=retry_after_s)


@dataclass(slots=True, eq=False)
class Place:
    """A place that this gateway holds. `next_s` is when its next call may begin, by the monotonic clock."""

    holder: str
    taken_s: float
    next_s: float
    busy: bool = False
    leaving: bool = False


@dataclass(slots=True)
class Pool:
    """The places that this gateway holds at one back end; who waits is served in the order of asking."""

    places: list[Place] = field(default_factory=list)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    freed: asyncio.Event = field(default_factory=asyncio.Event)
    ask_s: float = 0.0  # the ledger had no place; ask it again then
    telling: asyncio.Lock = field(default_factory=asyncio.Lock)  # one change at a time: they change the same key


@dataclass(slots=True)
class Governors:
    """Gives out turns. While the ledger is away each gateway keeps to the whole limit by itself (ADR 0016)."""

    board: HealthBoard
    ledger: Ledger | None = None
    _pools: dict[str, Pool] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _me: str = field(default_factory=lambda: uuid4().hex)
    _away_until_s: float = 0.0
    _leaving: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def turn(self, interface: Interface, deadline_s: float) -> AsyncIterator[None]:
        """Hold a place at the interface's back end while the body runs. Raises Unasked.

        `deadline_s` is a point of `time.monotonic()`. What has no back end (a pack, our own streams) has no limit.
        """
        governor = interface.governor
        if governor is None:
            yield
            return
        await self._rested(interface, deadline_s)
        pool = self._pools.setdefault(interface.backend, Pool())
        place = await self._enter(pool, interface.backend, governor, deadline_s)
        try:
            yield
        finally:
            self._leave(pool, place, interface.backend)

    async def limited(self, interface: Interface, error: ProviderError) -> None:
        """Note, for all gateways, that the back end wants to be left alone."""
        if interface.governor:
            rest_s = min(error.retry_after_s or REST_S_FIRST, REST_S_MAX)
            await self.board.rest(interface.backend, rest_s, str(error))

    async def aclose(self) -> None:
        """Give all places back."""
        for backend, pool in self._pools.items():
            for place in tuple(pool.places):
                self._give_back(pool, place, backend)
        await asyncio.gather(*self._leaving)

    async def _rested(self, interface: Interface, deadline_s: float) -> None:
        rest = await self.board.resting(interface.backend)
        if rest.rests_s <= 0:
            return
        if rest.rests_s > min(WAITS_S_MAX, deadline_s - time.monotonic()):
            why = f"left alone for another {rest.rests_s:.1f} s, as it asked: {rest.reason}"
            raise Unasked(why, rest.rests_s)
        await asyncio.sleep(rest.rests_s)

    async def _enter(self, pool: Pool, backend: str, governor: Governor, deadline_s: float) -> Place:
        try:
            async with asyncio.timeout(max(0.0, deadline_s - time.monotonic())), pool.turn:
                while True:
                    pool.freed.clear()
                    if found := await self._place(pool, backend, governor):
                        return found
                    times_s = [one.next_s for one in pool.places if not (one.busy or one.leaving)]
                    if len(pool.places) < governor.places_max:
                        times_s.append(pool.ask_s)
                    await _until(pool.freed, min(times_s, default=None))
        except TimeoutError:
            raise Unasked(
                f"no turn in time: at most {governor.places_max} calls at once and {governor.per_s:g} a second"
            ) from None

    async def _place(self, pool: Pool, backend: str, governor: Governor) -> Place | None:
        now_s = time.monotonic()
        place = next((one for one in pool.places if not (one.busy or one.leaving) and one.next_s <= now_s), None)
        if place is None and len(pool.places) < governor.places_max and pool.ask_s <= now_s:
            place = await self._take(pool, backend, governor)
        if place:
            place.busy = True
            place.next_s = time.monotonic() + governor.places_max / governor.per_s
        return place

    async def _take(self, pool: Pool, backend: str, governor: Governor) -> Place | None:
        holder = f"{self._me}-{next(self._numbers)}"
        wait_s = 0.0
        if self.ledger and time.monotonic() >= self._away_until_s:
            try:
                async with asyncio.timeout(_ANSWER_S_MAX), pool.telling:
                    wait_s = await self.ledger.take(backend, holder, governor)
            except (LedgerAway, TimeoutError) as error:
                self._away_until_s = time.monotonic() + _AWAY_S
                log.warning("governor_not_shared", backend=backend, reason=str(error) or "no answer in time")
        now_s = time.monotonic()
        if wait_s > 0:
            pool.ask_s = now_s + wait_s
            return None
        place = Place(holder, now_s, now_s)
        pool.places.append(place)
        return place

    def _leave(self, pool: Pool, place: Place, backend: str) -> None:
        """Keep the place for the next call, or give it back: never before its next call may begin."""
        place.busy = False
        pool.freed.set()
        now_s = time.monotonic()
        place.leaving = now_s - place.taken_s >= KEEP_S
        stays_s = max(place.next_s - now_s, 0.0 if place.leaving else KEEP_S)
        asyncio.get_running_loop().call_later(stays_s, self._end, pool, place, backend, place.next_s)

    def _end(self, pool: Pool, place: Place, backend: str, next_s: float) -> None:
        if place in pool.places and not place.busy and place.next_s == next_s:  # else it was used again meanwhile
            self._give_back(pool, place, backend)

    def _give_back(self, pool: Pool, place: Place, backend: str) -> None:
        pool.places.remove(place)
        pool.freed.set()
        task = asyncio.ensure_future(self._tell(pool, backend, place.holder))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _tell(self, pool: Pool, backend: str, holder: str) -> None:
        if self.ledger is None:
            return
        try:
            async with asyncio.timeout(_TELL_S_MAX), pool.telling:
                await self.ledger.give_back(backend, holder)
        except (LedgerAway, TimeoutError) as error:  # its lease ends by itself
            log.warning("place_not_given_back", backend=backend, reason=str(error) or "no answer in time")


async def _until(event: asyncio.Event, at_s: float | None) -> None:
    """Wait for the event, or a point of the monotonic clock."""
    try:
        async with asyncio.timeout(None if at_s is None else at_s - time.monotonic()):
            await event.wait()
    except TimeoutError:
        return
