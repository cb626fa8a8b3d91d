"""Takes a closed investigation from the streams of truth into the archive: written, verified, audited, then purged.

Each step may be the last of a process. What is written twice is the same; what was purged in part is in the archive,
and the history, which goes last, brings the investigation back here until nothing but its end is left.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from inquest.audit import AuditLog, Deed
from inquest.bus.crashpoints import around
from inquest.bus.port import Usage
from inquest.contracts.errors import InquestError
from inquest.contracts.topology import ARCHIVED
from inquest.contracts.v1.retention import Hold
from inquest.telemetry.logs import get_logger
from inquest.telemetry.metrics import INVESTIGATIONS_ARCHIVED
from inquest.tracestore.adapters.archive import INVESTIGATIONS, Archive
from inquest.tracestore.adapters.keeping import Kept, SqliteKeeping
from inquest.tracestore.adapters.truth import Truth
from inquest.tracestore.domain.bundle import ArchiveDamaged, Closing, Manifest, Record, closing_of, differing

BY = "tracestore"
_log = get_logger("tracestore")


@dataclass(frozen=True, slots=True)
class Archiver:
    """Archives one investigation at a time. `clock` is compared with times of the server, in days."""

    truth: Truth
    archive: Archive
    index: SqliteKeeping
    audit: AuditLog
    clock: Callable[[], datetime]

    async def archive_one(
        self, tenant: str, investigation_id: str, closed_before: datetime, usage: dict[str, Usage]
    ) -> bool:
        """Archive and purge what closed before a time; False where it is not due, held, or somebody still needs it.

        Raises RetryLater, ArchiveDamaged: nothing is purged then.
        """
        folder = self.archive.folder(INVESTIGATIONS, tenant, investigation_id)
        kept = await asyncio.to_thread(self.archive.read_all, folder)
        live = await self.truth.of_investigation(tenant, investigation_id)
        closing = _closing([*kept, *live], investigation_id)
        if closing.closed_at is None or closing.closed_at >= closed_before or not _is_settled(live, usage):
            return False
        if not closing.is_whole:
            raise ArchiveDamaged(f"{folder}: the streams lack events of {investigation_id} that the archive has not")
        if await self._is_held(tenant, closing.incident_id, investigation_id):
            return False
        kept = await self._write(folder, investigation_id, closing, kept, live, tenant)
        # Read again, from the disk and from the server: what is about to be purged must be there, byte for byte.
        kept = await asyncio.to_thread(self.archive.read_all, folder)
        live = await self.truth.of_investigation(tenant, investigation_id)
        if wrong := differing(live, kept):
            raise ArchiveDamaged(f"{folder}: {len(wrong)} records are not as in the streams, the first {wrong[0]}")
        await self._tell(tenant, investigation_id, folder)
        if await self._is_held(tenant, closing.incident_id, investigation_id):
            return False
        await self.truth.purge(tenant, investigation_id, live, closing.remnant_seq)
        kept_as = Kept(tenant, investigation_id, closing.incident_id)
        await self.index.mark(kept_as, closing.closed_at, frozenset(record.place for record in kept))
        INVESTIGATIONS_ARCHIVED.inc()
        _log.info("investigation_archived", tenant=tenant, investigation=investigation_id, records=len(kept))
        return True

    async def _write(
        self,
        folder: Path,
        investigation_id: str,
        closing: Closing,
        kept: list[Record],
        live: list[Record],
        tenant: str,
    ) -> list[Record]:
        """Write what the archive lacks as the next part, payloads first."""
        around_it = await self.truth.of_incident(tenant, closing.incident_id)
        signals = _closing(around_it, investigation_id).signal_ids
        around_it += await self.truth.of_signals(tenant, signals)
        known = {record.place for record in kept}
        fresh = [record for record in (*live, *around_it) if record.place not in known]
        if all(record.place in known for record in live) and kept:
            return kept  # the incident alone went on: that is no reason for a part
        objects = [ref for ref in closing.objects if await self._keep_payload(ref)]
        part = 1 + len(await asyncio.to_thread(self.archive.parts, folder))
        assert closing.closed_at is not None
        manifest = Manifest(
            tenant=tenant,
            investigation_id=investigation_id,
            incident_id=closing.incident_id,
            part=part,
            closed_at=closing.closed_at,
            archived_at=self.clock(),
            records=0,
            streams={},
            objects=tuple(objects),
            sha256="",
        )
        await around("archive.part", asyncio.to_thread)(self.archive.add, folder, manifest, fresh)
        return [*kept, *fresh]

    async def _keep_payload(self, ref: str) -> bool:
        if not await asyncio.to_thread(self.archive.has_object, ref):
            data = await self.truth.payload(ref)
            if data is None:
                return False
            await around("archive.object", asyncio.to_thread)(self.archive.put_object, ref, data)
        await asyncio.to_thread(self.archive.get_object, ref)
        return True

    async def _tell(self, tenant: str, investigation_id: str, folder: Path) -> None:
        newest = (await asyncio.to_thread(self.archive.parts, folder))[-1]
        reason = f"part {newest.part}: {newest.records} records, sha256 {newest.sha256}"
        await self.audit.record(Deed("investigation-archived", tenant, BY, reason, investigation_id))

    async def _is_held(self, tenant: str, incident_id: str, investigation_id: str) -> bool:
        return any(hold.covers(tenant, incident_id, investigation_id) for hold in await self.truth.holds())

    async def delete(self, kept: Kept, holds: list[Hold]) -> bool:
        """Delete what was archived for long enough, with what archiving left in the stream; False where it is held."""
        if any(hold.covers(kept.tenant, kept.incident_id, kept.investigation_id) for hold in holds):
            return False
        folder = self.archive.folder(INVESTIGATIONS, kept.tenant, kept.investigation_id)
        closing = _closing(await asyncio.to_thread(self.archive.read_all, folder), kept.investigation_id)
        await self.audit.record(Deed("archive-deleted", kept.tenant, BY, "by age", kept.investigation_id))
        if closing.remnant_seq:
            await self.truth.forget(kept.tenant, kept.investigation_id, closing.remnant_seq)
        await asyncio.to_thread(self.archive.remove, INVESTIGATIONS, kept.tenant, kept.investigation_id)
        await self.index.forget_investigation(kept.tenant, kept.investigation_id)
        await self.index.unmark(kept)
        return True

    async def try_each(self, tenant: str, names: list[str], closed_before: datetime) -> int:
        """Archive of these what is due; one that cannot be archived is logged and does not keep the others from it."""
        done, usage = 0, await self.truth.usage() if names else {}
        for name in names:
            try:
                done += await self.archive_one(tenant, name, closed_before, usage)
            except InquestError as error:
                _log.error("investigation_not_archived", tenant=tenant, investigation=name, reason=str(error))
        return done


def _closing(records: list[Record], investigation_id: str) -> Closing:
    try:
        return closing_of(records)
    except ValidationError as error:
        raise ArchiveDamaged(f"{investigation_id}: a message does not fit its contract: {error}") from error


def _is_settled(live: list[Record], usage: dict[str, Usage]) -> bool:
    """Whether every durable has settled all of it: nobody is to read what is about to go."""
    return all(record.seq <= usage[record.stream].settled_seq for record in live if record.stream in ARCHIVED)


def now() -> datetime:
    """Return the present time, UTC."""
    return datetime.now(UTC)


def ago(at: datetime, days: float) -> datetime:
    """Return the time so many days before."""
    return at - timedelta(days=days)
