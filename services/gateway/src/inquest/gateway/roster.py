"""Which gateways live: each gives a sign of life twice a second, and watches for those of the others."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from inquest.bus.port import KeyValue
from inquest.contracts.errors import Conflict, InquestError
from inquest.gateway.domain.journal import Sighting, sighted
from inquest.gateway.journal import Journal
from inquest.telemetry.logs import get_logger

KEY = "gateways"  # a list of all that may live
BEAT_S = 0.5
FORGET_S = 60.0  # silent for so long, a gateway is taken from the list
GATEWAYS_MAX = 64
_TRIES_MAX = 20

log = get_logger("gateway")


@dataclass(slots=True)
class Roster:
    """This gateway among the others.

    What it watched before anybody asks is what makes a takeover quick: when a step whose gateway died comes again, the
    others know of that death already. As in the journal, silence counts by the watcher's own monotonic clock.
    """

    kv: KeyValue
    owner: str
    lease_s: float
    now_s: Callable[[], float] = time.monotonic
    _seen: dict[str, Sighting] = field(default_factory=dict)
    _beats: int = 0

    def journal(self, kv: KeyValue) -> Journal:
        """Return the journal of this gateway over a bucket."""
        return Journal(kv, self.owner, self.lease_s, self.now_s, self.is_silent)

    def is_silent(self, owner: str) -> bool:
        """Say whether a gateway was watched for as long as a lease and gave no sign of life; no for unknown ones."""
        seen = self._seen.get(owner)
        return seen is not None and seen.unchanged_s >= self.lease_s

    async def run(self) -> None:
        """Beat and look, for ever. While the bus is away nobody is watched, so that nobody falls silent by that."""
        while True:
            try:
                await self.beat()
            except InquestError as error:
                log.info("roster_not_read", reason=str(error))
            await asyncio.sleep(BEAT_S)

    async def beat(self) -> None:
        """Give a sign of life, and look once at each of the others. Raises RetryLater."""
        self._beats += 1
        await self.kv.put(f"{KEY}.{self.owner}", str(self._beats).encode())
        others = await self._listed()
        found = await asyncio.gather(*(self.kv.get(f"{KEY}.{owner}") for owner in others))
        now_s = self.now_s()
        self._seen = {
            owner: sighted(self._seen.get(owner), entry.revision if entry else 0, now_s)
            for owner, entry in zip(others, found, strict=True)
        }

    async def _listed(self) -> list[str]:
        """Return who is on the list beside us; puts us there, and takes those away that are long silent."""
        for _ in range(_TRIES_MAX):
            entry = await self.kv.get(KEY)
            listed: list[str] = json.loads(entry.value) if entry else []
            others = [one for one in listed if one != self.owner and not self._is_forgotten(one)][-GATEWAYS_MAX:]
            if len(listed) == len(others) + 1:
                return others
            data = json.dumps([*others, self.owner]).encode()
            try:
                await (self.kv.update(KEY, data, entry.revision) if entry else self.kv.create(KEY, data))
            except Conflict:
                continue
            return others
        return []

    def _is_forgotten(self, owner: str) -> bool:
        seen = self._seen.get(owner)
        return seen is not None and seen.unchanged_s >= FORGET_S
