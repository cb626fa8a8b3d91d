import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from inquest.config.sources import SourceConfig
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources import alertmanager, grafana

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SAMPLES = Path(__file__).parent / "samples"
NEVER = "0001-01-01T00:00:00Z"
LABELS = {"alertname": "Slow", "service": "checkout", "job": "node", "severity": "page", "instance": "a:1"}


def alert(status="firing", **more):
    whole = {"labels": LABELS, "annotations": {"summary": "checkout is slow"}, "fingerprint": "f00d"}
    return {"status": status, "startsAt": "2026-01-01T10:00:00.123456789+02:00", "endsAt": NEVER, **whole, **more}


def group(*alerts, **more):
    return {"version": "4", "status": "firing", "receiver": "inquest", "groupKey": "{}:{}", "alerts": alerts, **more}


def read(body, source=alertmanager.SOURCE, **settings):
    delivered = Delivered({}, SourceConfig(kind=source.name, bus_only=True, **settings), NOW)
    return parse(json.dumps(body).encode(), source, delivered)


def sample(source, name):
    lines = map(json.loads, (SAMPLES / f"{source}.ndjson").read_text().splitlines())
    return next(line["body"] for line in lines if line["name"] == name)


def test_each_alert_of_a_group_is_a_signal_of_its_own():
    first, second = read(group(alert(), alert("resolved", fingerprint="beef", endsAt="2026-01-01T08:30:00Z")))
    assert (first.kind, first.title, first.severity) == ("alert", "checkout is slow", "critical")
    assert first.services == (("checkout", "node"),)
    assert first.key == "f00d:2026-01-01T08:00:00.123456+00:00:firing"
    assert first.dedup_key == "alertmanager:f00d"
    assert first.labels == {"receiver": "inquest", "group_key": "{}:{}", **LABELS}
    assert (second.kind, second.dedup_key) == ("resolution", "alertmanager:beef")
    assert second.occurred_at == datetime(2026, 1, 1, 8, 30, tzinfo=UTC)
    assert second.labels["lasted_s"] == "1800"


def test_what_a_real_alertmanager_sent_is_read():
    resolved, firing = read(sample("alertmanager", "firing-and-resolved"))
    assert (resolved.kind, firing.kind) == ("resolution", "alert")
    assert firing.services == (("bay-8", "zorg"),)
    assert firing.labels["truncated_alerts"] == "1 more alerts of this group were left out by the sender"
    assert firing.links[-1] == "http://alertmanager.example.com:9093"


def test_a_repeat_has_the_same_key_and_a_new_firing_another():
    (once,) = read(group(alert()))
    (again,) = read(group(alert(annotations={"summary": "still slow"}), receiver="other", truncatedAlerts=3))
    (utc,) = read(group(alert(startsAt="2026-01-01T08:00:00.123456Z")))
    assert once.key == again.key == utc.key
    for other in (alert("resolved"), alert(startsAt="2026-01-01T11:00:00Z"), alert(fingerprint="beef")):
        (reading,) = read(group(other))
        assert reading.key != once.key


def test_an_alert_without_fingerprint_is_known_by_its_labels():
    (one,) = read(group(alert(fingerprint=None)))
    (ended,) = read(group(alert("resolved", fingerprint=None)))
    assert one.dedup_key == ended.dedup_key != read(group(alert(fingerprint="", labels={"a": "b"})))[0].dedup_key


def test_an_alert_that_does_not_say_when_it_began_counts_from_now():
    (one,) = read(group({"labels": LABELS}))
    (again,) = read(group({"labels": LABELS}, receiver="other"))
    (other,) = read(group({"labels": LABELS, "annotations": {"summary": "x"}}))
    assert (one.kind, one.occurred_at, one.title) == ("alert", NOW, "Slow on a:1")
    assert one.key == again.key != other.key
    assert one.dedup_key == other.dedup_key


def test_one_alert_that_is_not_understood_takes_no_other_with_it():
    readings = read(group(alert(startsAt="soon"), "what", alert(), alert("odd")))
    assert [reading.kind for reading in readings] == [None, None, "alert", None]
    assert "alerts.0.startsAt" in readings[0].reason
    assert "alerts.1" in readings[1].reason
    assert "status is 'odd'" in readings[3].reason


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "not an Alertmanager webhook .version 4.: alerts"),
        ({"alerts": "none"}, "alerts: "),
        (group(alert(startsAt="soon")), "alerts.0.startsAt"),
        (group(alert("odd")), "neither firing nor resolved"),
    ],
)
def test_what_is_not_a_group_says_what_it_is(body, expected):
    with pytest.raises(Refused, match=expected):
        read(body)


