"""The only wiring of the planner."""

from datetime import UTC, datetime

from inquest.bus import BusPort
from inquest.config.store import ConfigCache, ConfigStore
from inquest.contracts.topology import CONFIG, consumer
from inquest.planner.adapters.configuration import AppliedConfiguration
from inquest.planner.adapters.histories import StreamHistories
from inquest.planner.dispatch import Dispatcher
from inquest.planner.handlers import Handlers
from inquest.planner.recorder import Recorder
from inquest.planner.settings import Settings
from inquest.planner.sweep import Sweep
from inquest.runtime import Service


def build(bus: BusPort, settings: Settings) -> Service:
    """Register the planner's consumers and return what the runtime starts, watches and stops."""
    cache = ConfigCache(ConfigStore(bus.kv(CONFIG)))
    histories = StreamHistories(bus, settings.planner_cached_max)
    recorder = Recorder(histories)
    dispatcher = Dispatcher(bus, histories)
    handlers = Handlers(bus, recorder, AppliedConfiguration(cache))
    sweep = Sweep(
        bus,
        histories,
        recorder,
        dispatcher,
        clock=lambda: datetime.now(UTC),
        interval_s=settings.planner_sweep_interval_s,
        stale_s=settings.planner_stale_s,
        looked_at_max=settings.planner_sweep_max,
    )
    bus.handle(consumer("planner-incidents"), handlers.on_incident_opened)
    bus.handle(consumer("planner-commands"), handlers.on_command)
    bus.handle(consumer("planner-steps"), handlers.on_step_finished)
    bus.handle(consumer("planner-verdicts"), handlers.on_verdict_reached)
    bus.handle(consumer("planner-deadlines"), handlers.on_deadline_reached)
    bus.handle(consumer("planner-dispatch"), dispatcher.on_recorded)
    return Service(
        "planner", on_start=(cache.start,), tasks=(cache.follow, sweep.run), pings={"configuration": cache.ping}
    )
