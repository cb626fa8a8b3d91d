import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from inquest.config.sources import SourceConfig
from inquest.config.templates import template
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources.datadog import SOURCE

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
DOCS = Path(__file__).parents[3] / "docs/sources/datadog.md"
FILLED = {
    "ID": "7716548234011234567",
    "ALERT_ID": "148275309",
    "ALERT_CYCLE_KEY": "9bd4ac313a4d",
    "ALERT_TRANSITION": "Triggered",
    "ALERT_TYPE": "error",
    "ALERT_PRIORITY": "P2",
    "ALERT_TITLE": "[Triggered on {service:checkout}] Checkout is slow",
    "ALERT_METRIC": "trace.http.request",
    "ALERT_SCOPE": "env:prod,service:checkout",
    "DATE": "1767261600000",
    "TAGS": "env:prod,monitor,service:checkout,service:other,team:shop",
    "LINK": "https://app.datadoghq.com/event/event?id=7716548234011234567",
    "ORG_NAME": "acme",
}


def rendered(**filled) -> bytes:
    """Do as Datadog does: put in what is known, leave the other variables as they stand."""
    body = json.loads(template("datadog"))
    values = {**FILLED, **{name.upper(): value for name, value in filled.items()}}
    return json.dumps({name: values.get(text[1:], text) for name, text in body.items()}).encode()


def read(raw, **settings):
    (reading,) = parse(raw, SOURCE, Delivered({}, SourceConfig(kind="datadog", bus_only=True, **settings), NOW))
    return reading


def test_the_shipped_template_is_read():
    reading = read(rendered())
    assert (reading.kind, reading.title, reading.severity) == ("alert", "Checkout is slow", "high")
    assert (reading.services, reading.metric) == ((("checkout",),), "trace.http.request")
    assert reading.occurred_at == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert reading.dedup_key == "datadog:9bd4ac313a4d"
    assert reading.links == (FILLED["LINK"],)
    assert reading.labels == {
        "monitor": "148275309",
        "transition": "Triggered",
        "scope": "env:prod,service:checkout",
        "org": "acme",
        "env": "prod",
        "service": "checkout",
        "team": "shop",
    }


@pytest.mark.parametrize(
    ("transition", "kind", "severity"),
    [
        ("Triggered", "alert", "high"),
        ("Re-Triggered", "alert", "high"),
        ("Warn", "alert", "medium"),
        ("Re-Warn", "alert", "medium"),
        ("No Data", "alert", "medium"),
        ("Re-No Data", "alert", "medium"),
        ("Renotify", "alert", "high"),
        ("Recovered", "resolution", "info"),
        ("Something new", "alert", "high"),
        ("null", None, "high"),
    ],
)
def test_each_transition(transition, kind, severity):
    kind_of_type = "success" if transition == "Recovered" else "error"
    raw = rendered(alert_transition=transition, alert_priority="$ALERT_PRIORITY", alert_type=kind_of_type)
    reading = read(raw)
    assert (reading.kind, reading.severity) == (kind, severity if transition != "Recovered" else reading.severity)
    assert bool(reading.reason) == (kind is None)


def test_a_recovery_meets_its_alert_and_is_no_repeat_of_it():
    triggered, recovered = read(rendered()), read(rendered(alert_transition="Recovered"))
    assert triggered.dedup_key == recovered.dedup_key
    assert triggered.key != recovered.key
    assert read(rendered()).key == triggered.key


def test_without_a_cycle_key_the_monitor_and_its_scope_count():
    reading = read(rendered(alert_cycle_key="$ALERT_CYCLE_KEY"))
    assert reading.dedup_key == "datadog:148275309:env:prod,service:checkout"


def test_severity_comes_from_priority_then_tags():
    assert read(rendered(alert_priority="P1")).severity == "critical"
    raw = rendered(alert_priority="", tags="severity:low")
    assert read(raw).severity == "low"
    rules = {"services": ["team"], "severities": []}
    reading = read(rendered(alert_priority="", alert_transition="Warn"), labels=rules)
    assert (reading.severity, reading.services) == ("medium", (("shop",),))


def test_templates_of_others_are_read_where_they_name_the_variables():
    body = {"alertTransition": "Recovered", "ALERT_TITLE": "Disk", "alertId": 7, "hostname": "db-1", "date": 1767261600}
    reading = read(json.dumps(body).encode())
    assert (reading.kind, reading.title, reading.dedup_key) == ("resolution", "Disk", "datadog:7:db-1")
    assert reading.labels["host"] == "db-1"
    assert read(json.dumps({**body, "tags": ["service:pay", "eu"]}).encode()).services == (("pay",),)
    assert reading.occurred_at == datetime(2026, 1, 1, 10, tzinfo=UTC)


def test_datadogs_own_payload_says_its_transition_in_the_title():
    body = {"id": "1", "title": "[Re-Triggered on {host:a}] Disk is full", "date": "1767261600000", "event_type": "x"}
    reading = read(json.dumps(body).encode())
    assert (reading.kind, reading.title, reading.dedup_key) == ("alert", "Disk is full", "datadog:Disk is full")


def test_what_is_no_notification_is_refused_or_passed_over():
    with pytest.raises(Refused, match="inquest sources template datadog"):
        read(b"{}")
    assert read(b'{"title": "Deployed", "id": "5"}').reason.startswith("an event of Datadog without")
    reading = read(rendered(tags="alertname:Watchdog"))
    assert reading.kind is None


def test_the_page_shows_the_template_that_is_shipped():
    assert f"```json\n{template('datadog').strip()}\n```" in DOCS.read_text()
