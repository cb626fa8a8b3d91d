"""The only wiring of the planner."""

from inquest.audit import AuditLog
from inquest.bus import BusPort
from inquest.bus.redrive import replier
from inquest.config.store import ConfigCache, ConfigStore
from inquest.contracts.subjects import REDRIVES
from inquest.contracts.topology import BUDGET_DEFAULTS, CONFIG, PLANNER_ADMISSION, consumer
from inquest.planner.adapters.configuration import AppliedConfiguration
from inquest.planner.adapters.histories import StreamHistories
from inquest.planner.admission_sweep import AdmissionSweep
from inquest.planner.admissions import Admissions
from inquest.planner.dispatch import Dispatcher
from inquest.planner.handlers import Handlers
from inquest.planner.opener import Opener
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
    configuration = AppliedConfiguration(cache, bus.kv(BUDGET_DEFAULTS))
    audit = AuditLog(bus, "planner")
    admissions = Admissions(bus, bus.kv(PLANNER_ADMISSION), configuration, audit)
    opener = Opener(bus, recorder, configuration)
    handlers = Handlers(bus, recorder, configuration, admissions, opener)
    sweep = Sweep(
        bus,
        histories,
        recorder,
        dispatcher,
        interval_s=settings.planner_sweep_interval_s,
        stale_s=settings.planner_stale_s,
        looked_at_max=settings.planner_sweep_max,
    )
    admission_sweep = AdmissionSweep(
        admissions, opener, histories, settings.planner_sweep_interval_s, settings.planner_stale_s
    )
    bus.reply(REDRIVES["planner"], replier(bus, "planner"))
    bus.handle(consumer("planner-incidents"), handlers.on_incident)
    bus.handle(consumer("planner-admitted"), handlers.on_admission_decided)
    bus.handle(consumer("planner-slots"), handlers.on_investigation_recorded)
    bus.handle(consumer("planner-admission-due"), handlers.on_admission_due)
    bus.handle(consumer("planner-commands"), handlers.on_command)
    bus.handle(consumer("planner-steps"), handlers.on_step_finished)
    bus.handle(consumer("planner-verdicts"), handlers.on_verdict_reached)
    bus.handle(consumer("planner-deadlines"), handlers.on_deadline_reached)
    bus.handle(consumer("planner-dispatch"), dispatcher.on_recorded)
    return Service(
        "planner",
        on_start=(cache.start,),
        tasks=(cache.follow,),
        chores=(sweep.run, admission_sweep.run),
        on_stop=(audit.close,),
        pings={"configuration": cache.ping},
    )
