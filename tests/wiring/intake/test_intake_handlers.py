import json
from typing import get_args

import pytest
from inquest.config.sources import AUTHS, SourceKind
from inquest.contracts import subjects as s
from inquest.contracts import topology
from inquest.contracts.codec import PROTOBUF, encode
from inquest.contracts.errors import Conflict, RetryLater
from inquest.contracts.message import Message, derive_id
from inquest.contracts.v1.signal import Signal
from inquest.intake.domain.sources import SOURCES
from inquest.intake.handlers.incidents import IncidentHandlers
from structlog.testing import capture_logs


def test_every_source_has_its_word_in_the_schema_and_a_way_to_prove_itself():
    assert set(SOURCES) <= set(get_args(SourceKind)) == set(AUTHS)


async def test_outside_producers_may_use_the_bus(intake):
    before = intake.counted("pagerduty", "accepted"), intake.counted("pagerduty", "ignored")
    await intake.deliver(intake.page(), "pagerduty")
    event = {"specversion": "1.0", "id": "1", "source": "x", "type": "y", "data": json.loads(intake.generic())}
    await intake.deliver(json.dumps(event).encode(), "generic", "bus-only")
    await intake.deliver(intake.page("incident.annotated"), "pagerduty")
    assert [signal.source for signal in intake.bus.published(s.SIGNAL_RECEIVED)] == ["pagerduty", "generic"]
    after = intake.counted("pagerduty", "accepted"), intake.counted("pagerduty", "ignored")
    assert after == (before[0] + 1, before[1] + 1)
    assert len(intake.bus.published(s.INCIDENT_OPENED)) == 2


async def test_producers_may_send_a_signal_in_protobuf(intake):
    signal = Signal(
        signal_id="theirs",
        tenant="acme",
        source="generic",
        kind="alert",
        occurred_at=intake.when,
        received_at=intake.when,
        title="Cart is down",
        services=("checkout",),
    )
    await intake.deliver(encode(signal), **{"Content-Type": PROTOBUF})
    (ours,) = intake.bus.published(s.SIGNAL_RECEIVED)
    assert (ours.title, ours.services, ours.occurred_at) == (signal.title, signal.services, signal.occurred_at)
    assert ours.signal_id == derive_id("signal", "acme", "generic", "theirs")
    await intake.deliver(encode(signal), tenant="bus-only", **{"Content-Type": PROTOBUF})
    await intake.deliver(b"\xff", **{"Content-Type": PROTOBUF})
    reasons = [reason for _, reason in intake.bus.dead]
    assert len(reasons) == 2
    assert "names tenant 'acme' on the subject of 'bus-only'" in reasons[0]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"body": b"{}", "tenant": "nobody"}, "no tenant 'nobody'"),
        ({"body": b"{}", "source": "jira"}, "no source jira"),
        ({"body": b"{}", "source": "pagerduty", "tenant": "bus-only"}, "no source pagerduty"),
        ({"body": b"garbage"}, "is not JSON"),
        ({"body": b"", "Inquest-Payload-Ref": "acme/abc"}, "is not JSON"),  # a producer's headers mean nothing to us
    ],
)
async def test_what_can_never_become_a_signal_is_a_dead_letter(intake, arguments, reason):
    await intake.deliver(**arguments)
    ((_, said),) = intake.bus.dead
    assert reason in said


async def test_an_unmatched_service_is_listed_with_a_suggestion(intake):
    with capture_logs() as logs:
        await intake.deliver(intake.generic(service="chekout"))
    (signal,) = intake.bus.published(s.SIGNAL_RECEIVED)
    assert signal.unmatched == ("chekout",)
    (event,) = [line for line in logs if line["event"] == "service_unmatched"]
    assert (event["tenant"], event["name"], event["suggestion"]) == ("acme", "chekout", "checkout")


async def test_a_recorded_tenant_puts_its_windows_on_the_incident(make_intake):
    recording = {"pack": "/p", "window": {"start": "2020-01-01T00:00:00Z", "end": "2020-01-01T01:00:00Z"}}
    intake = await make_intake(
        config={"tenants": {"acme": {"sources": [{"kind": "generic", "bus_only": True}], "recording": recording}}}
    )
    await intake.deliver(b'{"fired_at": "2020-01-01T00:30:00Z"}')
    (incident,) = intake.bus.published(s.INCIDENT_OPENED)
    assert incident.opened_at.year == 2020
    assert (incident.window.end - incident.window.start).total_seconds() == 3600


async def test_a_crash_between_commit_and_publish_loses_nothing(intake):
    publish = intake.bus.publish
    failed: list[Message] = []

    async def failing(subject, message, **keys):
        if subject is s.INCIDENT_OPENED and not failed:
            failed.append(message)
            raise RetryLater("the server is away")
        return await publish(subject, message, **keys)

    intake.bus.publish = failing
    await intake.post()
    await intake.bus.settle()
    assert failed
    assert intake.bus.published(s.INCIDENT_OPENED) == failed


async def test_a_batch_is_one_write_per_tenant(intake):
    for number in range(5):
        await intake.deliver(intake.generic(summary=f"fault {'abcde'[number]}"))
    await intake.deliver(intake.generic(), tenant="bus-only")
    states = intake.bus.kv(topology.INTAKE_INCIDENTS)
    for tenant in await states.keys():
        await states.delete(tenant)
    before = states._revision
    await intake.bus.redeliver("intake-signals")
    assert states._revision == before + 2
    assert len(intake.bus.published(s.INCIDENT_OPENED, tenant="acme")) == 5
    assert len(intake.bus.published(s.INCIDENT_OPENED, tenant="bus-only")) == 1


class Contended:
    """A bucket in which somebody else always writes first."""

    def __init__(self) -> None:
        self.tries = 0

    async def get(self, _key):
        return None

    async def create(self, key, _value):
        self.tries += 1
        raise Conflict(key)

    async def update(self, key, _value, _revision):
        raise Conflict(key)


async def test_replicas_that_always_write_first_end_in_a_retry(intake):
    await intake.post()
    await intake.bus.settle()
    (stored,) = await intake.bus.read(s.SIGNAL_RECEIVED)
    webhooks, states = intake.webhooks, Contended()
    handlers = IncidentHandlers(intake.bus, states, webhooks.configuration, tries_max=3)
    delivery = await intake.bus.get("SIGNALS", stored.seq)
    with pytest.raises(RetryLater, match="3 tries lost"):
        await handlers.on_signals([(stored.message, delivery)])
    assert states.tries == 3


async def test_incidents_past_the_limit_are_forgotten_aloud(make_intake):
    source = {"kind": "generic", "bus_only": True}
    intake = await make_intake(
        config={"tenants": {"acme": {"sources": [source]}}, "correlation": {"incidents_open_max": 1}}
    )
    for service in ("one", "two"):
        await intake.deliver(intake.generic(service=service))
    (opened,) = intake.bus.published(s.INCIDENT_OPENED)  # it was held, and would never have been announced
    assert opened.services == ("one",)
    assert opened.decisions[-1].why == "takes no more signals: there are more than 1 open incidents"


async def test_a_removed_tenant_still_correlates_what_was_received(make_intake):
    intake = await make_intake()
    await intake.post()
    await intake.bus.settle()
    await intake.configure({"tenants": {"other": {}}})
    await intake.start()
    await intake.bus.redeliver("intake-signals")
    assert len(intake.bus.published(s.INCIDENT_OPENED)) == 1
    assert intake.bus.dead == []
