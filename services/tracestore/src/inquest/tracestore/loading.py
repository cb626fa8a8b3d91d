"""Fills a trace index that was lost from the archive, after the streams: together they say what the lost one said."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from inquest.config import ConfigCache
from inquest.contracts.errors import InquestError
from inquest.telemetry.logs import get_logger
from inquest.tracestore.adapters.archive import INVESTIGATIONS, Archive
from inquest.tracestore.adapters.keeping import Kept, SqliteKeeping
from inquest.tracestore.archiving import ago
from inquest.tracestore.domain.bundle import Record
from inquest.tracestore.domain.rows import Row, make_row
from inquest.tracestore.ports import Store

_log = get_logger("tracestore")


@dataclass(frozen=True, slots=True)
class Loader:
    """Run `load` after the streams were read, before anything is consumed. What is known already is passed over."""

    archive: Archive
    index: SqliteKeeping
    store: Store
    cache: ConfigCache
    clock: Callable[[], datetime]

    async def load(self) -> None:
        """Store what the index lacks. A part that is damaged is told, and does not keep the service from starting."""
        known = await self.index.archived()
        for tenant, name in await asyncio.to_thread(lambda: list(self.archive.names(INVESTIGATIONS))):
            if (tenant, name) in known:
                continue
            try:
                await self._load(tenant, name)
            except InquestError as error:
                _log.error("archive_not_read", tenant=tenant, investigation=name, reason=str(error))

    async def _load(self, tenant: str, name: str) -> None:
        folder = self.archive.folder(INVESTIGATIONS, tenant, name)
        parts = await asyncio.to_thread(self.archive.parts, folder)
        records = await asyncio.to_thread(self.archive.read_all, folder)
        newest = parts[-1]
        if newest.closed_at >= ago(self.clock(), self.cache.current.config.retention_of(tenant).trace_days):
            await self.store.append([row_of(record) for record in records])
        kept = Kept(tenant, name, newest.incident_id)
        await self.index.mark(kept, newest.closed_at, frozenset(record.place for record in records))


def row_of(record: Record) -> Row:
    """Return a record as a row of the index."""
    return make_row(
        stream=record.stream,
        seq=record.seq,
        subject=record.subject,
        stored_at=record.stored_at,
        headers=record.headers,
        payload=record.payload,
    )
