"""The wiring of the worker."""

import time
from datetime import UTC, datetime

from inquest.bus import BusPort
from inquest.contracts.topology import PAYLOADS, consumer, worker_durable
from inquest.runtime import Service
from inquest.worker.adapters.evidence import EvidenceStream
from inquest.worker.adapters.gateway import GatewayTools
from inquest.worker.adapters.threads import ThreadAnalyst
from inquest.worker.handlers import Handlers
from inquest.worker.settings import Settings


def build(bus: BusPort, settings: Settings) -> Service:
    """Wire the worker for the capabilities it is deployed for; critical work has durables of its own."""
    analyst = ThreadAnalyst(settings.analyses_max)
    handlers = Handlers(
        tools=GatewayTools(bus, bus.objects(PAYLOADS)),
        analyst=analyst,
        outcomes=EvidenceStream(bus),
        clock=lambda: datetime.now(UTC),
        stopwatch=time.perf_counter,
    )
    for capability in settings.capabilities:
        for priority in ("critical", "normal"):
            bus.handle(consumer(worker_durable(capability, priority)), handlers.on_task)
    return Service("worker", on_stop=(analyst.stop,))
