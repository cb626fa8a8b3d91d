"""The health of providers: shared through the ledger, and each gateway's own while the ledger is away."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar
from uuid import uuid4

from inquest.gateway.ports import Interface
from inquest.ledger import Circuit, Governor, Health, Ledger, LedgerAway
from inquest.ledger.rules import Standing, after_failure, rested
from inquest.telemetry.logs import get_logger

_FRESH_S = 1.0  # what another gateway learned is known here within this time
_ANSWER_S_MAX = 0.5  # health is advice: a read does not wait longer for it
_AWAY_S = 5.0  # then the ledger is asked again
_LEASE_GRACE_S = 5.0  # beyond the longest call: then another may try what a gateway that died was trying
_NO_RATE = 1e6

ResultT = TypeVar("ResultT")

log = get_logger("gateway")


@dataclass(slots=True)
class HealthBoard:
    """What is known of each provider. Without a ledger, and while it is away, what this process saw itself."""

    ledger: Ledger | None = None
    _seen: dict[str, Standing] = field(default_factory=dict)
    _asked_s: dict[str, float] = field(default_factory=dict)
    _away_until_s: float = 0.0
    _me: str = field(default_factory=lambda: uuid4().hex)
    _trying_s: dict[str, float] = field(default_factory=dict)  # until when a half-open provider is being tried here

    async def get(self, interface: Interface) -> Health:
        """Return the health of a provider; healthy while nothing is known."""
        return await self._known(interface.key)

    async def admit(self, interface: Interface) -> Health:
        """Return the health of a provider as one who wants to ask it sees it; `tried` must follow.

        After its rest a provider is half open: one call of all gateways tries it, and for the others it still rests.
        """
        health = await self.get(interface)
        if health.rests_s > 0 or health.failures < interface.failures_max:
            return health
        lease_s = interface.timeout_s + _LEASE_GRACE_S
        wait_s = self._trying_s.get(interface.key, 0.0) - time.monotonic()
        if wait_s <= 0:
            self._trying_s[interface.key] = time.monotonic() + lease_s
            place = Governor(places_max=1, per_s=_NO_RATE, burst=1, lease_s=lease_s)
            name = f"half-open/{interface.key}"
            wait_s = await self._ask(partial(self._take, name, place)) or 0.0
            if wait_s <= 0:
                return health
            del self._trying_s[interface.key]
        return Health(health.failures, wait_s, f"{health.reason}; another call is trying it")

    async def tried(self, interface: Interface) -> None:
        """End the trial of a half-open provider, if this was one: its health says what came of it."""
        if self._trying_s.pop(interface.key, None) and self.ledger:
            await self._ask(partial(self.ledger.give_back, f"half-open/{interface.key}", self._me))

    async def resting(self, backend: str) -> Health:
        """Return for how long a back end still wants to be left alone, and why."""
        return await self._known(_rest(backend))

    async def rest(self, backend: str, rest_s: float, reason: str) -> None:
        """Note, for all gateways, that a back end wants to be left alone."""
        key = _rest(backend)
        self._seen[key] = rested(self._seen.get(key, Standing()), reason, time.monotonic(), rest_s)
        if self.ledger:
            await self._ask(partial(self.ledger.rest, key, rest_s, reason))

    async def _known(self, key: str) -> Health:
        if self.ledger and time.monotonic() - self._asked_s.get(key, -_FRESH_S) >= _FRESH_S:
            self._asked_s[key] = time.monotonic()
            self._note(key, await self._ask(partial(self.ledger.health, key)))
        return self._seen.get(key, Standing()).at(time.monotonic())

    async def _take(self, name: str, place: Governor) -> float:
        return await self.ledger.take(name, self._me, place) if self.ledger else 0.0

    async def succeeded(self, interface: Interface) -> None:
        """Note an answer. Said to the ledger only where something else was known."""
        if self._seen.pop(interface.key, None) and self.ledger:
            await self._ask(partial(self.ledger.succeeded, interface.key))

    async def failed(self, interface: Interface, reason: str) -> None:
        """Note a failure."""
        key, circuit = interface.key, Circuit(interface.failures_max, interface.reset_s)
        self._seen[key] = after_failure(self._seen.get(key, Standing()), reason, time.monotonic(), circuit)
        if self.ledger:
            self._note(key, await self._ask(partial(self.ledger.failed, key, reason, circuit)))

    def keep(self, keys: frozenset[str]) -> None:
        """Forget the providers and back ends that are configured no more."""
        keys |= {_rest(key) for key in keys}
        self._seen = {key: standing for key, standing in self._seen.items() if key in keys}
        self._asked_s = {key: asked_s for key, asked_s in self._asked_s.items() if key in keys}

    def _note(self, key: str, health: Health | None) -> None:
        if health is None:
            return
        if health.failures:
            self._seen[key] = Standing(health.failures, time.monotonic() + health.rests_s, health.reason)
        else:
            self._seen.pop(key, None)

    async def _ask(self, ask: Callable[[], Awaitable[ResultT]]) -> ResultT | None:
        """Return the ledger's answer, None while it is away."""
        if time.monotonic() < self._away_until_s:
            return None
        try:
            async with asyncio.timeout(_ANSWER_S_MAX):
                return await ask()
        except (LedgerAway, TimeoutError) as error:
            self._away_until_s = time.monotonic() + _AWAY_S
            log.warning("health_not_shared", reason=str(error) or "no answer in time")
            return None


def _rest(backend: str) -> str:
    return f"rest/{backend}"