def test_a_group_without_alerts_is_kept_and_nothing_follows():
    (reading,) = read(group())
    assert (reading.kind, reading.reason) == (None, "there are no alerts in it")


def test_the_status_of_the_group_counts_where_the_alert_has_none():
    (reading,) = read(group(alert(status=None), status="resolved"))
    assert reading.kind == "resolution"
    assert reading.occurred_at.hour == 8  # it says no end


def test_labels_mean_what_the_tenant_says():
    rules = {"services": ["app", "team"], "severities": ["level"], "severity_values": {"Sky Falls": "critical"}}
    labels = {"service": "x", "team": "pay", "app": "till", "level": "sky falls", "severity": "info"}
    (reading,) = read(group(alert(labels=labels)), labels=rules)
    assert (reading.services, reading.severity) == ((("till", "pay"),), "critical")
    (reading,) = read(group(alert(labels={"level": "unheard of"})), labels=rules)
    assert (reading.services, reading.severity) == ((), "high")


@pytest.mark.parametrize(
    ("word", "severity"), [("none", "info"), ("warning", "medium"), ("P3", "medium"), ("", "high")]
)
def test_the_usual_words_for_severity_are_known(word, severity):
    assert read(group(alert(labels={"severity": word})))[0].severity == severity


def test_heartbeats_are_kept_and_nothing_follows():
    (reading,) = read(group(alert(labels={"alertname": "Watchdog"})))
    assert (reading.kind, reading.reason) == (None, "alertname Watchdog is in the source's labels.ignore")
    (reading,) = read(group(alert(labels={"alertname": "Watchdog"})), labels={"ignore": {}})
    assert reading.kind == "alert"


def test_a_title_is_made_where_no_annotation_is():
    assert read(group(alert(annotations={})))[0].title == "Slow on a:1"
    assert read(group(alert(annotations={}, labels={})))[0].title == "Alert without a name"
    no_data = {"alertname": "DatasourceNoData", "rulename": "Checkout errors"}
    assert read(group(alert(annotations={}, labels=no_data)))[0].title == "DatasourceNoData on Checkout errors"


def test_links_are_what_a_person_may_follow():
    annotations = {"runbook_url": "https://runbooks.example.com/1", "summary": "x"}
    (reading,) = read(
        group(alert(annotations=annotations, generatorURL="javascript:alert(1)"), externalURL="http://am")
    )
    assert reading.links == ("https://runbooks.example.com/1", "http://am")


def test_grafana_adds_values_and_links():
    (reading,) = read(sample("grafana", "firing"), grafana.SOURCE)
    assert (reading.kind, reading.severity, reading.services) == ("alert", "medium", (("checkout",),))
    assert reading.labels["values"] == "B=44.23943737541908, C=1"
    assert (reading.labels["org_id"], reading.labels["state"]) == ("1", "alerting")
    assert reading.dedup_key == "grafana:c6eadffa33fcdf37"
    assert [link.partition("com")[2][:4] for link in reading.links] == ["/d/9", "/d/9", "/ale", "/ale", "/mem", "/"]
    (ended,) = read(sample("grafana", "resolved"), grafana.SOURCE)
    assert (ended.kind, ended.dedup_key) == ("resolution", reading.dedup_key)
    assert ended.labels["values"].startswith("[ var='B'")


def test_the_test_button_of_grafana_is_a_ping():
    (reading,) = read(sample("grafana", "contact-point-test"), grafana.SOURCE)
    assert (reading.kind, reading.is_ping) == (None, True)


def test_legacy_alerting_of_grafana_is_told_apart():
    with pytest.raises(Refused, match="legacy alerting; create a webhook contact point"):
        read({"ruleId": 1, "evalMatches": [], "state": "alerting"}, grafana.SOURCE)
    with pytest.raises(Refused, match="not a Grafana alerting webhook: alerts"):
        read({}, grafana.SOURCE)
