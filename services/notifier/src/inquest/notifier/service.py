"""The wiring of the notifier."""

from datetime import UTC, datetime

from inquest.audit import AuditLog
from inquest.bus.crashpoints import watch
from inquest.bus.port import BusPort
from inquest.bus.redrive import replier
from inquest.config import Config, ConfigStore
from inquest.contracts.subjects import REDRIVES
from inquest.contracts.topology import CONFIG, MUTES, NOTIFIER_CLAIMS, NOTIFIER_THREADS, SWITCHES, consumer
from inquest.notifier.adapters.senders import Senders
from inquest.notifier.controls import Controls
from inquest.notifier.handlers import Handlers
from inquest.notifier.outbox import Outbox
from inquest.notifier.reading import Reading
from inquest.notifier.settings import Settings
from inquest.runtime import Service


def _now() -> datetime:
    return datetime.now(UTC)


def build(bus: BusPort, settings: Settings) -> Service:
    """Wire the notifier: news becomes notices, notices leave once per channel and change."""
    del settings  # all there is to set is shared, or configuration
    store = ConfigStore(bus.kv(CONFIG))

    async def config() -> Config:
        return (await store.current()).config

    async def ping() -> None:
        await store.current()

    senders = Senders(_now)
    threads = bus.kv(NOTIFIER_THREADS)
    controls = Controls(bus.kv(SWITCHES), bus.kv(MUTES), config, _now)
    handlers = Handlers(bus, threads, controls, Reading(bus))
    audit = AuditLog(bus, "notifier")
    outbox = Outbox(bus, bus.kv(NOTIFIER_CLAIMS), threads, controls, watch(senders, "channel", "send"), _now, audit)
    bus.reply(REDRIVES["notifier"], replier(bus, "notifier"))
    bus.handle(consumer("notifier-conclusions"), handlers.on_recorded)
    bus.handle(consumer("notifier-incidents"), handlers.on_incident)
    bus.handle(consumer("notifier-admissions"), handlers.on_admission)
    bus.handle(consumer("notifier-feedback"), handlers.on_feedback)
    bus.handle(consumer("notifier-due"), handlers.on_due)
    bus.handle(consumer("notifier-notices"), outbox.on_notice)
    return Service(
        name="notifier",
        on_stop=(audit.close, senders.close),
        pings={"config": ping},
    )
