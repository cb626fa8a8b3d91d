"""Makes a call: claim it in the journal, reserve the budget, read or share, fence, store, settle, record."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial

from inquest.bus.port import Objects
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import DomainRequest, ToolRequest, ToolResult
from inquest.contracts.payloads import encode
from inquest.contracts.redaction import Redactor
from inquest.gateway.approvals import is_unmade
from inquest.gateway.budget import Bill, Purse
from inquest.gateway.domain.fence import CAREFUL, fence
from inquest.gateway.domain.large import reduced
from inquest.gateway.domain.outcome import Fetched, Sealed, result_of, without_answer
from inquest.gateway.domain.request import request_of
from inquest.gateway.flights import Flights
from inquest.gateway.journal import Journal
from inquest.gateway.ports import Clock, Interface
from inquest.gateway.reader import Reader
from inquest.gateway.shared import Shared, share_key
from inquest.ledger import LedgerAway
from inquest.telemetry.logs import get_logger

NOT_COUNTED = "nothing was read, for the ledger of budgets is away"
_LEDGER_SHARE = 0.5  # of a call's time may go into waiting for the ledger; the read has the rest

log = get_logger("gateway")


@dataclass(frozen=True, slots=True)
class Calls:
    """Makes each call once, within its time and its investigation's budget."""

    journal: Journal
    purse: Purse
    reader: Reader
    payloads: Objects
    clock: Clock
    executor: Executor | None = None  # None: the loop's own threads
    shared: Shared | None = None  # None: answers are shared within this process alone
    flights: Flights[ToolResult] = field(default_factory=Flights)

    async def make(self, request: ToolRequest, call_id: str, interfaces: Sequence[Interface]) -> ToolResult:
        """Return the result, from the journal where the call was made before. Raises RetryLater.

        Waiting for another gateway and reading have the call's time limit each: a read cut short by the wait would
        be recorded as a failure that nobody can repair.
        """
        limit_s = request.timeout_ms / 1000
        # The tenant is part of the key: a guessed step id must not open another tenant's result.
        found = await self.journal.claim(f"{request.tenant}.{call_id}", limit_s)
        if isinstance(found, ToolResult):
            return found.model_copy(update={"recorded": True})
        if found.entry.repeats:
            log.warning("call_repeated", tenant=request.tenant, investigation=request.investigation_id, call=call_id)
        async with self.journal.held(found):
            bill = self.purse.bill(request, interfaces)
            result = bill.stamp(await self._read(request, call_id, bill, limit_s))
        result = result.model_copy(update={"repeated": found.entry.repeats > 0})
        if is_unmade(interfaces):  # what is recorded would answer for the write until its approval has ended
            await asyncio.gather(self.journal.release(found), bill.settle(result))
            return result
        # Neither waits for the other: both are one write to disk, and an answer waits for both.
        recorded, _ = await asyncio.gather(self.journal.record(found, result), bill.settle(result))
        return recorded

    async def _read(self, request: ToolRequest, call_id: str, bill: Bill, limit_s: float) -> ToolResult:
        started_s = time.monotonic()
        fetched_at = self.clock()
        try:
            asks = request_of(request.domain, request.query)
        except Impossible as error:
            return without_answer(request, call_id, "failed", str(error), fetched_at, "malformed")
        try:
            reason = await bill.reserve(limit_s * _LEDGER_SHARE)
        except LedgerAway as error:
            return without_answer(request, call_id, "failed", f"{NOT_COUNTED}: {error}", fetched_at)
        if reason:
            return without_answer(request, call_id, "refused", reason, fetched_at)
        left_s = limit_s - (time.monotonic() - started_s)
        answer, is_shared = await self._ask(request, call_id, asks, bill.interfaces, left_s)
        spent = {"call_id": call_id, "duration_ms": round((time.monotonic() - started_s) * 1000, 3)}
        # What others read costs the back end nothing, and this call the same as if it had asked: each pays for it.
        return answer.model_copy(update=spent | ({"shared": True, "attempts": ()} if is_shared else {}))

    async def _ask(
        self,
        request: ToolRequest,
        call_id: str,
        asks: DomainRequest,
        interfaces: Sequence[Interface],
        left_s: float,
    ) -> tuple[ToolResult, bool]:
        """Return the answer, and whether it was read for another call: many steps of a storm ask the same."""
        is_mine = False

        async def read() -> ToolResult:
            nonlocal is_mine
            is_mine = True
            return await self._fetch(request, call_id, asks, interfaces, left_s)

        key = share_key(request, interfaces)
        shared = self.shared if all(one.shares for one in interfaces) else None
        ask = partial(shared.ask, key, left_s, read) if shared else read
        return await self.flights.share(key, ask), not is_mine

    async def _fetch(
        self,
        request: ToolRequest,
        call_id: str,
        asks: DomainRequest,
        interfaces: Sequence[Interface],
        left_s: float,
    ) -> ToolResult:
        fetched_at = self.clock()
        reading = await self.reader.read(interfaces, asks, tenant=request.tenant, domain=request.domain, left_s=left_s)
        redactor = interfaces[0].redactor
        sealed = await self._store(request.tenant, reading.fetched, redactor, asks) if reading.fetched else None
        return result_of(request, call_id, reading, sealed, fetched_at=fetched_at)

    async def _store(self, tenant: str, fetched: Fetched, redactor: Redactor, asks: DomainRequest) -> Sealed:
        sealed = await asyncio.get_running_loop().run_in_executor(self.executor, seal, fetched, redactor, asks)
        if not sealed.is_large:
            return sealed
        return replace(sealed, ref=await self.payloads.put(tenant, sealed.payload.data))


def seal(fetched: Fetched, redactor: Redactor = CAREFUL, asks: DomainRequest | None = None) -> Sealed:
    """Fence, reduce and encode a response: CPU-bound, for a thread."""
    clean, injections = fence(fetched.response, redactor)
    made = reduced(clean, asks)
    return Sealed(encode(made.response), (*made.notes, *fetched.problems, *injections), is_cut=made.is_cut)
