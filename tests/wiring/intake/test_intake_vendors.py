"""Deliveries as PagerDuty, Jira, Opsgenie, Sentry and GitHub send them: real ones, forged ones, replayed ones."""

import gzip
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from inquest.contracts import subjects as s
from inquest.intake.domain.sources import pagerduty
from inquest.notifier.domain.formats.text import event
from inquest.testkit.notices import notice

SAMPLES = Path(__file__).parents[2] / "unit/intake/samples"
SECRET = "shared"
AT_MS = 1767225570000  # 2025-12-31T23:59:30Z
CONFIG = {
    "correlation": {"hold_s": 0, "past_s_max": 400 * 365 * 86_400},
    "tenants": {
        "acme": {
            "sources": [
                {"kind": "pagerduty", "secret": "env:VENDOR_SECRET"},
                {"kind": "jira", "secret": "env:VENDOR_SECRET", "jira": {"opens": [{}]}},
                {"kind": "opsgenie", "secret": "env:VENDOR_SECRET"},
                {"kind": "sentry", "secret": "env:VENDOR_SECRET"},
                {"kind": "github", "secret": "env:VENDOR_SECRET"},
            ]
        }
    },
}
ONCE = {  # one delivery of each that becomes a signal: body, what tells it from others, and another of those
    "pagerduty": ({"event": {"id": "E1", "event_type": "incident.triggered", "data": {"id": "Q1"}}}, {}, {}),
    "jira": (
        {"webhookEvent": "jira:issue_created", "issue": {"id": "7", "fields": {"summary": "Down"}}},
        {"X-Atlassian-Webhook-Identifier": "one"},
        {"X-Atlassian-Webhook-Identifier": "two"},
    ),
    "opsgenie": ({"action": "Create", "alert": {"alertId": "a", "createdAt": 1767261600000}}, {}, {}),
    "sentry": (
        {"action": "triggered", "data": {"event": {"event_id": "e", "issue_id": "7", "title": "Boom"}}},
        {"Sentry-Hook-Resource": "event_alert", "Request-ID": "one", "Sentry-Hook-Timestamp": "1"},
        {"Sentry-Hook-Resource": "event_alert", "Request-ID": "two", "Sentry-Hook-Timestamp": "2"},
    ),
    "github": (
        {"repository": {"full_name": "acme/shop"}, "deployment": {"id": 7, "sha": "abc"}},
        {"X-GitHub-Event": "deployment", "X-GitHub-Delivery": "one"},
        {"X-GitHub-Event": "deployment", "X-GitHub-Delivery": "two"},
    ),
}


