import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from inquest.config.sources import SourceConfig
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources.pagerduty import SOURCE

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DELIVERED = Delivered({}, SourceConfig(kind="pagerduty", bus_only=True), NOW)
VECTOR = json.loads((Path(__file__).parent / "pagerduty_vector.json").read_text())
REFERENCE = {"id": "PGR0VU2", "summary": "A little bump in the road", "type": "incident_reference"}
DATA = {  # the payload of each type that Inquest passes over, as PagerDuty's documentation shows it
    "incident.acknowledged": {"id": "PGR0VU2", "type": "incident", "status": "acknowledged"},
    "incident.action_invocation.created": {"incident": REFERENCE, "type": "incident_action_invocation"},
    "incident.annotated": {"incident": REFERENCE, "id": "P2LA89X", "content": "hi", "type": "incident_note"},
    "incident.conference_bridge.updated": {"incident": REFERENCE, "conference_numbers": [], "conference_url": None},
    "incident.custom_field_values.updated": {"incident": REFERENCE, "custom_fields": [{"value": None}]},
    "incident.delegated": {"id": "PGR0VU2", "type": "incident"},
    "incident.incident_type.changed": {"id": "PGR0VU2", "type": "incident"},
    "incident.reassigned": {"id": "PGR0VU2", "type": "incident"},
    "incident.responder.added": {"incident": REFERENCE, "user": {"id": "U"}, "state": "pending"},
    "incident.responder.replied": {"incident": REFERENCE, "user": {"id": "U"}, "state": "accepted"},
    "incident.role.assigned": {"incident": REFERENCE},
    "incident.status_update_published": {"incident": REFERENCE, "message": "a fix", "trimmed": False},
    "incident.workflow.completed": {"incident": REFERENCE, "summary": "w"},
    "incident.workflow.started": {"incident": REFERENCE, "summary": "w"},
    "service.created": {"id": "PF9KMXH", "summary": "checkout", "type": "service"},
    "service.custom_field_values.updated": {"id": "PF9KMXH"},
    "service.deleted": {"id": "PF9KMXH", "summary": "checkout", "type": "service"},
    "service.updated": {"id": "PF9KMXH", "summary": "checkout", "alert_creation": "create_alerts_and_incidents"},
    "something.new": None,
}


def read(event_type="incident.triggered", data=None, **event):
    given = {"id": "Q1", "title": "Checkout is slow"} if data is None else data
    body = {"event": {"id": "E1", "event_type": event_type, "occurred_at": "2026-01-01T10:00:00Z", "data": given}}
    body["event"] |= event
    (reading,) = parse(json.dumps(body).encode(), SOURCE, DELIVERED)
    return reading


def test_the_signed_vector_is_read():
    (reading,) = parse(VECTOR["body"].encode(), SOURCE, DELIVERED)
    assert (reading.key, reading.kind, reading.severity) == ("01BWDWL3NYY7LUFPZCC28QUCMK", "alert", "critical")
    assert reading.services == (("API Service", "PF9KMXH"),)
    assert reading.links == ("https://acme.pagerduty.com/incidents/PGR0VU2",)
    assert reading.labels["escalation_policy"] == "Default"
    assert reading.labels["teams"] == "Engineering"
    assert SOURCE.replay(json.loads(VECTOR["body"]), {}) == "01BWDWL3NYY7LUFPZCC28QUCMK"


@pytest.mark.parametrize("event_type", sorted(DATA))
def test_what_says_nothing_about_the_fault_is_kept_with_a_reason(event_type):
    reading = read(event_type, DATA[event_type])
    assert reading.kind is None
    assert reading.reason.startswith(f"Inquest does not act on {event_type}: ")
    assert not reading.is_ping


def test_the_ping_is_one():
    assert read("pagey.ping", {"message": "Hello from your friend Pagey!", "type": "ping"}).is_ping


def test_another_service_is_news_of_the_same_incident():
    moved = read("incident.service_updated", {"id": "Q1", "service": {"id": "PX", "summary": "cart"}})
    assert (moved.kind, moved.dedup_key, moved.services) == ("alert", "pagerduty:Q1", (("cart", "PX"),))


def test_a_priority_set_after_the_end_opens_nothing():
    late = read("incident.priority_updated", {"id": "Q1", "status": "resolved", "priority": {"summary": "P1"}})
    assert (late.kind, late.reason) == (None, "incident.priority_updated of an incident that is resolved")
    assert read("incident.resolved", {"id": "Q1", "status": "resolved"}).kind == "resolution"


@pytest.mark.parametrize(
    ("data", "event"),
    [
        ({"id": "Q1", "incident_key": "inquest-acme-62a55f644fdd78fc7774ca63"}, {}),
        ({"id": "Q1"}, {"client": {"name": "Inquest"}}),
    ],
)
@pytest.mark.parametrize("event_type", ["incident.triggered", "incident.resolved"])
def test_what_inquest_raised_itself_is_not_investigated(event_type, data, event):
    assert read(event_type, data, **event).reason == "Inquest raised this incident itself, because a person is needed"
    assert read(event_type, {"id": "Q1", "incident_key": "d3640fbd"}, client={"name": "PagerDuty"}).kind


def test_what_is_absent_or_null_is_no_fault():
    bare = read(data={"id": "Q1", "title": None, "service": None, "priority": None, "urgency": None, "teams": None})
    assert (bare.title, bare.severity, bare.services) == ("PagerDuty incident Q1", "high", ())
    assert read(occurred_at=None).occurred_at == NOW
    assert len(read(id=None).key) == 64
    assert read(data={"id": "Q1", "service": {"id": None, "summary": "x" * 5000}}).services == (("x" * 200,),)


def test_a_link_that_is_none_is_left_out():
    assert read(data={"id": "Q1", "html_url": "javascript:alert(1)"}).links == ()


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"title": "no id"}, "event.data.id"),
        ({"id": "Q1", "service": "checkout"}, "event.data.service"),
        ({"id": "Q1", "teams": [1]}, "event.data.teams.0"),
        ({"id": "Q1", "title": {"a": 1}}, "event.data.title"),
    ],
)
def test_a_wrong_type_is_refused_with_its_path(data, where):
    with pytest.raises(Refused, match=f"not a PagerDuty incident: {where}: "):
        read(data=data)


@pytest.mark.parametrize("body", [{}, {"event": None}, {"event": []}, {"event": {"event_type": ""}}])
def test_what_is_no_event_is_refused(body):
    with pytest.raises(Refused, match="not a PagerDuty V3 event: event"):
        parse(json.dumps(body).encode(), SOURCE, DELIVERED)
    assert SOURCE.replay(body, {}) is None


def test_a_v2_payload_is_told_so():
    with pytest.raises(Refused, match="V3 subscription"):
        parse(b'{"messages": []}', SOURCE, DELIVERED)
