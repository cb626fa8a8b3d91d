"""The wiring of the API."""

from datetime import UTC, datetime

from inquest.api.adapters.catalogues import Catalogues
from inquest.api.adapters.http import make_routes
from inquest.api.adapters.servicers import make_servicers
from inquest.api.adapters.tracestore import TraceStoreClient
from inquest.api.controls import Controls
from inquest.api.dead import Dead
from inquest.api.incidents import Incidents
from inquest.api.operations import Operations
from inquest.api.settings import Settings
from inquest.audit import AuditLog
from inquest.bus.port import BusPort
from inquest.config import ConfigStore
from inquest.contracts.subjects import LETTERS_LIST, LETTERS_REDRIVE
from inquest.contracts.topology import CONFIG, MUTES, SWITCHES
from inquest.identity import Authenticator
from inquest.runtime import Service


def _now() -> datetime:
    return datetime.now(UTC)


def build(bus: BusPort, settings: Settings) -> Service:
    """Wire the API: reads go to the trace store, commands to the bus."""
    stories = TraceStoreClient(settings)
    audit = AuditLog(bus, "api")
    catalogues = Catalogues(ConfigStore(bus.kv(CONFIG)))
    built_from = catalogues.built_from
    operations = Operations(bus, stories, _now, audit, built_from, config=catalogues.config)
    controls = Controls(
        bus, bus.kv(SWITCHES), bus.kv(MUTES), stories, _now, audit, built_from, config=catalogues.config
    )
    incidents = Incidents(stories, bus, audit, built_from)
    dead = Dead(bus, audit)
    tokens = Authenticator(settings, audit)
    bus.reply(LETTERS_LIST, dead.list_for)
    bus.reply(LETTERS_REDRIVE, dead.redrive_for)
    return Service(
        name="api",
        routes=make_routes(operations, incidents, controls, dead, tokens),
        servicers=make_servicers(operations, incidents, controls, dead, tokens),
        on_start=(catalogues.cache.start, tokens.check),
        tasks=(catalogues.cache.follow,),
        on_stop=(audit.close, tokens.close, stories.close),
        pings={"tracestore": stories.ping, "configuration": catalogues.cache.ping},
    )
