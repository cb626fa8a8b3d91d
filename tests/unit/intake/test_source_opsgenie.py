import json
from datetime import UTC, datetime

import pytest
from inquest.config.sources import SourceConfig
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources.opsgenie import SOURCE

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def event(action="Create", **alert):
    whole = {  # as in Opsgenie's "alert action data": createdAt in ms, updatedAt in ns
        "alertId": "052652ac-5d1c-464a-812a-7dd18bbfba8c",
        "message": " test alert",
        "alias": "aliastest",
        "tinyId": "23",
        "entity": "",
        "source": "fili@ifountain.com",
        "username": "fili@ifountain.com",
        "tags": ["tag1", "tag2"],
        "teams": ["team1"],
        "createdAt": 1420452191104,
        "updatedAt": 1420452193166002000,
        **alert,
    }
    origin = {"source": {"name": "web", "type": "API"}, "integrationName": "Integration1"}
    return {"action": action, "alert": whole, **origin}


def read(body):
    settings = SourceConfig(kind="opsgenie", bus_only=True)
    (reading,) = parse(json.dumps(body).encode(), SOURCE, Delivered({}, settings, NOW))
    return reading


def test_an_alert_is_read():
    reading = read(event(priority="P1", entity="web-1", details={"service": "checkout", "runbook": "r", "odd": [1]}))
    assert (reading.kind, reading.title, reading.severity) == ("alert", "test alert", "critical")
    assert reading.services == (("checkout", "web-1"),)
    assert reading.dedup_key == "opsgenie:052652ac-5d1c-464a-812a-7dd18bbfba8c"
    assert reading.occurred_at == datetime(2015, 1, 5, 10, 3, 11, 104000, UTC)
    assert reading.labels == {
        "action": "Create",
        "number": "23",
        "alias": "aliastest",
        "entity": "web-1",
        "priority": "P1",
        "origin": "fili@ifountain.com",
        "tags": "tag1, tag2",
        "service": "checkout",
        "runbook": "r",
    }


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("Create", "alert"),
        ("UnAcknowledge", "alert"),
        ("Escalate", "alert"),
        ("EscalateNext", "alert"),
        ("UpdatePriority", "alert"),
        ("Close", "resolution"),
        ("Delete", "resolution"),
        *(
            (name, None)
            for name in ("Acknowledge", "AddNote", "AddTags", "AddTeam", "AssignOwnership", "Snooze", "My own")
        ),
    ],
)
def test_each_action_is_what_it_says(action, kind):
    reading = read(event(action))
    assert reading.kind == kind
    assert bool(reading.reason) == (kind is None)
    assert kind is None or reading.occurred_at.second == (11 if action == "Create" else 13)


def test_what_concerns_no_alert_is_kept():
    assert read({"action": "Create", "incident": {"id": "1"}}).reason.endswith("it concerns no alert")


def test_tags_and_impacted_services_are_hints():
    assert read(event(tags=["service:cart", "eu"], impactedServices=["0f3d"])).hints == ("cart", "eu", "0f3d")


def test_what_is_absent_or_null_is_no_fault():
    bare = read({"action": "create", "alert": {"alertId": 7, "message": None, "tags": None, "details": None}})
    assert (bare.title, bare.services, bare.severity, bare.occurred_at) == ("Opsgenie alert 7", (), "high", NOW)
    assert len(bare.key) == 64
    assert read(event("Close", updatedAt=None)).occurred_at.second == 11


def test_a_repeat_has_the_same_alert_action_and_time():
    assert SOURCE.replay(event(), {}) == "052652ac-5d1c-464a-812a-7dd18bbfba8c:Create:1420452193166002000"
    assert SOURCE.replay(event(updatedAt=None), {}) == "052652ac-5d1c-464a-812a-7dd18bbfba8c:Create:1420452191104"
    assert SOURCE.replay({"alert": [], "action": "Create"}, {}) is None
    assert read(event()).key == SOURCE.replay(event(), {})


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "action"),
        ({"action": "Create", "alert": "x"}, "alert"),
        (event(alertId=None), "alert.alertId"),
        (event(tags="x"), "alert.tags"),
        (event(details=["x"]), "alert.details"),
        (event(createdAt="soon"), "alert.createdAt"),
    ],
)
def test_a_wrong_type_is_refused_with_its_path(body, where):
    with pytest.raises(Refused, match=f"{where}: "):
        read(body)
