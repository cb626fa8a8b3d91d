"""The timer that asks for an answer is the server's: it fires though the notifier was dead in between."""

from datetime import UTC, datetime

import pytest
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts.topology import CONFIG
from inquest.notifier.service import build
from inquest.notifier.settings import Settings
from inquest.testkit.fixtures import running, until
from inquest.testkit.stories import InvestigationBuilder

ONE, TWO = InvestigationBuilder(1), InvestigationBuilder(2)


@pytest.mark.slow
async def test_an_incident_without_an_answer_reaches_a_person(bus, bus_factory, tmp_path):
    told = tmp_path / "told.txt"
    tenant = {
        "channels": [{"id": "oncall", "kind": "file", "path": str(told), "live": True}],
        "notices": {"escalation": {"channels": ["oncall"], "stalled_after_s": 3}},
    }
    await ConfigStore(bus.kv(CONFIG)).apply(
        Config.model_validate({"tenants": {"acme": tenant}}), "t", datetime.now(UTC)
    )
    now = datetime.now(UTC)
    for one in (ONE, TWO):
        opened = one.incident(opened_at=now, updated_at=now)
        await bus.publish(s.INCIDENT_OPENED, opened, tenant="acme", incident=one.incident_id)
    answered = [item for item in TWO.messages() if item.subject in (s.INVESTIGATION_RECORDED, s.VERDICT_REACHED)]
    for item in answered:
        await bus.publish(item.subject, item.message, **item.keys)

    first = await bus_factory("notifier")
    build(first, Settings())
    async with running(first):
        await until(lambda: is_told(bus, TWO, "verdict"))
        await until(lambda: is_set(bus))
    second = await bus_factory("notifier")
    service = build(second, Settings())
    async with running(second):
        await until(lambda: is_told(bus, ONE, "escalation"))
    for action in service.on_stop:
        await action()
    assert "no investigation was begun within" in told.read_text()
    assert not await is_told(bus, TWO, "escalation")  # it has its answer


async def is_set(bus) -> bool:
    return len(await bus.subjects(s.NOTICE_TIMER_SET, tenant="acme")) == 2


async def is_told(bus, one, kind) -> bool:
    sent = await bus.read(s.NOTICE_SENT, tenant="acme", investigation=one.investigation_id)
    return any(stored.message.kind == kind and stored.message.outcome == "sent" for stored in sent)
