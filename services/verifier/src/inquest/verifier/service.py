"""The wiring of the verifier."""

import time
from datetime import UTC, datetime

from inquest.bus import BusPort
from inquest.contracts.topology import consumer
from inquest.runtime import Service
from inquest.verifier.adapters.streams import BusRecord, VerdictStream
from inquest.verifier.handlers import Handlers
from inquest.verifier.settings import Settings


def build(bus: BusPort, settings: Settings) -> Service:
    """Wire the verifier."""
    del settings  # nothing of its own
    handlers = Handlers(
        record=BusRecord(bus),
        verdicts=VerdictStream(bus),
        clock=lambda: datetime.now(UTC),
        stopwatch=time.perf_counter,
    )
    bus.handle(consumer("verifier-rounds"), handlers.on_recorded)
    return Service("verifier")
