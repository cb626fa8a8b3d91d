"""A signal at the edge of the calendar is given up alone: once it held up all others of its tenant."""

from datetime import UTC, datetime

import pytest
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts.topology import CONFIG
from inquest.intake.service import build
from inquest.intake.settings import Settings
from inquest.testkit.memory import MemoryBus
from inquest.testkit.signals import signal


@pytest.mark.parametrize("year", [1, 1969, 9999])
async def test_a_time_at_the_edge_of_the_calendar_spoils_no_other_signal(year):
    bus = MemoryBus()
    await ConfigStore(bus.kv(CONFIG)).apply(Config.model_validate({"tenants": {"acme": {}}}), "test", bus.now)
    service = build(bus, Settings(raw_keys_ref="none"))
    for action in service.on_start:
        await action()
    odd = signal("odd").model_copy(update={"received_at": datetime(year, 1, 1, tzinfo=UTC)})
    for one in (odd, signal("good", severity="critical")):
        await bus.publish(s.SIGNAL_RECEIVED, one, tenant="acme", signal=one.signal_id)
    await bus.settle()
    assert [subject for subject, _ in bus.dead] == [f"evt.signal.received.v1.acme.{odd.signal_id}"]
    (incident,) = bus.published(s.INCIDENT_OPENED, tenant="acme")
    assert incident.signal_ids == (signal("good").signal_id,)
    for action in service.on_stop:
        await action()
