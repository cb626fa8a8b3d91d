"""Makes a call: claim it in the journal, reserve the budget, read, fence, store, settle, record."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

from inquest.bus.port import Objects
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import DomainRequest, ToolRequest, ToolResult
from inquest.contracts.payloads import encode
from inquest.contracts.redaction import redact
from inquest.gateway.budget import Purse
from inquest.gateway.domain.fence import fence
from inquest.gateway.domain.outcome import Fetched, Reading, Sealed, result_of, without_answer
from inquest.gateway.domain.request import request_of
from inquest.gateway.flights import Flights
from inquest.gateway.journal import Claim, Journal
from inquest.gateway.ports import Clock, Interface
from inquest.gateway.reader import Reader
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
    flights: Flights[tuple[Reading, Sealed | None]] = field(default_factory=Flights)

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
            result = await self._read(request, call_id, interfaces, found, limit_s)
        return await self.journal.record(found, result)

    async def _read(
        self, request: ToolRequest, call_id: str, interfaces: Sequence[Interface], claim: Claim, limit_s: float
    ) -> ToolResult:
        started_s = time.monotonic()
        fetched_at = self.clock()
        try:
            asks = request_of(request.domain, request.query)
        except Impossible as error:
            return without_answer(request, call_id, "failed", str(error), fetched_at, "malformed")
        try:
            reason = await self.purse.reserve(request, limit_s * _LEDGER_SHARE)
        except LedgerAway as error:
            return without_answer(request, call_id, "failed", f"{NOT_COUNTED}: {error}", fetched_at)
        if reason:
            return without_answer(request, call_id, "refused", reason, fetched_at)
        left_s = limit_s - (time.monotonic() - started_s)
        # Two steps of a round often ask the same at the same time: the back end is asked once, and each pays for it.
        asked = (request.tenant, request.domain, request.query.model_dump_json(), *(one.key for one in interfaces))
        reading, sealed = await self.flights.share(asked, lambda: self._fetch(request, asks, interfaces, left_s))
        await self.purse.settle(request, sealed.payload.size_bytes if sealed else 0)
        return result_of(
            request,
            call_id,
            reading,
            sealed,
            fetched_at=fetched_at,
            duration_ms=round((time.monotonic() - started_s) * 1000, 3),
            repeated=claim.entry.repeats > 0,
        )

    async def _fetch(
        self, request: ToolRequest, asks: DomainRequest, interfaces: Sequence[Interface], left_s: float
    ) -> tuple[Reading, Sealed | None]:
        reading = await self.reader.read(interfaces, asks, tenant=request.tenant, domain=request.domain, left_s=left_s)
        return reading, await self._store(request.tenant, reading.fetched) if reading.fetched else None

    async def _store(self, tenant: str, fetched: Fetched) -> Sealed:
        sealed = await asyncio.get_running_loop().run_in_executor(self.executor, seal, fetched)
        if not sealed.is_large:
            return sealed
        return replace(sealed, ref=await self.payloads.put(tenant, sealed.payload.data))


def seal(fetched: Fetched) -> Sealed:
    """Fence and encode a response: CPU-bound, for a thread."""
    clean, injections = fence(fetched.response)
    return Sealed(encode(clean), (*(redact(problem) for problem in fetched.problems), *injections))
