"""The ledger on the bus: server-side counters for budgets, one key-value bucket for what changes rarely."""

import asyncio
import hashlib
import random
from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import TypeAdapter

from inquest.bus.port import BusPort, KeyValue
from inquest.contracts.errors import Conflict, RetryLater
from inquest.ledger.port import Account, Circuit, Draw, Governor, Health, LedgerAway, Refusal, Spent
from inquest.ledger.rules import WINDOWS_S, Places, Standing, after_failure, refusal, rested, taken

StateT = TypeVar("StateT")
ResultT = TypeVar("ResultT")

WRITES_MAX = 50  # each lost write means that another replica's was recorded
PAUSE_S_MAX = 0.02

_UNITS = ("calls", "bytes", "tokens", "call-ms")  # in the order of the fields of Spent
_PLACES = TypeAdapter(Places)
_STANDING = TypeAdapter(Standing)


class BusLedger:
    """Implements Ledger. Leases and rests run on the server's clock, so that those of the replicas do not matter."""

    def __init__(self, bus: BusPort, kv: KeyValue) -> None:
        self._bus = bus
        self._kv = kv
        self._asking = asyncio.Lock()

    async def reserve(self, draws: Sequence[Draw], tokens: int = 0) -> Refusal | None:
        """See Ledger. What dies between the count and its correction leaves one call too many.

        While a refused call is being given back, its wider accounts show it: others are refused sooner, never later.
        """
        now_s = await self._window_now_s([draw.account for draw in draws])
        asked = Spent(calls=1, tokens=tokens)
        after = await asyncio.gather(*(self._count(draw, asked, now_s) for draw in draws))
        before = [Spent(one.calls - 1, one.size_bytes, one.tokens - tokens, one.call_ms) for one in after]
        ends_s = [_left_s(draw.account, now_s) for draw in draws]
        refused = refusal(draws, before, asked, ends_s)
        if refused:
            back = Spent(calls=-1, tokens=-tokens)
            await asyncio.gather(*(self._change_by(draw.account, back, now_s) for draw in draws))
        return refused

    async def settle(self, account: Account, spent: Spent) -> None:
        """See Ledger."""
        await self._change_by(account, spent, await self._window_now_s([account]))

    async def spent(self, account: Account) -> Spent:
        """See Ledger."""
        now_s = await self._window_now_s([account])
        return Spent(*await asyncio.gather(*(self._counted(account, unit, 0, now_s) for unit in _UNITS)))

    async def _count(self, draw: Draw, asked: Spent, now_s: float) -> Spent:
        """Add what is asked for and return what is counted then; a unit without a limit is not looked at."""
        budget, account = draw.budget, draw.account
        wanted = (
            (1, True),
            (0, budget.bytes_max is not None),
            (asked.tokens, budget.tokens_max is not None or asked.tokens > 0),
            (0, budget.call_ms_max is not None),
        )
        counted = [
            self._counted(account, unit, amount, now_s) if is_wanted else _nothing()
            for unit, (amount, is_wanted) in zip(_UNITS, wanted, strict=True)
        ]
        return Spent(*await asyncio.gather(*counted))

    async def _change_by(self, account: Account, spent: Spent, now_s: float) -> None:
        amounts = (spent.calls, spent.size_bytes, spent.tokens, spent.call_ms)
        pairs = zip(_UNITS, amounts, strict=True)
        await asyncio.gather(*(self._counted(account, unit, amount, now_s) for unit, amount in pairs if amount))

    async def _counted(self, account: Account, unit: str, amount: int, now_s: float) -> int:
        """Add to a counter and return what it stands at then; nothing is written where nothing is added."""
        whose = f"per-{account.window}-{_index(account, now_s)}" if account.window else account.investigation
        tokens = [account.tenant, whose, *([account.part] if account.part else []), unit]
        try:
            return await (self._bus.add(*tokens, amount=amount) if amount else self._bus.count(*tokens))
        except RetryLater as error:
            raise LedgerAway(str(error)) from error

    async def _window_now_s(self, accounts: Sequence[Account]) -> float:
        """Return the server's time where an account goes by it; asked of the server once a minute at most."""
        if not any(account.window for account in accounts):
            return 0.0
        try:
            async with self._asking:  # who comes next finds the answer
                return await self._kv.now_s()
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


async def _nothing() -> int:
    return 0


def _index(account: Account, now_s: float) -> int:
    return int(now_s // WINDOWS_S[account.window])


def _left_s(account: Account, now_s: float) -> float:
    return WINDOWS_S[account.window] - now_s % WINDOWS_S[account.window] if account.window else 0.0


def _token(name: str) -> str:
    """Return a key token for any name."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]
