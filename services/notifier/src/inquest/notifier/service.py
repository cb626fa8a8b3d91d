"""The wiring of the notifier."""

from datetime import UTC, datetime

from inquest.bus.port import BusPort
from inquest.config import Config, ConfigStore
from inquest.contracts.topology import CONFIG, NOTIFIER_CLAIMS, consumer
from inquest.notifier.adapters.senders import Senders
from inquest.notifier.handlers import Handlers
from inquest.notifier.settings import Settings
from inquest.runtime import Service


def _now() -> datetime:
    return datetime.now(UTC)


def build(bus: BusPort, settings: Settings) -> Service:
    """Wire the notifier: conclusions become notices, notices leave once per channel and change."""
    del settings  # all there is to set is shared, or configuration
    store = ConfigStore(bus.kv(CONFIG))

    async def config() -> Config:
        return (await store.current()).config

    async def ping() -> None:
        await store.current()

    senders = Senders(_now)
    handlers = Handlers(bus, bus.kv(NOTIFIER_CLAIMS), config, senders, _now)
    bus.handle(consumer("notifier-conclusions"), handlers.on_recorded)
    bus.handle(consumer("notifier-notices"), handlers.on_notice)
    return Service(
        name="notifier",
        on_stop=(senders.close,),
        pings={"config": ping},
    )
