"""The wiring of the API."""

from datetime import UTC, datetime

from inquest.api.adapters.http import make_routes
from inquest.api.adapters.listener import Listener
from inquest.api.adapters.tokens import TokenFile
from inquest.api.adapters.tracestore import TraceStoreClient
from inquest.api.controls import Controls
from inquest.api.incidents import Incidents
from inquest.api.operations import Operations
from inquest.api.settings import Settings
from inquest.bus.port import BusPort
from inquest.contracts.topology import MUTES, SWITCHES
from inquest.runtime import Service


def _now() -> datetime:
    return datetime.now(UTC)


def build(bus: BusPort, settings: Settings) -> Service:
    """Wire the API: reads go to the trace store, commands to the bus."""
    stories = TraceStoreClient(
        settings.tracestore_addr, settings.tracestore_address_file, settings.tracestore_token_file
    )
    operations = Operations(bus, stories, _now)
    controls = Controls(bus, bus.kv(SWITCHES), bus.kv(MUTES), stories, _now)
    incidents = Incidents(stories, bus)
    tokens = TokenFile(settings.api_tokens_ref)
    listener = Listener(operations, incidents, controls, tokens, settings)
    return Service(
        name="api",
        routes=make_routes(operations, incidents, controls, tokens),
        on_start=(tokens.check, listener.start),
        on_stop=(stories.close, listener.stop),
        pings={"tracestore": stories.ping},
    )
