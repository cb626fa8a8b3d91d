"""Keeps the journal: a recorded call is never repeated, and of two gateways only one makes a call."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from inquest.bus.port import Entry, KeyValue
from inquest.contracts.errors import Conflict, RetryLater
from inquest.contracts.latest import ToolResult
from inquest.gateway.domain.journal import JournalEntry, Sighting, next_step, sighted

_POLL_S_FIRST = 0.02
_POLL_S_MAX = 0.25
_WRITES_MAX = 5  # each lost write means that another gateway got further
_SIGHTINGS_MAX = 10_000


@dataclass(slots=True)
class Claim:
    """An intent that is ours until `is_over`. `entry.repeats` counts gateways that died while they held it."""

    key: str
    entry: JournalEntry
    revision: int
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal in a key-value bucket.

    A gateway that holds an intent writes it again three times in `lease_s`. One that was watched for that long, by the
    watcher's own monotonic clock, and did not change has lost its holder: no two clocks are ever compared. So has one
    whose owner `is_silent` (see `Roster`).
    """

    kv: KeyValue
    owner: str
    lease_s: float
    now_s: Callable[[], float] = time.monotonic
    is_silent: Callable[[str], bool] = lambda _: False
    _sightings: dict[str, Sighting] = field(default_factory=dict)  # also over several requests for one call

    async def first(self, key: str) -> Claim | None:
        """Return a claim to make a call that nobody has begun, as nearly always; None where somebody has."""
        with suppress(Conflict):
            return await self._take(key, None, 0)
        return None

    async def claim(self, key: str, wait_s: float) -> Claim | ToolResult:
        """Return a claim to make the call, or the result of the one that was made. See `begun`."""
        return await self.first(key) or await self.begun(key, wait_s)

    async def begun(self, key: str, wait_s: float) -> Claim | ToolResult:
        """Return the result of a call that somebody has begun, or a claim where that one has died.

        Waits up to `wait_s` for a gateway that is making it, then raises RetryLater.
        """
        poll_s = _POLL_S_FIRST
        while True:
            stored = await self.kv.get(key)
            entry = JournalEntry.model_validate_json(stored.value) if stored else None
            unchanged_s = self._unchanged_s(key, stored)
            is_lost = unchanged_s >= self.lease_s or (entry is not None and self.is_silent(entry.owner))
            step = next_step(entry, is_lost=is_lost)
            if step == "wait":
                if wait_s <= 0:
                    raise RetryLater(f"call {key} is being made by another gateway; ask again")
                await asyncio.sleep(min(poll_s, wait_s))
                wait_s -= poll_s
                poll_s = min(poll_s * 2, _POLL_S_MAX)
                continue
            self._sightings.pop(key, None)
            if entry and entry.result:
                return entry.result
            with suppress(Conflict):  # another was faster: look again
                return await self._take(key, entry, stored.revision if stored else 0)

    def _unchanged_s(self, key: str, stored: Entry | None) -> float:
        if stored is None:
            return 0.0
        seen = self._sightings[key] = sighted(self._sightings.pop(key, None), stored.revision, self.now_s())
        if len(self._sightings) > _SIGHTINGS_MAX:
            self._sightings.pop(next(iter(self._sightings)))
        return seen.unchanged_s

    async def _take(self, key: str, dead: JournalEntry | None, revision: int) -> Claim:
        entry = JournalEntry(owner=self.owner, repeats=dead.repeats + 1 if dead else 0)
        data = entry.model_dump_json().encode()
        new = await (self.kv.update(key, data, revision) if dead else self.kv.create(key, data))
        return Claim(key, entry, new)

    @asynccontextmanager
    async def held(self, claim: Claim) -> AsyncIterator[None]:
        """Renew the lease while the body runs."""
        renewing = asyncio.create_task(self._renew(claim))
        try:
            yield
        finally:
            claim.is_over = True  # before Python 3.12 a wait_for within the client may swallow a cancellation
            renewing.cancel()
            await asyncio.wait([renewing])

    async def _renew(self, claim: Claim) -> None:
        data = claim.entry.model_dump_json().encode()
        while not claim.is_over:
            await asyncio.sleep(self.lease_s / 3)
            try:
                claim.revision = await self.kv.update(claim.key, data, claim.revision)
            except Conflict:
                if not await self._is_still(claim):
                    return  # taken over while this process was paused; `record` writes nothing then
            except RetryLater:
                continue  # the bus is away; it may be back before the lease runs out

    async def _is_still(self, claim: Claim) -> bool:
        """Whether it is ours after all: a renewal may have been written of which no answer came."""
        try:
            stored = await self.kv.get(claim.key)
        except RetryLater:
            return True
        if stored is None or JournalEntry.model_validate_json(stored.value) != claim.entry:
            return False
        claim.revision = stored.revision
        return True

    async def release(self, claim: Claim) -> None:
        """Give up a call that was not begun, so that it can be made later; not one that another has taken over."""
        stored = await self.kv.get(claim.key)
        if stored and JournalEntry.model_validate_json(stored.value).owner == self.owner:
            await self.kv.delete(claim.key)

    async def record(self, claim: Claim, result: ToolResult) -> ToolResult:
        """Write the result and return the one that counts: the first that was recorded.

        Raises RetryLater where another gateway has taken the call over meanwhile: who was superseded writes nothing.
        """
        data = claim.entry.model_copy(update={"result": result}).model_dump_json().encode()
        for _ in range(_WRITES_MAX):
            try:
                await self.kv.update(claim.key, data, claim.revision)
            except Conflict:
                stored = await self.kv.get(claim.key)
                entry = JournalEntry.model_validate_json(stored.value) if stored else None
                if entry and entry.result:
                    return entry.result
                if entry and entry.owner != self.owner:
                    raise RetryLater(f"call {claim.key} was taken over by another gateway; ask again") from None
                claim.revision = stored.revision if stored else 0
            else:
                return result
        raise RetryLater(f"call {claim.key}: the journal changed {_WRITES_MAX} times while the result was written")
