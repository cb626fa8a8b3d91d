"""The only wiring of the gateway."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4

from inquest.audit import AuditLog
from inquest.bus.crashpoints import watch
from inquest.bus.port import BusPort
from inquest.config import ConfigCache, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts import topology as t
from inquest.gateway.adapters.directory import ConfiguredDirectory
from inquest.gateway.adapters.http_clients import HttpClients
from inquest.gateway.adapters.pack_shelf import PackShelf
from inquest.gateway.adapters.redactors import Redactors
from inquest.gateway.budget import Purse
from inquest.gateway.calls import open_calls
from inquest.gateway.handlers import Handlers, Prober
from inquest.gateway.policing import open_policing
from inquest.gateway.reader import open_reader
from inquest.gateway.roster import Roster
from inquest.gateway.settings import Settings
from inquest.gateway.switch_desk import configured, open_desk
from inquest.ledger import open_ledger
from inquest.runtime import Service


def build(bus: BusPort, settings: Settings) -> Service:
    """Wire the gateway: one replier for the tool calls of all domains."""
    cache = ConfigCache(ConfigStore(bus.kv(t.CONFIG)))
    executor = ThreadPoolExecutor(settings.gateway_threads_max, thread_name_prefix="gateway-pack")
    clients = HttpClients()
    shelf, redactors = PackShelf(settings.gateway_packs_max), Redactors(settings.redaction_key)
    directory = ConfiguredDirectory(cache, bus, shelf, executor, clients, redactors)
    ledger_bucket = bus.kv(t.GATEWAY_LEDGER)
    opened = open_ledger(settings.ledger_url, settings.ledger_password_file, bus, ledger_bucket)
    ledger = watch(opened, "ledger", "reserve", "settle") if settings.ledger_url else opened
    roster = Roster(ledger_bucket, uuid4().hex, settings.gateway_lease_s)
    reader = open_reader(ledger, settings.gateway_response_bytes_max)
    purse = Purse(ledger, lambda tenant: cache.current.config.quota_of(tenant))  # noqa: PLW0108 - it changes
    calls = open_calls(bus, roster, purse, reader, executor, _now)
    audit = AuditLog(bus, "gateway")
    desk = open_desk(bus, (bus.kv(t.GATEWAY_SWITCHES), ledger_bucket), configured(cache), directory, calls, audit)
    policing = open_policing(bus.kv(t.GATEWAY_APPROVALS), cache, ledger, audit, _now)
    handlers = Handlers(bus, directory, calls, _now, audit, desk, policing)
    bus.reply(s.TOOL_CALL, handlers.on_tool_call)
    bus.reply(s.INTERFACES_LIST, handlers.on_list)
    bus.reply(s.PROVIDER_SWITCH, desk.on_switch)
    bus.reply(s.SWITCHES_LIST, desk.on_list)
    bus.reply(s.APPROVAL_DECIDE, policing.approvals.on_decide)
    bus.reply(s.APPROVALS_LIST, policing.approvals.on_list)
    return Service(
        name="gateway",
        # The desk before the directory, for which calls wait: none is led by a side that was switched off.
        on_start=(desk.board.start, directory.start, policing.start),
        tasks=(cache.follow, roster.run, desk.board.follow, desk.trials.run),
        chores=(Prober(directory, calls.reader, settings.gateway_probe_s).run,),
        on_stop=(
            audit.close,
            partial(asyncio.to_thread, executor.shutdown, cancel_futures=True),
            ledger.close,
            clients.aclose,
            reader.governors.aclose,
            calls.aclose,
            desk.aclose,
        ),
        pings={"config": cache.ping, "ledger": ledger.ping},
    )


def _now() -> datetime:
    return datetime.now(UTC)
