import json
from datetime import UTC, datetime

import pytest
from inquest.config.sources import SourceConfig
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources.sentry import SOURCE

NOW = datetime(2026, 1, 1, tzinfo=UTC)
# The payloads follow the examples of docs.sentry.io, "Integration Platform > Webhooks".
ISSUE = {
    "id": "1170820242",
    "shortId": "FRONT-END-9",
    "title": "ReferenceError: blooopy is not defined",
    "culprit": "?(runner)",
    "level": "error",
    "substatus": "new",
    "firstSeen": "2019-08-19T20:58:37.391000Z",
    "lastSeen": "2019-08-19T21:58:37.391000Z",
    "permalink": None,
    "web_url": "https://sentry.io/organizations/test-org/issues/1170820242/",
    "project": {"id": "1", "name": "Front end", "platform": "", "slug": "front-end"},
}
EVENT = {
    "event_id": "e4874d664c3540c1a32eab185f12c5ab",
    "issue_id": "1117540176",
    "title": "ReferenceError: heck is not defined",
    "culprit": "?(<anonymous>)",
    "level": "error",
    "datetime": "2019-08-19T21:06:17.677000Z",
    "project": 1,
    "release": None,
    "tags": [["browser", "Chrome"], ["environment", "production"], ["odd"], 7],
    "url": "https://sentry.io/api/0/projects/test-org/front-end/events/e4874d664c3540c1a32eab185f12c5ab/",
    "web_url": "https://sentry.io/organizations/test-org/issues/1117540176/events/e4874d664c3540c1a32eab185f12c5ab/",
}
METRIC = {
    "id": "4",
    "identifier": "1",
    "title": "Sacred Marmot",
    "date_started": "2020-09-13T12:20:40.000000Z",
    "date_detected": "2020-09-13T12:26:40.000000Z",
    "date_closed": None,
    "projects": ["bar"],
    "alert_rule": {"aggregate": "count()", "name": "Too many errors", "environment": None, "triggers": []},
}


def metric(action, **more):
    return hook(action, metric_alert={**METRIC, **more}, description_title=f"{action}: Too many errors", web_url="x:y")


def hook(action, **data):
    return {"action": action, "actor": {"id": "sentry"}, "data": data, "installation": {"uuid": "a8e5d37a"}}


def read(body, headers=None, **rules):
    settings = SourceConfig(kind="sentry", bus_only=True, sentry=rules)
    (reading,) = parse(json.dumps(body).encode(), SOURCE, Delivered(headers or {}, settings, NOW))
    return reading


def test_an_issue_alert_opens():
    reading = read(hook("triggered", event=EVENT, triggered_rule="Very Important Alert Rule!"))
    assert (reading.kind, reading.opens, reading.severity) == ("alert", True, "high")
    assert reading.title == "ReferenceError: heck is not defined"
    assert reading.services == (("front-end", "1"),)
    assert reading.labels["rule"] == "Very Important Alert Rule!"
    assert reading.labels["environment"] == "production"
    assert (reading.dedup_key, reading.links) == ("sentry:issue:1117540176", (EVENT["web_url"],))
    assert reading.occurred_at == datetime(2019, 8, 19, 21, 6, 17, 677000, UTC)


def test_a_service_tag_says_more_than_the_project():
    tagged = {**EVENT, "tags": [{"key": "service", "value": "checkout"}], "url": ""}
    assert read(hook("triggered", event=tagged)).services == (("checkout", "1"),)
    bare = read(hook("triggered", event={}, triggered_rule="Rule"))
    assert (bare.title, bare.services, bare.occurred_at) == ("Rule", (), NOW)


@pytest.mark.parametrize(
    ("action", "kind", "severity", "at"),
    [
        ("critical", "alert", "critical", datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)),
        ("warning", "alert", "medium", datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)),
        ("resolved", "resolution", "info", NOW),
    ],
)
def test_metric_alerts(action, kind, severity, at):
    reading = read(metric(action))
    assert (reading.kind, reading.severity, reading.occurred_at) == (kind, severity, at)
    assert (reading.dedup_key, reading.services, reading.metric) == ("sentry:metric:4", (("bar",),), "count()")
    assert (reading.title, reading.links) == (f"{action}: Too many errors", ())


def test_the_end_of_a_metric_alert_has_its_time():
    assert read(metric("resolved", date_closed="2020-09-13T13:00:00Z")).occurred_at.hour == 13
    assert read(metric("open")).kind is None


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("created", "alert"),
        ("unresolved", "alert"),
        ("resolved", "resolution"),
        ("archived", "resolution"),
        ("ignored", "resolution"),
        ("assigned", None),
    ],
)
def test_issues_join_or_resolve_and_open_only_where_told_to(action, kind):
    reading = read(hook(action, issue=ISSUE))
    assert reading.kind == kind
    assert kind != "alert" or reading.opens is False
    if kind:
        assert (reading.dedup_key, reading.services) == ("sentry:issue:1170820242", (("front-end", "Front end", "1"),))
    assert read(hook(action, issue=ISSUE), new_issues_open=True).opens
    assert kind != "resolution" or reading.opens


def test_an_activity_alert_opens_as_an_issue_alert_does():
    reading = read(hook("triggered", issue=ISSUE), {"sentry-hook-resource": "activity_alert"})
    assert (reading.kind, reading.opens, reading.occurred_at.hour) == ("alert", True, 21)
    assert read(hook("created", issue=ISSUE)).occurred_at.hour == 20


@pytest.mark.parametrize(
    ("resource", "action", "data", "ping"),
    [
        ("installation", "created", {"installation": {"status": "pending"}}, True),
        ("installation", "deleted", {"installation": {"status": "installed"}}, False),
        ("error", "created", {"error": EVENT}, False),
        ("comment", "created", {"comment": "hi"}, False),
        ("seer", "root_cause_completed", {}, False),
    ],
)
def test_other_resources_are_kept(resource, action, data, ping):
    reading = read(hook(action, **data), {"sentry-hook-resource": resource})
    assert (reading.kind, reading.is_ping) == (None, ping)
    assert reading.reason.startswith(f"Inquest does not act on {resource} {action}: ")


def test_the_resource_is_plain_from_the_data_where_no_header_came():
    assert read(hook("created", installation={})).is_ping
    assert read(hook("created", error={})).reason.startswith("Inquest does not act on an unknown resource created")


def test_a_repeat():
    first, again = (read(hook("resolved", issue=ISSUE), {"sentry-hook-timestamp": at}) for at in ("1", "2"))
    assert first.key != again.key  # resolved, unresolved, resolved: the issue looks the same
    assert read(metric("critical")).key == read(metric("critical"), {"sentry-hook-timestamp": "2"}).key
    assert SOURCE.replay({}, {"request-id": "r1"}) == "r1"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "action"),
        (hook("created", issue=7), "data.issue"),
        (hook("created", issue={**ISSUE, "id": None}), "data.issue.id"),
        (hook("created", issue={**ISSUE, "project": "front-end"}), "data.issue.project"),
        (hook("triggered", event={**EVENT, "tags": "a"}), "data.event.tags"),
        (hook("critical", metric_alert={**METRIC, "projects": 1}), "data.metric_alert.projects"),
        ({"action": "created", "data": []}, "data"),
    ],
)
def test_a_wrong_type_is_refused_with_its_path(body, where):
    with pytest.raises(Refused, match=f"{where}: "):
        read(body)
