"""The health of providers: shared through the ledger, and each gateway's own while the ledger is away."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from inquest.gateway.ports import Interface
from inquest.ledger import Circuit, Health, Ledger, LedgerAway
from inquest.ledger.rules import Standing, after_failure
from inquest.telemetry.logs import get_logger

_FRESH_S = 1.0  # what another gateway learned is known here within this time
_ANSWER_S_MAX = 0.5  # health is advice: a read does not wait longer for it
_AWAY_S = 5.0  # then the ledger is asked again

ResultT = TypeVar("ResultT")

log = get_logger("gateway")


@dataclass(slots=True)
class HealthBoard:
    """What is known of each provider. Without a ledger, and while it is away, what this process saw itself."""

    ledger: Ledger | None = None
    _seen: dict[str, Standing] = field(default_factory=dict)
    _asked_s: dict[str, float] = field(default_factory=dict)
    _away_until_s: float = 0.0

    async def get(self, interface: Interface) -> Health:
        """Return the health of a provider; healthy while nothing is known."""
        key = interface.key
        if self.ledger and time.monotonic() - self._asked_s.get(key, -_FRESH_S) >= _FRESH_S:
            self._asked_s[key] = time.monotonic()
            self._note(key, await self._ask(partial(self.ledger.health, key)))
        return self._seen.get(key, Standing()).at(time.monotonic())

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
        """Forget the providers that are configured no more."""
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
