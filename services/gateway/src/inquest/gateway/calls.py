"""Makes a call: claim it in the journal and reserve the budget, read or share, fence, store, settle, record."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial

from inquest.bus.crashpoints import watch
from inquest.bus.port import BusPort, Objects
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import DomainRequest, ToolRequest, ToolResult
from inquest.contracts.payloads import encode
from inquest.contracts.redaction import Redactor
from inquest.contracts.topology import GATEWAY_JOURNAL, GATEWAY_SHARED, PAYLOADS
from inquest.gateway.approvals import is_unmade
from inquest.gateway.budget import Bill, Purse
from inquest.gateway.domain.fence import CAREFUL, fence
from inquest.gateway.domain.large import reduced
from inquest.gateway.domain.outcome import Fetched, Sealed, result_of, without_answer
from inquest.gateway.domain.request import request_of
from inquest.gateway.flights import Flights
from inquest.gateway.journal import Claim, Journal
from inquest.gateway.ports import Clock, Interface
from inquest.gateway.reader import Reader
from inquest.gateway.roster import Roster
from inquest.gateway.shared import Shared, share_key
from inquest.ledger import LedgerAway
from inquest.telemetry.logs import get_logger

NOT_COUNTED = "nothing was read, for the ledger of budgets is away"
_MOMENT_S = 0.05  # a call that was made before, and is asked again, takes the last place for less than that
_LEDGER_SHARE = 0.5  # of a call's time may go into waiting for the ledger; the read has the rest

log = get_logger("gateway")

Admitted = DomainRequest | ToolResult


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
    undoing: set[asyncio.Task[None]] = field(default_factory=set)  # a task that nobody refers to may vanish

    async def make(self, request: ToolRequest, call_id: str, interfaces: Sequence[Interface]) -> ToolResult:
        """Return the result, from the journal where the call was made before. Raises RetryLater.

        Waiting for another gateway and reading have the call's time limit each: a read cut short by the wait would
        be recorded as a failure that nobody can repair.
        """
        limit_s = request.timeout_ms / 1000
        # The tenant is part of the key: a guessed step id must not open another tenant's result.
        key = f"{request.tenant}.{call_id}"
        bill = self.purse.bill(request, interfaces)
        # Neither waits for the other, as below: each is a write to disk. Nobody is asked before both are done.
        admitting = asyncio.ensure_future(self._admit(request, call_id, bill, limit_s))
        claim = await self._first(key, admitting, bill)
        if claim is None:
            found = await self.journal.begun(key, limit_s)
            if isinstance(found, ToolResult):
                return found.model_copy(update={"recorded": True})
            claim, bill = found, self.purse.bill(request, interfaces)
            admitting = asyncio.ensure_future(self._admit(request, call_id, bill, limit_s))
        if claim.entry.repeats:
            log.warning("call_repeated", tenant=request.tenant, investigation=request.investigation_id, call=call_id)
        async with self.journal.held(claim):
            began_s = time.monotonic()
            admitted = await admitting
            if isinstance(admitted, ToolResult) and admitted.status == "refused":
                await asyncio.sleep(_MOMENT_S)
                bill = self.purse.bill(request, interfaces)
                admitted = await self._admit(request, call_id, bill, limit_s)
            left_s = limit_s - (time.monotonic() - began_s)
            if not isinstance(admitted, ToolResult):
                admitted = await self._read(request, call_id, bill, admitted, left_s)
        result = bill.stamp(admitted).model_copy(update={"repeated": claim.entry.repeats > 0})
        if is_unmade(interfaces):  # what is recorded would answer for the write until its approval has ended
            await asyncio.gather(self.journal.release(claim), bill.settle(result))
            return result
        recorded, _ = await asyncio.gather(self.journal.record(claim, result), bill.settle(result))
        return recorded

    async def aclose(self) -> None:
        """Wait for what is still being written."""
        if self.shared:
            await self.shared.aclose()

    async def _first(self, key: str, admitting: asyncio.Future[Admitted], bill: Bill) -> Claim | None:
        """Claim a call that nobody has begun; where somebody has, or nobody can say, what it took is given back."""
        claim = None
        try:
            claim = await self.journal.first(key)
        finally:
            if claim is None:  # an answer that is there does not wait for a ledger that is away
                undoing = asyncio.create_task(_undo(admitting, bill))
                self.undoing.add(undoing)
                undoing.add_done_callback(self.undoing.discard)
        return claim

    async def _admit(self, request: ToolRequest, call_id: str, bill: Bill, limit_s: float) -> Admitted:
        """Take the call from its budgets and return what it asks; or the result that says why it asks nothing."""
        now = self.clock()
        try:
            asks = request_of(request.domain, request.query)
        except Impossible as error:
            return without_answer(request, call_id, "failed", str(error), now, "malformed")
        try:
            reason = await bill.reserve(limit_s * _LEDGER_SHARE)
        except LedgerAway as error:
            return without_answer(request, call_id, "failed", f"{NOT_COUNTED}: {error}", now)
        return without_answer(request, call_id, "refused", reason, now) if reason else asks

    async def _read(
        self, request: ToolRequest, call_id: str, bill: Bill, asks: DomainRequest, left_s: float
    ) -> ToolResult:
        started_s = time.monotonic()
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


async def _undo(admitting: asyncio.Future[Admitted], bill: Bill) -> None:
    """Give back what is being taken: once it is taken, for nobody knows the count of half a step."""
    await asyncio.wait([admitting])
    await bill.give_back()


def seal(fetched: Fetched, redactor: Redactor = CAREFUL, asks: DomainRequest | None = None) -> Sealed:
    """Fence, reduce and encode a response: CPU-bound, for a thread."""
    clean, injections = fence(fetched.response, redactor)
    made = reduced(clean, asks)
    return Sealed(encode(made.response), (*made.notes, *fetched.problems, *injections), is_cut=made.is_cut)


def open_calls(bus: BusPort, roster: Roster, purse: Purse, reader: Reader, executor: Executor, clock: Clock) -> Calls:
    """Put the making of calls together, over the buckets of the bus."""
    answers = bus.kv(GATEWAY_SHARED)
    return Calls(
        journal=roster.journal(bus.kv(GATEWAY_JOURNAL)),
        purse=purse,
        reader=watch(reader, "provider", "read"),
        payloads=bus.objects(PAYLOADS),
        clock=clock,
        executor=executor,
        shared=Shared(answers, roster.journal(answers)),
    )
