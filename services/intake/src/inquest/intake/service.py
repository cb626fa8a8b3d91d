"""The wiring of intake."""

from inquest.audit import AuditLog
from inquest.bus.port import BusPort
from inquest.bus.redrive import replier
from inquest.config import ConfigStore
from inquest.config.secrets import resolve
from inquest.contracts.subjects import REDRIVES
from inquest.contracts.topology import CONFIG, DELIVERIES, INTAKE_INCIDENTS, consumer
from inquest.intake.adapters.configuration import LiveConfiguration
from inquest.intake.adapters.door import Door
from inquest.intake.adapters.keeper import Keeper
from inquest.intake.adapters.vault import Vault
from inquest.intake.adapters.webhooks import Webhooks
from inquest.intake.handlers.arriving import Arriving
from inquest.intake.handlers.deliveries import DeliveryHandlers
from inquest.intake.handlers.incidents import IncidentHandlers
from inquest.intake.settings import Settings
from inquest.runtime import Service


def build(bus: BusPort, settings: Settings) -> Service:
    """Register the consumers of intake and return what the runtime must run."""
    configuration = LiveConfiguration(ConfigStore(bus.kv(CONFIG)))
    vault = Vault(settings.keyring, resolve)
    keeper = Keeper(bus.objects(DELIVERIES), vault)
    audit = AuditLog(bus, "intake")
    arriving = Arriving(bus, keeper, audit)
    receiving = DeliveryHandlers(bus, keeper, arriving, configuration)
    correlating = IncidentHandlers(bus, bus.kv(INTAKE_INCIDENTS), configuration, settings.correlate_tries_max)
    door = Door(receiving.on_deliveries)
    bus.handle_batch(consumer("intake-deliveries"), door.in_order)
    bus.handle_doorsteps(arriving.on_plain)
    bus.handle(consumer("intake-advisories"), arriving.on_advisory)
    bus.handle_batch(consumer("intake-signals"), correlating.on_signals)
    bus.handle_batch(consumer("intake-timers"), correlating.on_due)
    bus.reply(REDRIVES["intake"], replier(bus, "intake"))
    bus.handle(consumer("intake-commands"), correlating.on_command)
    cache = configuration.cache
    return Service(
        name="intake",
        routes=Webhooks(bus, keeper, configuration, resolve, settings, door, audit).routes(),
        on_start=(cache.start, vault.start),
        tasks=(cache.follow,),
        on_stop=(audit.close,),
        pings={"config": cache.ping, "raw-keys": vault.ping},
    )
