"""Keeps to what the configuration says of retention: archives, relieves full streams, copies what is held, forgets."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from inquest.audit import Deed
from inquest.bus.port import BusPort, KeyValue
from inquest.config import ConfigCache
from inquest.config.retention import RetentionConfig
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import Erased, Erasure
from inquest.contracts.streams import STREAMS
from inquest.contracts.topology import ARCHIVED
from inquest.telemetry.logs import get_logger
from inquest.telemetry.metrics import STREAM_FILLED_RATIO
from inquest.tracestore.adapters.archive import INVESTIGATIONS
from inquest.tracestore.adapters.keeping import Kept
from inquest.tracestore.archiving import BY, Archiver, ago
from inquest.tracestore.copying import HoldCopies

AT_ONCE = 50  # investigations archived between two looks at how full the streams are
RELIEF_S = 60.0  # until relief that found nothing to archive is tried again
_log = get_logger("tracestore")


@dataclass(slots=True)
class Keeper:
    """One loop with three paces: erasures at each tick, pressure, and the sweep.

    Attributes:
        tick_s: between looks for what somebody had purged, and for how full the streams are.
        sweep_s: between sweeps.
        relief_ratio: of a truth stream's limit; above it what closed is archived before its time.
        closed_s_min: how long what is archived so has been closed at least.
    """

    bus: BusPort
    archiver: Archiver
    copies: HoldCopies
    cache: ConfigCache
    erasures: KeyValue
    erased: KeyValue
    tick_s: float
    sweep_s: float
    relief_ratio: float
    closed_s_min: float
    now_s: Callable[[], float] = time.monotonic
    _swept_s: float = field(default=float("-inf"))
    _relief_s: float = field(default=float("-inf"))

    async def run(self) -> None:
        """Keep for ever. A fault is logged and waited out: the next tick does the same work."""
        while True:
            await asyncio.sleep(self.tick_s)
            for part in (self.erase, self.relieve, self.sweep_when_due):
                try:
                    await part()
                except InquestError as error:
                    _log.warning("retention_failed", part=part.__name__, error=str(error))

    async def sweep_when_due(self) -> None:
        """Sweep when the last one is long enough ago."""
        if self.now_s() - self._swept_s >= self.sweep_s:
            await self.sweep()
            self._swept_s = self.now_s()

    # -- by age ---------------------------------------------------------------------------------

    async def sweep(self) -> int:
        """Archive what is due, and delete what was kept for long enough; returns how many were archived."""
        await self.copies.copy(await self.archiver.truth.holds())
        index, done = self.archiver.index, 0
        for tenant in await index.tenants():
            terms = self._terms(tenant)
            done += await self._archive(tenant, ago(self.archiver.clock(), terms.live_days))
            await self._forget(tenant, terms)
        return done

    def _terms(self, tenant: str) -> RetentionConfig:
        return self.cache.current.config.retention_of(tenant)

    async def _archive(self, tenant: str, closed_before: datetime) -> int:
        holds = await self.archiver.truth.holds()
        names = await self.archiver.index.candidates(tenant, closed_before, holds)
        return await self.archiver.try_each(tenant, names, closed_before)

    async def _forget(self, tenant: str, terms: RetentionConfig) -> None:
        holds, now = await self.archiver.truth.holds(), self.archiver.clock()
        for kept in await self.archiver.index.expired(tenant, ago(now, terms.archive_days)):
            try:
                await self.archiver.delete(kept, holds)
            except InquestError as error:
                _log.error("archive_not_deleted", tenant=tenant, investigation=kept.investigation_id, reason=str(error))
        rows = await self.archiver.index.forget_old(tenant, ago(now, terms.trace_days), holds)
        if rows:
            _log.info("trace_index_forgot", tenant=tenant, rows=rows)

    # -- by size --------------------------------------------------------------------------------

    async def relieve(self) -> int:
        """Archive the oldest that closed, before their time, while a stream of truth is too full; returns how many."""
        done, archiver = 0, self.archiver
        if await self._fullest() < self.relief_ratio or self.now_s() < self._relief_s:
            return done
        closed_before = archiver.clock() - timedelta(seconds=self.closed_s_min)
        holds = await archiver.truth.holds()
        for tenant in await archiver.index.tenants():
            names = await archiver.index.candidates(tenant, closed_before, holds)
            for start in range(0, len(names), AT_ONCE):
                done += await archiver.try_each(tenant, names[start : start + AT_ONCE], closed_before)
                if await self._fullest() < self.relief_ratio:
                    return done
        _log.error("streams_not_relieved", archived=done, reason="the rest runs, is held, or somebody still reads it")
        self._relief_s = self.now_s() + RELIEF_S
        return done

    async def _fullest(self) -> float:
        ratios = {}
        for row in STREAMS:
            usage = await self.bus.usage(row.name)
            ratios[row.name] = usage.size_bytes / usage.bytes_max if usage.bytes_max else 0.0
            STREAM_FILLED_RATIO.labels(row.name).set(ratios[row.name])
        return max(ratios[name] for name in ARCHIVED)

    # -- on purpose -----------------------------------------------------------------------------

    async def erase(self) -> int:
        """Do what people had purged and is not done yet; returns how many."""
        done = set(await self.erased.keys())
        wanted = [key for key in await self.erasures.keys() if key not in done]
        for key in wanted:
            if (entry := await self.erasures.get(key)) is not None:
                await self._erase(key, Erasure.model_validate_json(entry.value))
        return len(wanted)

    async def erase_again(self) -> None:
        """Do all of it again: an index or an archive that was restored may hold what was purged since."""
        for key in await self.erasures.keys():
            if (entry := await self.erasures.get(key)) is not None:
                await self._erase(key, Erasure.model_validate_json(entry.value))

    async def _erase(self, key: str, erasure: Erasure) -> None:
        bundles = 0
        for kept in await asyncio.to_thread(self._covered, erasure):
            bundles += await asyncio.to_thread(
                self.archiver.archive.remove, INVESTIGATIONS, kept.tenant, kept.investigation_id
            )
            await self.archiver.index.unmark(kept)
        rows = await self.archiver.index.erase(erasure)
        found = Erased(erasure_id=erasure.erasure_id, rows=rows, bundles=bundles, at=self.archiver.clock())
        if await self.erased.get(key) is None or rows or bundles:
            about = erasure.investigation_id or erasure.incident_id or erasure.tenant
            told = f"{rows} rows and {bundles} parts, for {erasure.by}: {erasure.reason}"
            await self.archiver.audit.record(Deed("purged", erasure.tenant, BY, told, about))
            await self.erased.put(key, found.model_dump_json().encode())

    def _covered(self, erasure: Erasure) -> list[Kept]:
        archive, found = self.archiver.archive, []
        for tenant, name in archive.names(INVESTIGATIONS):
            if tenant != erasure.tenant:
                continue
            first = archive.parts(archive.folder(INVESTIGATIONS, tenant, name))[-1]
            is_meant = name == erasure.investigation_id or (erasure.incident_id or "-") == first.incident_id
            if is_meant or (erasure.before is not None and first.closed_at < erasure.before):
                found.append(Kept(tenant, name, first.incident_id))
        return found
