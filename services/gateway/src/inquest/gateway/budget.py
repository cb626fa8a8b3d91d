"""What may still be spent. While the ledger is away nothing is read: what nobody counts has no limit."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from inquest.config.quota import Quota
from inquest.contracts.latest import LimitReached, ToolRequest, ToolResult
from inquest.contracts.spending import told
from inquest.gateway.ports import Interface
from inquest.gateway.spending import charge, draws_of, providers_of, reached_by
from inquest.ledger import Account, Draw, Ledger, LedgerAway, Refusal, Spent
from inquest.telemetry.logs import get_logger

_PAUSE_S_FIRST = 0.05
_PAUSE_S_MAX = 1.0
_NOTHING = Spent()

log = get_logger("gateway")


def no_quota(tenant: str) -> Quota:
    """Return what a tenant of no configuration may spend: as much as its investigations may."""
    del tenant
    return Quota()


@dataclass(frozen=True, slots=True)
class Purse:
    """Reserves before a read and settles after it. `_owed` is what was read and could not be settled yet."""

    ledger: Ledger
    quota: Callable[[str], Quota] = no_quota
    _owed: dict[Account, Spent] = field(default_factory=dict)

    def bill(self, request: ToolRequest, interfaces: Sequence[Interface]) -> "Bill":
        """Return the bill of one call, with nothing on it yet."""
        return Bill(self, request, tuple(interfaces))

    async def take(self, draws: Sequence[Draw], tokens: int, wait_s: float) -> Refusal | None:
        """Take one call and its tokens from each account, or say which limit stands in the way.

        Waits up to `wait_s` for a ledger that is away, then raises LedgerAway.
        """
        loop = asyncio.get_running_loop()
        ends_s, pause_s = loop.time() + wait_s, _PAUSE_S_FIRST
        while True:
            try:
                async with asyncio.timeout_at(ends_s):
                    for draw in draws:
                        await self._pay(draw.account)
                    return await self.ledger.reserve(draws, tokens)
            except TimeoutError:
                raise LedgerAway("no answer in time") from None
            except LedgerAway:
                if loop.time() + pause_s >= ends_s:
                    raise
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _PAUSE_S_MAX)

    async def add(self, account: Account, spent: Spent) -> None:
        """Add what was spent. An answer is never lost over this: what cannot be added now is owed."""
        self._owed[account] = self._owed.get(account, _NOTHING) + spent
        try:
            await self._pay(account)
        except LedgerAway as error:
            log.warning("spend_owed", tenant=account.tenant, investigation=account.investigation, reason=str(error))

    async def _pay(self, account: Account) -> None:
        owed = self._owed.pop(account, _NOTHING)
        if owed == _NOTHING:
            return
        try:
            await self.ledger.settle(account, owed)
        except BaseException:
            self._owed[account] = self._owed.get(account, _NOTHING) + owed
            raise


@dataclass(slots=True)
class Bill:
    """What one call is paid from. `interfaces` are those that may be asked; reserving leaves out who is over budget."""

    purse: Purse
    request: ToolRequest
    interfaces: tuple[Interface, ...]
    reached: tuple[LimitReached, ...] = ()
    _draws: tuple[Draw, ...] = ()
    _tokens_of: int = 0  # so many of the draws, from the first on, hold the call's tokens too

    async def reserve(self, wait_s: float) -> str | None:
        """Take one call from every budget it counts for; return why not, where one has none left. See `Purse.take`."""
        loop = asyncio.get_running_loop()
        ends_s = loop.time() + wait_s
        quota, tokens = self.purse.quota(self.request.tenant), self.request.tokens
        base = draws_of(self.request, quota)
        if refusal := await self.purse.take(base, tokens, wait_s):
            return self._refused(refusal)
        self._draws, self._tokens_of = base, len(base)
        limited = providers_of([one.name for one in self.interfaces], self.request, quota)
        for name, draws in limited.items():
            try:
                refusal = await self.purse.take(draws, 0, ends_s - loop.time())
            except LedgerAway:
                await self.give_back()
                raise
            if refusal:
                self._refused(refusal)
                self.interfaces = tuple(one for one in self.interfaces if one.name != name)
            else:
                self._draws += draws
        if self.interfaces:
            return None
        await self.give_back()
        return _because(self.reached)

    async def give_back(self) -> None:
        """Undo what was reserved, for nobody is asked."""
        draws, self._draws = self._draws, ()
        for number, draw in enumerate(draws):
            tokens = self.request.tokens if number < self._tokens_of else 0
            await self.purse.add(draw.account, Spent(calls=-1, tokens=-tokens))

    def stamp(self, result: ToolResult) -> ToolResult:
        """Return the result with its tokens, and with what was left out or refused over a limit."""
        changes: dict[str, object] = {"tokens": result.tokens + self.request.tokens} if self._draws else {}
        if self.reached:
            changes["limits_reached"] = self.reached
            if self._draws:  # somebody else was asked
                reasons = [result.reason, _because(self.reached)]
                changes["reason"] = "; ".join(filter(None, reasons))
                changes["status"] = "degraded" if result.status == "ok" else result.status
        return result.model_copy(update=changes) if changes else result

    async def settle(self, result: ToolResult) -> None:
        """Charge every account for a stamped result."""
        charges = ((draw.account, charge(draw, self.request, result)) for draw in self._draws)
        await asyncio.gather(*(self.purse.add(account, spent) for account, spent in charges if spent != _NOTHING))

    def _refused(self, refusal: Refusal) -> str:
        self.reached += (reached_by(refusal),)
        again = f"; it begins anew in {refusal.resets_s:.0f} s" if refusal.resets_s else ""
        return _because(self.reached[-1:]) + again


def _because(reached: Sequence[LimitReached]) -> str:
    return f"over budget: {'; '.join(map(told, reached))}"
