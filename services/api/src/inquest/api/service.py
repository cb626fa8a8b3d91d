"""The wiring of the API."""

from datetime import UTC, datetime

from inquest.api.adapters.http import make_routes
from inquest.api.adapters.listener import Listener
from inquest.api.adapters.tracestore import TraceStoreClient
from inquest.api.controls import Controls
from inquest.api.dead import Dead
from inquest.api.incidents import Incidents
from inquest.api.operations import Operations
from inquest.api.settings import Settings
from inquest.audit import AuditLog
from inquest.bus.port import BusPort
from inquest.contracts.topology import MUTES, SWITCHES
from inquest.identity import Authenticator
from inquest.runtime import Service


def _now() -> datetime:
    return datetime.now(UTC)


def build(bus: BusPort, settings: Settings) -> Service:
    """Wire the API: reads go to the trace store, commands to the bus."""
    stories = TraceStoreClient(
        settings.tracestore_addr, settings.tracestore_address_file, settings.tracestore_token_file
    )
    audit = AuditLog(bus, "api")
    operations = Operations(bus, stories, _now, audit)
    controls = Controls(bus, bus.kv(SWITCHES), bus.kv(MUTES), stories, _now, audit)
    incidents = Incidents(stories, bus, audit)
    dead = Dead(bus, audit)
    tokens = Authenticator(settings, audit)
    listener = Listener(operations, incidents, controls, dead, tokens, settings)
    return Service(
        name="api",
        routes=make_routes(operations, incidents, controls, dead, tokens),
        on_start=(tokens.check, listener.start),
        on_stop=(audit.close, stories.close, listener.stop),
        pings={"tracestore": stories.ping},
    )
