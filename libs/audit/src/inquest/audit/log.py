"""Writes the audit of one service instance: chained, in groups, each append conditional on the one before.

Every process begins chains of its own, one for each tenant, so that no two writers ever meet on one. What waits to be
written is written as one atomic batch; whoever needs to know waits for it, and the accept path never does: what
happens all the time is counted, and its counts are written once for each window.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

from inquest.audit.chain import Head, linked
from inquest.audit.counts import Counted, Counts
from inquest.bus.port import BusPort, Outgoing
from inquest.contracts import subjects as s
from inquest.contracts.deeds import Deed
from inquest.contracts.errors import Conflict, InquestError, RetryLater
from inquest.contracts.latest import AuditRecord, derive_id
from inquest.contracts.redaction import redact
from inquest.contracts.v1.controls import NO_TENANT
from inquest.telemetry.logs import get_logger
from inquest.telemetry.traces import trace_id

BATCH_MAX = 100  # records in one atomic batch
WINDOW_S = 10.0  # what repeats within it is one record with a count
WAITING_MAX = 5000  # records in memory while the bus is away; more are lost, and their number is recorded
WRITTEN_S_MAX = 15.0  # how long an admin action waits for its record
TOLD_S_MAX = 1.0  # how long a refusal or a decision does
RETRY_S = 0.5
CHECKPOINT_S = 30.0
CLOSE_S_MAX = 5.0
TEXT_CHARS_MAX = 500

_log = get_logger("audit")


@dataclass(slots=True)
class _Waiting:
    record: AuditRecord
    written: asyncio.Future[None] | None


class AuditLog:
    """Keeps what happens in one service. Close it before the bus is closed."""

    def __init__(self, bus: BusPort, service: str, clock: Callable[[], datetime] | None = None) -> None:
        self._bus = bus
        self._service = service
        self._clock = clock or (lambda: datetime.now(UTC))
        self._instance = uuid4().hex
        self._made = 0
        self._heads: dict[str, Head] = {}  # by tenant
        self._left: dict[str, list[str]] = {}  # by tenant: chains whose end is not known any more
        self._waiting: deque[_Waiting] = deque()
        self._counts = Counts(self._clock)
        self._lost = 0
        self._unmarked: set[str] = set()  # tenants whose chain grew since its checkpoint
        self._writer: asyncio.Task[None] | None = None
        self._marker: asyncio.Task[None] | None = None
        self._window: asyncio.TimerHandle | None = None

    # -- what services say ----------------------------------------------------------------------

    async def record(self, deed: Deed) -> None:
        """Return once the record is on disk. Raises RetryLater when it is not in time; it is written later then."""
        written = self._enqueue(deed, is_awaited=True)
        try:
            async with asyncio.timeout(WRITTEN_S_MAX):
                await asyncio.shield(written)
        except TimeoutError as error:
            raise RetryLater("the audit cannot be written; is nats-server up?") from error

    async def refused(self, deed: Deed) -> None:
        """Record a refusal before it is answered; its repeats within WINDOW_S are counted. Never raises."""
        if not self._counts.begin(deed):
            self._counts.add(deed)
            return
        self._open_window()
        await self.tell(deed)

    async def tell(self, deed: Deed) -> None:
        """Record what must go on also where the audit cannot be written; it is written later then. Never raises."""
        with suppress(TimeoutError, InquestError):
            async with asyncio.timeout(TOLD_S_MAX):
                await asyncio.shield(self._enqueue(deed, is_awaited=True))

    def note(self, deed: Deed, digest: str = "") -> None:
        """Count what happens all the time, and keep the hash of what it was, if any; costs no wait."""
        self._counts.add(deed, digest)
        self._open_window()

    async def close(self) -> None:
        """Write what waits and a checkpoint of each chain, for at most CLOSE_S_MAX seconds."""
        if self._window is not None:
            self._window.cancel()
        self._flush()
        if self._marker is not None:
            self._marker.cancel()
        with suppress(TimeoutError, InquestError):
            async with asyncio.timeout(CLOSE_S_MAX):
                if self._writer is not None:
                    await self._writer
                await self.mark()
        if self._waiting:
            _log.error("audit_lost", service=self._service, records=len(self._waiting))

    def _open_window(self) -> None:
        if self._window is None:
            self._window = asyncio.get_running_loop().call_later(WINDOW_S, self._flush)

    def _flush(self) -> None:
        """Turn what was counted into records."""
        self._window = None
        for deed, counted in self._counts.take():
            self._enqueue(deed, counted=counted)

    # -- writing --------------------------------------------------------------------------------

    def _enqueue(self, deed: Deed, *, counted: Counted | None = None, is_awaited: bool = False) -> asyncio.Future[None]:
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if len(self._waiting) >= WAITING_MAX:
            self._lost += 1
            written.set_exception(RetryLater("the audit is too far behind"))
            if not is_awaited:
                written.exception()  # seen: nobody waits for it
            return written
        self._waiting.append(_Waiting(self._record(deed, counted), written if is_awaited else None))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        return written

    def _record(self, deed: Deed, counted: Counted | None = None) -> AuditRecord:
        self._made += 1
        now = self._clock()
        return AuditRecord(
            record_id=derive_id("audit", self._instance, str(self._made)),
            tenant=deed.tenant,
            action=deed.action,
            by=_clean(deed.by),
            at=counted.at if counted else now,
            reason=_clean(deed.reason),
            about=_clean(deed.about),
            outcome=deed.outcome,
            count=counted.times if counted else 1,
            since=counted.since if counted else None,
            peer=_clean(deed.peer),
            trace_id="" if counted else trace_id() or "",
            service=self._service,
            hashes=counted.listed() if counted else (),
            hashes_digest=counted.digest() if counted else "",
        )

    async def _write_all(self) -> None:
        while self._waiting:
            self._tell_lost()
            batch = [self._waiting.popleft() for _ in range(min(BATCH_MAX, len(self._waiting)))]
            await self._write([one.record for one in batch])
            for one in batch:
                if one.written is not None and not one.written.done():
                    one.written.set_result(None)
            if self._marker is None or self._marker.done():
                self._marker = asyncio.create_task(self._mark_later())

    def _tell_lost(self) -> None:
        if self._lost:
            now, lost, self._lost = self._clock(), self._lost, 0
            deed = Deed("records-lost", NO_TENANT, self._service, "the bus was away for too long")
            self._waiting.append(_Waiting(self._record(deed, Counted(now, now, lost)), None))

    async def _write(self, records: Sequence[AuditRecord]) -> None:
        """Append the same records until they are there."""
        while True:
            heads = dict(self._heads)
            placed = [self._placed(record, heads) for record in records]
            try:
                last_seq = await self._append(placed, {tenant: head.seq for tenant, head in self._heads.items()})
            except Conflict as error:
                # A try whose ack was lost stored them, or somebody else wrote there. Either way the end of the chain
                # is not known here any more: they go to a new one, which says what it follows. Never lost; maybe twice.
                _log.warning("audit_chain_left", service=self._service, reason=str(error))
                for tenant in {record.tenant for record in records}:
                    self._leave(tenant)
            except InquestError as error:
                _log.error("audit_not_written", service=self._service, records=len(records), reason=str(error))
                await asyncio.sleep(RETRY_S)
            else:
                for back, record in enumerate(reversed(placed)):
                    heads[record.tenant] = replace(
                        heads[record.tenant], seq=max(heads[record.tenant].seq, last_seq - back)
                    )
                self._heads = heads
                self._unmarked |= {record.tenant for record in placed}
                return

    def _placed(self, record: AuditRecord, heads: dict[str, Head]) -> AuditRecord:
        """Return the record at the end of its tenant's chain, and move that end."""
        head = heads.get(record.tenant) or Head(self._chain_id(record.tenant))
        follows = self._left[record.tenant][-1] if head.number == 0 and record.tenant in self._left else ""
        placed = linked(record, head, follows)
        heads[record.tenant] = Head(head.chain, placed.number, placed.hash, head.seq)
        return placed

    def _chain_id(self, tenant: str) -> str:
        return derive_id("chain", self._service, self._instance, tenant, str(len(self._left.get(tenant, ()))))

    def _leave(self, tenant: str) -> None:
        head = self._heads.pop(tenant, None) or Head(self._chain_id(tenant))
        self._left.setdefault(tenant, []).append(head.named())

    async def _append(self, records: Sequence[AuditRecord], seqs: dict[str, int]) -> int:
        """Return the sequence of the last record. Raises Conflict where a chain has another end."""
        items, begun = [], set[str]()
        for one in records:
            keys = {"tenant": one.tenant, "service": one.service, "chain": one.chain}
            # In a batch the first of each chain is conditional; the server keeps the rest behind it.
            expected = None if one.tenant in begun else seqs.get(one.tenant, 0)
            begun.add(one.tenant)
            msg_id = f"{one.chain}:{one.number}"
            items.append(Outgoing(s.AUDIT_RECORDED, one, keys, msg_id, expected))
        if len(items) > 1:
            return await self._bus.publish_batch(items)
        only, one = items[0], records[0]
        sent = await self._bus.publish(
            s.AUDIT_RECORDED,
            one,
            msg_id=only.msg_id,
            expect_last=only.expect_last,
            tenant=one.tenant,
            service=one.service,
            chain=one.chain,
        )
        return sent.seq

    # -- checkpoints ----------------------------------------------------------------------------

    async def _mark_later(self) -> None:
        await asyncio.sleep(CHECKPOINT_S)
        try:
            await self.mark()
        except InquestError as error:
            _log.warning("audit_checkpoint_missed", service=self._service, reason=str(error))

    async def mark(self) -> None:
        """Note how far each chain has come, where it grew. Raises RetryLater."""
        for tenant in sorted(self._unmarked):
            if (head := self._heads.get(tenant)) is not None:
                await self._checkpoint(tenant, head)
            self._unmarked.discard(tenant)

    async def _checkpoint(self, tenant: str, head: Head) -> None:
        taken = head.checkpoint(tenant, self._service, self._clock())
        keys = {"tenant": tenant, "service": self._service, "chain": head.chain}
        msg_id = f"{head.chain}:{head.number}"
        await self._bus.publish_many([Outgoing(s.AUDIT_CHECKPOINT, taken, keys, msg_id)])


def _clean(text: str) -> str:
    """Return a text from outside as it may be kept: without secrets, and not long."""
    return redact(text[: 4 * TEXT_CHARS_MAX])[:TEXT_CHARS_MAX]
