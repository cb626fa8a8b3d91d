"""The ledger on the bus: server-side counters for budgets, one key-value bucket for what changes rarely."""

import asyncio
import hashlib
import random
from collections.abc import Callable
from typing import TypeVar

from pydantic import TypeAdapter

from inquest.bus.port import BusPort, KeyValue
from inquest.contracts.errors import Conflict, RetryLater
from inquest.ledger.port import Account, Budget, Circuit, Governor, Health, LedgerAway, Spent
from inquest.ledger.rules import Places, Standing, after_failure, refusal, rested, taken

StateT = TypeVar("StateT")
ResultT = TypeVar("ResultT")

WRITES_MAX = 50  # each lost write means that another replica's was recorded
PAUSE_S_MAX = 0.02

_PLACES = TypeAdapter(Places)
_STANDING = TypeAdapter(Standing)


class BusLedger:
    """Implements Ledger. Leases and rests run on the server's clock, so that those of the replicas do not matter."""

    def __init__(self, bus: BusPort, kv: KeyValue) -> None:
        self._bus = bus
        self._kv = kv

    async def reserve(self, account: Account, budget: Budget) -> str | None:
        """See Ledger. What dies between the count and its correction leaves one call too many."""
        calls, size_bytes = await asyncio.gather(self._add(account, "calls", 1), self._add(account, "bytes", 0))
        reason = refusal(Spent(calls, size_bytes), budget)
        if reason:
            await self._add(account, "calls", -1)
        return reason

    async def settle(self, account: Account, size_bytes: int) -> None:
        """See Ledger."""
        await self._add(account, "bytes", size_bytes)

    async def spent(self, account: Account) -> Spent:
        """See Ledger."""
        return Spent(await self._add(account, "calls", 0), await self._add(account, "bytes", 0))

    async def _add(self, account: Account, unit: str, amount: int) -> int:
        try:
            return await self._bus.add(account.tenant, account.investigation, unit, amount=amount)
        except RetryLater as error:
            raise LedgerAway(str(error)) from error

    async def take(self, name: str, holder: str, governor: Governor) -> float:
        """See Ledger."""
        return await self._change(
            f"governor.{_token(name)}", _PLACES, Places(), lambda places, now_s: taken(places, holder, now_s, governor)
        )

    async def renew(self, name: str, holder: str, governor: Governor) -> bool:
        """See Ledger."""

        def renewed(places: Places, now_s: float) -> tuple[Places, bool]:
            if places.until_s.get(holder, 0.0) <= now_s:
                return places, False
            return Places(places.until_s | {holder: now_s + governor.lease_s}, places.tokens, places.at_s), True

        return await self._change(f"governor.{_token(name)}", _PLACES, Places(), renewed)

    async def give_back(self, name: str, holder: str) -> None:
        """See Ledger."""

        def given_back(places: Places, _: float) -> tuple[Places, None]:
            held = {one: until for one, until in places.until_s.items() if one != holder}
            return Places(held, places.tokens, places.at_s), None

        await self._change(f"governor.{_token(name)}", _PLACES, Places(), given_back)

    async def health(self, key: str) -> Health:
        """See Ledger."""
        return await self._change(
            f"health.{_token(key)}", _STANDING, Standing(), lambda found, now_s: (found, found.at(now_s))
        )

    async def failed(self, key: str, reason: str, circuit: Circuit) -> Health:
        """See Ledger."""

        def noted(found: Standing, now_s: float) -> tuple[Standing, Health]:
            standing = after_failure(found, reason, now_s, circuit)
            return standing, standing.at(now_s)

        return await self._change(f"health.{_token(key)}", _STANDING, Standing(), noted)

    async def succeeded(self, key: str) -> None:
        """See Ledger."""
        await self._change(f"health.{_token(key)}", _STANDING, Standing(), lambda *_: (Standing(), None))

    async def rest(self, key: str, rest_s: float, reason: str) -> None:
        """See Ledger."""
        await self._change(
            f"health.{_token(key)}",
            _STANDING,
            Standing(),
            lambda found, now_s: (rested(found, reason, now_s, rest_s), None),
        )

    async def ping(self) -> None:
        """See Ledger."""
        await self.health("ping")

    async def close(self) -> None:
        """See Ledger. The bus is its owner's."""

    async def _change(
        self,
        key: str,
        kind: TypeAdapter[StateT],
        empty: StateT,
        change: Callable[[StateT, float], tuple[StateT, ResultT]],
    ) -> ResultT:
        """Read, decide, write on condition that nobody wrote meanwhile; nothing is written where nothing changed."""
        for _ in range(WRITES_MAX):
            try:
                entry = await self._kv.get(key)
                state = kind.validate_json(entry.value) if entry else empty
                new, result = change(state, await self._kv.now_s())
                if new != state:
                    data = kind.dump_json(new)
                    await (self._kv.update(key, data, entry.revision) if entry else self._kv.create(key, data))
            except Conflict:
                await asyncio.sleep(random.uniform(0, PAUSE_S_MAX))  # noqa: S311 - spreads the writers
            except RetryLater as error:
                raise LedgerAway(str(error)) from error
            else:
                return result
        raise LedgerAway(f"{key} changed {WRITES_MAX} times while it was written")


def _token(name: str) -> str:
    """Return a key token for any name."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]
