"""What an investigation may still spend. While the ledger is away nothing is read: what nobody counts has no limit."""

import asyncio
from dataclasses import dataclass, field

from inquest.contracts.latest import ToolRequest
from inquest.ledger import Account, Budget, Ledger, LedgerAway
from inquest.telemetry.logs import get_logger

_PAUSE_S_FIRST = 0.05
_PAUSE_S_MAX = 1.0

log = get_logger("gateway")


@dataclass(frozen=True, slots=True)
class Purse:
    """Reserves before a read and settles after it. `_owed` is what was read and could not be settled yet."""

    ledger: Ledger
    _owed: dict[Account, int] = field(default_factory=dict)

    async def reserve(self, request: ToolRequest, wait_s: float) -> str | None:
        """Take one call from the budget; return why not, where there is none left.

        Waits up to `wait_s` for a ledger that is away, then raises LedgerAway.
        """
        loop = asyncio.get_running_loop()
        ends_s, pause_s = loop.time() + wait_s, _PAUSE_S_FIRST
        budget = Budget(request.calls_max, request.bytes_max)
        while True:
            try:
                async with asyncio.timeout_at(ends_s):
                    await self._pay(_account(request))
                    return await self.ledger.reserve(_account(request), budget)
            except TimeoutError:
                raise LedgerAway("no answer in time") from None
            except LedgerAway:
                if loop.time() + pause_s >= ends_s:
                    raise
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, _PAUSE_S_MAX)

    async def settle(self, request: ToolRequest, size_bytes: int) -> None:
        """Add what was read. An answer is never lost over this: what cannot be added now is owed."""
        account = _account(request)
        self._owed[account] = self._owed.get(account, 0) + size_bytes
        try:
            await self._pay(account)
        except LedgerAway as error:
            log.warning("bytes_owed", tenant=account.tenant, investigation=account.investigation, reason=str(error))

    async def _pay(self, account: Account) -> None:
        owed = self._owed.pop(account, 0)
        if not owed:
            return
        try:
            await self.ledger.settle(account, owed)
        except BaseException:
            self._owed[account] = self._owed.get(account, 0) + owed
            raise


def _account(request: ToolRequest) -> Account:
    return Account(request.tenant, request.investigation_id)
