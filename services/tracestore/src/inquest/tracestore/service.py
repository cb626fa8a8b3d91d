"""The wiring of the trace store."""

from inquest.bus.crashpoints import watch
from inquest.bus.port import BusPort
from inquest.contracts.topology import consumers_of
from inquest.runtime import Service
from inquest.tracestore.adapters.database import Database
from inquest.tracestore.adapters.servicer import make_servicer
from inquest.tracestore.adapters.store import SqliteStore
from inquest.tracestore.changes import Changes
from inquest.tracestore.handlers import ADVISORIES, Handlers
from inquest.tracestore.settings import Settings


def build(bus: BusPort, settings: Settings) -> Service:
    """Wire the trace store: batch consumers into SQLite, and the gRPC server over it."""
    database = Database(settings.database)
    store = SqliteStore(database)
    changes = Changes()
    handlers = Handlers(watch(store, "trace", "append"), bus, changes)
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
        on_start=(database.open, handlers.catch_up_all),
        on_stop=(database.close,),
        pings={"database": ping},
    )
