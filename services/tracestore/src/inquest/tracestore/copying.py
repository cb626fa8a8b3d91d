"""Copies what legal holds cover out of the streams that forget by age, before they do."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from inquest.audit import AuditLog, Deed
from inquest.contracts.latest import Incident, ToolCall
from inquest.contracts.subjects import DEAD_PREFIX, match
from inquest.contracts.v1.retention import Hold
from inquest.telemetry.logs import get_logger
from inquest.tracestore.adapters.archive import HOLDS, Archive
from inquest.tracestore.adapters.truth import Truth
from inquest.tracestore.domain.bundle import Manifest, Record

AGING = ("INCIDENTS", "SIGNALS", "ADMISSIONS", "TOOLCALLS", "OUTCOMES", "FEEDBACK", "DEAD")
_log = get_logger("tracestore")


@dataclass(slots=True)
class HoldCopies:
    """For each hold, parts in the archive. How far each stream was looked at is remembered while the process lives."""

    truth: Truth
    archive: Archive
    audit: AuditLog
    clock: Callable[[], datetime]
    _seen: dict[tuple[str, str], int] = field(default_factory=dict)
    _signals: dict[str, set[str]] = field(default_factory=dict)  # by hold: signals of its incident

    async def copy(self, holds: Sequence[Hold]) -> int:
        """Copy what is new and held; drop the copies of holds that ended. Returns how many records were copied."""
        copied = 0
        for hold in holds:
            if hold.ended_at is None:
                copied += await self._copy(hold)
            else:
                await self._drop(hold)
        return copied

    async def _copy(self, hold: Hold) -> int:
        folder = self.archive.folder(HOLDS, hold.tenant, hold.hold_id)
        parts = await asyncio.to_thread(self.archive.parts, folder)
        if hold.hold_id not in self._signals:
            kept = await asyncio.to_thread(self.archive.read_all, folder)
            self._signals[hold.hold_id] = {one for record in kept for one in _signal_ids(record)}
            for record in kept:
                key = (hold.hold_id, record.stream)
                self._seen[key] = max(self._seen.get(key, 0), record.seq)
        fresh, seen = [], {}
        for stream in AGING:  # incidents first: they say which signals are theirs
            key = (hold.hold_id, stream)
            for record in await self.truth.after(stream, self._seen.get(key, 0)):
                seen[key] = record.seq
                if self._is_held(hold, record):
                    fresh.append(record)
        if fresh:
            objects = [ref for record in fresh if (ref := _payload_of(record)) and await self._keep(ref)]
            manifest = Manifest(
                tenant=hold.tenant,
                investigation_id=hold.investigation_id or "",
                incident_id=hold.incident_id or "",
                part=len(parts) + 1,
                closed_at=hold.at,
                archived_at=self.clock(),
                records=0,
                streams={},
                objects=tuple(dict.fromkeys(objects)),
                sha256="",
            )
            whole = await asyncio.to_thread(self.archive.add, folder, manifest, fresh)
            await asyncio.to_thread(self.archive.read, folder, whole)
            _log.info("hold_copied", tenant=hold.tenant, hold=hold.hold_id, records=len(fresh))
        self._seen |= seen
        return len(fresh)

    def _is_held(self, hold: Hold, record: Record) -> bool:
        found = match(record.subject.removeprefix(f"{DEAD_PREFIX}."))
        keys = found[1] if found else {}
        tenant = keys.get("tenant", "")
        if hold.covers(tenant, keys.get("incident"), keys.get("investigation")):
            self._signals[hold.hold_id] |= set(_signal_ids(record))
            return True
        return tenant == hold.tenant and keys.get("signal") in self._signals[hold.hold_id]

    async def _keep(self, ref: str) -> bool:
        if not await asyncio.to_thread(self.archive.has_object, ref):
            data = await self.truth.payload(ref)
            if data is None:
                return False
            await asyncio.to_thread(self.archive.put_object, ref, data)
        return True

    async def _drop(self, hold: Hold) -> None:
        folder = self.archive.folder(HOLDS, hold.tenant, hold.hold_id)
        if await asyncio.to_thread(folder.exists):
            await self.audit.record(Deed("archive-deleted", hold.tenant, "tracestore", "its hold ended", hold.hold_id))
            await asyncio.to_thread(self.archive.remove, HOLDS, hold.tenant, hold.hold_id)


def _signal_ids(record: Record) -> tuple[str, ...]:
    message = _message(record)
    return message.signal_ids if isinstance(message, Incident) else ()


def _payload_of(record: Record) -> str | None:
    message = _message(record)
    return message.payload_ref if isinstance(message, ToolCall) else None


def _message(record: Record) -> object:
    try:
        return record.message()
    except ValidationError:  # kept as it is, whatever it says
        return None
