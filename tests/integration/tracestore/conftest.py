"""A trace store on a real bus, as far as retention goes, with a clock that tests set."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio
from inquest.audit import AuditLog
from inquest.bus.bus import Bus
from inquest.config.store import ConfigCache, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts.topology import ARCHIVED, CONFIG, CONSUMERS, ERASED, ERASURES, HOLDS
from inquest.contracts.v1.retention import Hold
from inquest.testkit.stories import InvestigationBuilder
from inquest.tracestore.adapters.archive import INVESTIGATIONS, Archive
from inquest.tracestore.adapters.database import Database
from inquest.tracestore.adapters.keeping import SqliteKeeping
from inquest.tracestore.adapters.store import SqliteStore
from inquest.tracestore.adapters.truth import Truth
from inquest.tracestore.archiving import Archiver
from inquest.tracestore.changes import Changes
from inquest.tracestore.copying import HoldCopies
from inquest.tracestore.handlers import Handlers
from inquest.tracestore.keeper import Keeper
from inquest.tracestore.loading import Loader


@dataclass
class Desk:
    """The parts of one trace store; `days` is how far its clock is ahead."""

    bus: Bus
    database: Database
    folder: Path
    days: float = 0.0
    now_s: float = 0.0
    closed_s_min: float = 0.0
    archive: Archive = field(init=False)

    def __post_init__(self) -> None:
        bus, self.archive = self.bus, Archive(self.folder)
        self.store, self.index, self.truth = SqliteStore(self.database), SqliteKeeping(self.database), Truth(bus)
        self.audit = AuditLog(bus, "tracestore")
        self.cache = ConfigCache(ConfigStore(bus.kv(CONFIG)))
        self.handlers = Handlers(self.store, bus, Changes())
        self.copies = HoldCopies(self.truth, self.archive, self.audit, self.clock)
        self.archiver = Archiver(self.truth, self.archive, self.index, self.audit, self.clock)
        self.keeper = Keeper(
            bus,
            self.archiver,
            self.copies,
            self.cache,
            bus.kv(ERASURES),
            bus.kv(ERASED),
            tick_s=0.05,
            sweep_s=1,
            relief_ratio=0.7,
            closed_s_min=self.closed_s_min,
            now_s=lambda: self.now_s,
        )
        self.loader = Loader(self.archive, self.index, self.store, self.cache, self.clock)

    def clock(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)

    async def start(self) -> None:
        await self.database.open()
        await self.handlers.catch_up_all()
        await self.loader.load()
        await self.keeper.erase_again()

    async def publish(self, *builders: InvestigationBuilder) -> None:
        """Publish whole investigations, index them, and have every durable settle them."""
        for builder in builders:
            for item in builder.messages():
                await self.bus.publish(item.subject, item.message, **item.keys)
        await self.settle()

    async def settle(self) -> None:
        """Read everything into the index; nobody is left to work anything off."""
        await self.handlers.catch_up_all()
        js = self.bus.connection.js
        for row in CONSUMERS:
            if row.stream in ARCHIVED:
                subscription = await js.pull_subscribe_bind(stream=row.stream, consumer=row.durable)
                while pending := (await js.consumer_info(row.stream, row.durable)).num_pending:
                    for message in await subscription.fetch(min(pending, 500)):
                        await message.ack_sync()
                await subscription.unsubscribe()

    async def held(self, builder: InvestigationBuilder) -> dict[str, int]:
        """Return how many messages the streams of truth hold of an investigation."""
        records = await self.truth.of_investigation(builder.tenant, builder.investigation_id)
        return {stream: sum(record.stream == stream for record in records) for stream in ARCHIVED}

    async def parts(self, builder: InvestigationBuilder):
        return self.archive.parts(self.archive.folder(INVESTIGATIONS, builder.tenant, builder.investigation_id))

    async def hold(self, builder: InvestigationBuilder, name: str = "case-1", **changes: object) -> Hold:
        hold = Hold(hold_id=name, tenant=builder.tenant, reason="a court asks", by="ada", at=self.clock())
        hold = hold.model_copy(update=changes)
        await self.bus.kv(HOLDS).put(name, hold.model_dump_json().encode())
        return hold

    async def audited(self, action: str) -> list[str]:
        return [one.message.about for one in await self.bus.read(s.AUDIT_RECORDED) if one.message.action == action]


@pytest_asyncio.fixture
async def desk_factory(bus_factory, tmp_path):
    """Makes desks on one bus and one folder; `index` names the file of the trace index."""
    made: list[Desk] = []

    async def make(index: str = "trace", **options: float) -> Desk:
        bus = await bus_factory("tracestore")
        desk = Desk(bus, Database(tmp_path / index / "trace.db"), tmp_path / "archive", **options)
        made.append(desk)
        await desk.start()
        return desk

    yield make
    for desk in made:
        await desk.audit.close()
        await desk.database.close()


@pytest_asyncio.fixture
async def desk(desk_factory):
    return await desk_factory()