def proof(source: str, raw: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    return {
        "pagerduty": {"X-PagerDuty-Signature": f"v1={'0' * 64},v1={digest}"},
        "jira": {"X-Hub-Signature": f"sha256={digest}"},
        "opsgenie": {"Authorization": f"Bearer {secret}"},
        "sentry": {"Sentry-Hook-Signature": digest},
        "github": {"X-Hub-Signature-256": f"sha256={digest}"},
    }[source]


def samples(source: str) -> list[dict[str, Any]]:
    (path,) = SAMPLES.glob(f"{source}.ndjson*")
    raw = path.read_bytes()
    return [json.loads(line) for line in (gzip.decompress(raw) if path.suffix == ".gz" else raw).splitlines()]


def signals(intake: Any) -> list[Any]:
    return [*intake.bus.published(s.SIGNAL_RECEIVED), *intake.bus.published(s.CHANGE_RECEIVED)]


@pytest.fixture
async def intake(make_intake, monkeypatch):
    monkeypatch.setenv("VENDOR_SECRET", SECRET)
    return await make_intake(config=CONFIG)


async def post(intake, source, raw, headers):
    return await intake.http.post(f"/webhooks/{source}/acme", content=raw, headers=headers)


@pytest.mark.parametrize("source", ["jira", "opsgenie", "sentry", "github"])
async def test_real_deliveries_are_taken_and_what_was_promised_comes(intake, source):
    promised: set[str] = set()
    for sample in samples(source):
        raw = json.dumps(sample["body"]).encode()
        own = {"x-github-delivery": sample["name"], "request-id": sample["name"]}  # all samples came from one example
        answer = await post(intake, source, raw, {**sample.get("headers", {}), **own, **proof(source, raw)})
        assert answer.status_code == 202, (sample["name"], answer.text)
        assert answer.json()["status"] != "duplicate"
        promised.update(answer.json()["signal_ids"])
    await intake.bus.settle()
    assert {signal.signal_id for signal in signals(intake)} == promised
    assert promised


async def test_the_signed_vector_of_pagerduty_is_taken(make_intake, monkeypatch):
    vector = json.loads((SAMPLES.parent / "pagerduty_vector.json").read_text())
    monkeypatch.setenv("VENDOR_SECRET", vector["secret"])
    intake = await make_intake(config=CONFIG)
    answer = await post(intake, "pagerduty", vector["body"].encode(), {"X-PagerDuty-Signature": vector["signature"]})
    assert (answer.status_code, answer.json()["status"]) == (202, "accepted")


@pytest.mark.parametrize("source", sorted(ONCE))
async def test_forged_deliveries_stay_out(intake, source):
    body, headers, _ = ONCE[source]
    raw = json.dumps(body).encode()
    forged = [{}, proof(source, raw, "guessed"), dict.fromkeys(proof(source, raw), "v1=é")]
    if source != "opsgenie":  # its token says nothing about the body
        forged.append(proof(source, raw + b" "))
    for given in forged:
        encoded = {name: value.encode() for name, value in {**headers, **given}.items()}
        assert (await post(intake, source, raw, encoded)).status_code == 401
    await intake.bus.settle()
    assert intake.bus.published(s.DELIVERY_KEPT) == []


@pytest.mark.parametrize("source", sorted(ONCE))
async def test_a_replay_makes_no_second_signal_whatever_its_unsigned_headers_say(intake, source):
    body, headers, others = ONCE[source]
    raw = json.dumps(body).encode()
    statuses = []
    for given in (headers, headers, others):
        answer = await post(intake, source, raw, {**given, **proof(source, raw)})
        assert answer.status_code == 202
        statuses.append(answer.json()["status"])
        await intake.bus.settle()
    assert statuses[:2] == ["accepted", "duplicate"]
    assert len(signals(intake)) == 1


@pytest.mark.parametrize("source", sorted(ONCE))
async def test_the_bus_says_the_same_as_the_door(intake, make_intake, source):
    body, headers, _ = ONCE[source]
    raw = json.dumps(body).encode()
    await post(intake, source, raw, {**headers, **proof(source, raw)})
    await intake.bus.settle()
    other = await make_intake(config=CONFIG)
    await other.deliver(raw, source, **headers)
    (by_door,), (by_bus,) = signals(intake), signals(other)
    assert by_bus.model_copy(update={"payload_ref": by_door.payload_ref}) == by_door


async def test_changes_have_a_subject_of_their_own_and_open_nothing(intake):
    body, headers, _ = ONCE["github"]
    raw = json.dumps(body).encode()
    await post(intake, "github", raw, {**headers, **proof("github", raw)})
    await intake.bus.settle()
    assert len(intake.bus.published(s.CHANGE_RECEIVED, tenant="acme")) == 1
    assert intake.bus.published(s.SIGNAL_RECEIVED) == []
    assert intake.bus.published(s.INCIDENT_OPENED) == []


async def test_a_deployment_that_is_told_twice_is_on_the_incident_once(intake):
    at = "2025-12-31T23:58:00Z"
    asked = {"id": 7, "sha": "abc", "environment": "production", "created_at": at}
    for state in ("in_progress", "success"):
        told = {"id": state, "state": state, "created_at": at}
        body = {"repository": {"full_name": "acme/checkout"}, "deployment": asked, "deployment_status": told}
        raw = json.dumps(body).encode()
        await post(intake, "github", raw, {"X-GitHub-Event": "deployment_status", **proof("github", raw)})
    page = {"id": "Q1", "title": "Slow", "service": {"id": "PF9", "summary": "checkout"}}
    raised = {"id": "E1", "event_type": "incident.triggered", "occurred_at": "2025-12-31T23:59:00Z", "data": page}
    raw = json.dumps({"event": raised}).encode()
    await intake.bus.settle()
    await post(intake, "pagerduty", raw, proof("pagerduty", raw))
    await intake.bus.settle()
    (incident,) = intake.bus.published(s.INCIDENT_OPENED)
    assert [one.change.ref for one in incident.changes] == ["abc"]


async def test_a_ticket_that_only_joins_opens_nothing_and_adds_to_what_is_open(make_intake, monkeypatch):
    monkeypatch.setenv("VENDOR_SECRET", SECRET)
    rules = {"opens": [], "joins": [{"projects": ["SUP"]}]}
    sources = [{"kind": "jira", "secret": "env:VENDOR_SECRET", "jira": rules}, CONFIG["tenants"]["acme"]["sources"][0]]
    intake = await make_intake(config={**CONFIG, "tenants": {"acme": {"sources": sources}}})

    async def ticket(number: int) -> str:
        fields = {"summary": "Cannot pay", "project": {"key": "SUP"}, "components": [{"name": "checkout"}]}
        issue = {"id": number, "key": f"SUP-{number}", "fields": fields}
        raw = json.dumps({"webhookEvent": "jira:issue_created", "timestamp": AT_MS, "issue": issue}).encode()
        answer = await post(intake, "jira", raw, proof("jira", raw))
        await intake.bus.settle()
        (signal_id,) = answer.json()["signal_ids"]
        return signal_id

    await ticket(1)
    assert intake.bus.published(s.INCIDENT_OPENED) == []
    page = {"id": "Q1", "title": "Slow", "service": {"id": "PF9", "summary": "checkout"}}
    raised = {"id": "E1", "event_type": "incident.triggered", "occurred_at": "2025-12-31T23:59:00Z", "data": page}
    raw = json.dumps({"event": raised}).encode()
    await post(intake, "pagerduty", raw, proof("pagerduty", raw))
    await intake.bus.settle()
    joined = await ticket(2)
    (opened,) = intake.bus.published(s.INCIDENT_OPENED)
    assert joined in intake.bus.published(s.INCIDENT_UPDATED)[-1].signal_ids
    assert opened.sources == ("pagerduty",)

    over = {"id": "E2", "event_type": "incident.resolved", "occurred_at": "2025-12-31T23:59:40Z", "data": page}
    raw = json.dumps({"event": over}).encode()
    await post(intake, "pagerduty", raw, proof("pagerduty", raw))
    await ticket(3)
    assert len(intake.bus.published(s.INCIDENT_RESOLVED)) == len(intake.bus.published(s.INCIDENT_OPENED)) == 1
    assert intake.bus.published(s.INCIDENT_UPDATED)[-1].reopened_at is None


def test_the_page_that_inquest_raises_is_known_by_the_key_that_its_channel_gives_it():
    assert event(notice(), "routing")["dedup_key"].startswith(pagerduty.OWN_KEY)
    assert event(notice(), "routing")["client"] == pagerduty.OWN_CLIENT
