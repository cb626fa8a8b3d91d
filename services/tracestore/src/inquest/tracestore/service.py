"""The wiring of the trace store."""

from inquest.audit import AuditLog
from inquest.bus.crashpoints import watch
from inquest.bus.port import BusPort
from inquest.config.store import ConfigCache, ConfigStore
from inquest.contracts.topology import CONFIG, ERASED, ERASURES, consumers_of
from inquest.runtime import Service
from inquest.tracestore.adapters.archive import Archive
from inquest.tracestore.adapters.database import Database
from inquest.tracestore.adapters.keeping import SqliteKeeping
from inquest.tracestore.adapters.servicer import make_servicer
from inquest.tracestore.adapters.store import SqliteStore
from inquest.tracestore.adapters.truth import Truth
from inquest.tracestore.archiving import Archiver, now
from inquest.tracestore.changes import Changes
from inquest.tracestore.copying import HoldCopies
from inquest.tracestore.handlers import ADVISORIES, Handlers
from inquest.tracestore.keeper import Keeper
from inquest.tracestore.loading import Loader
from inquest.tracestore.settings import Settings


def build(bus: BusPort, settings: Settings) -> Service:
    """Wire the trace store: batch consumers into SQLite, and the gRPC server over it."""
    database = Database(settings.database)
    store = SqliteStore(database)
    changes = Changes()
    handlers = Handlers(watch(store, "trace", "append"), bus, changes)
    cache = ConfigCache(ConfigStore(bus.kv(CONFIG)))
    audit = AuditLog(bus, "tracestore")
    truth, archive, index = Truth(bus), Archive(settings.archive), SqliteKeeping(database)
    keeper = Keeper(
        bus,
        Archiver(truth, archive, index, audit, now),
        HoldCopies(truth, archive, audit, now),
        cache,
        bus.kv(ERASURES),
        bus.kv(ERASED),
        tick_s=settings.retention_tick_s,
        sweep_s=settings.retention_sweep_s,
        relief_ratio=settings.archive_relief_ratio,
        closed_s_min=settings.archive_closed_s_min,
    )
    loader = Loader(archive, index, store, cache, now)
    for consumer in consumers_of("tracestore"):
        if consumer.durable == ADVISORIES:
            bus.handle(consumer, handlers.on_advisory)
        else:
            bus.handle_batch(consumer, handlers.on_batch)

    async def ping() -> None:
        await store.last_seq("INVESTIGATIONS")

    return Service(
        name="tracestore",
        servicers=(make_servicer(store, changes, settings),),
        on_start=(database.open, cache.start, handlers.catch_up_all, loader.load, keeper.erase_again),
        tasks=(cache.follow,),
        chores=(keeper.run,),
        on_stop=(database.close, audit.close),
        pings={"database": ping, "configuration": cache.ping},
    )
