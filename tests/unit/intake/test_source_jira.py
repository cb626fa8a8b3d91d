import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from inquest.config.source_rules import JiraRules, TicketMatch
from inquest.config.sources import SourceConfig
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources.jira import SOURCE

SAMPLES = {
    line["name"]: line["body"]
    for line in map(
        json.loads, gzip.decompress((Path(__file__).parent / "samples/jira.ndjson.gz").read_bytes()).splitlines()
    )
}
EVERY = {"opens": [{}]}
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ADF = {
    "type": "doc",
    "version": 1,
    "content": [
        {"type": "paragraph", "content": [{"type": "text", "text": "Orders"}, {"type": "mention", "attrs": {}}]},
        {"type": "paragraph", "content": [{"type": "text", "text": "time out."}]},
    ],
}


def read(body, **rules):
    settings = SourceConfig(kind="jira", bus_only=True, jira=rules)
    (reading,) = parse(json.dumps(body).encode(), SOURCE, Delivered({}, settings, NOW))
    return reading


def ticket(event="jira:issue_created", changed=(), **fields):
    whole = {
        "summary": "Checkout is down",
        "issuetype": {"name": "[System] Incident"},
        "project": {"key": "OPS", "name": "Operations"},
        "priority": {"name": "Highest"},
        "status": {"name": "To Do", "statusCategory": {"key": "new"}},
        "labels": [],
        "components": [{"name": "checkout"}],
        "resolution": None,
        **fields,
    }
    issue = {"id": "10001", "key": "OPS-1", "self": "https://acme.atlassian.net/jira/rest/api/2/issue/10001"}
    changelog = {"id": "1", "items": [{"field": field} for field in changed]}
    return {
        "timestamp": 1767261600000,
        "webhookEvent": event,
        "issue": {**issue, "fields": whole},
        "changelog": changelog,
    }


@pytest.mark.parametrize("name", sorted(SAMPLES))
@pytest.mark.parametrize("rules", [{}, EVERY, {"joins": [{"projects": ["*"]}]}])
def test_every_real_payload_is_taken(name, rules):
    body = SAMPLES[name]
    reading = read(body, **rules)
    assert reading.reason or reading.title.startswith(body["issue"]["key"] + ": ")
    assert reading.occurred_at.year in {2019, 2024} or "timestamp" not in body


def test_what_the_real_payloads_become_where_every_ticket_opens():
    kinds = {name: read(body, **EVERY).kind for name, body in SAMPLES.items()}
    assert {name for name, kind in kinds.items() if kind == "resolution"} == {
        "issue-updated-resolved",
        "server-issue-updated-closed",
        "server-issue-updated-resolved",
    }
    assert {name for name, kind in kinds.items() if kind is None} == {
        "cloud-comment-created-mention-user",
        "cloud-comment-deleted",
        "issue-assigned-empty-changelog",
        "issue-updated-assigned",
        "issue-updated-assigned-nobody",
        "issue-updated-fix-version",
        "issue-updated-multiple-custom-fields",
        "server-comment-deleted",
        "server-issue-updated-comment-edited",
        "server-issue-updated-commented-2",
        "server-issue-updated-commented-mention-user",
        "server-old-issue-updated-no-event-type-comment-deleted",
        "server-old-issue-updated-no-event-type-commented",
        "server-updated-custom-field",
    }
    raised = read(SAMPLES["issue-updated-raised-priority"], **EVERY)
    assert (raised.dedup_key, raised.services) == ("jira:10040", (("COMP-1",),))
    assert raised.links == ("https://some-instance-test.atlassian.net/browse/TES-41",)


def test_an_incident_ticket_opens_an_incident_without_any_configuration():
    reading = read(ticket())
    assert (reading.kind, reading.opens, reading.severity) == ("ticket", True, "critical")
    assert reading.title == "OPS-1: Checkout is down"
    assert reading.services == (("checkout",),)
    assert reading.hints == ("OPS", "Operations")
    assert reading.occurred_at == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert reading.links == ("https://acme.atlassian.net/jira/browse/OPS-1",)
    assert read(ticket(issuetype={"name": "Bug"}, labels=["SEV1"])).opens


def test_other_tickets_are_kept_and_say_which_rule_is_missing():
    reading = read(ticket(issuetype={"name": "Story"}))
    assert (reading.kind, reading.reason) == (
        None,
        "no rule is for this Highest Story of OPS: see jira.opens and jira.joins of the source",
    )


def test_rules_ask_for_everything_that_they_name():
    rules = {"opens": [{"projects": ["ops"], "priorities": ["High*"], "statuses": ["To Do"], "components": ["check*"]}]}
    assert read(ticket(), **rules).kind == "ticket"
    assert read(ticket(priority={"name": "Low"}), **rules).kind is None
    assert read(ticket(components=[]), **rules).kind is None
    assert read(ticket(project={"key": "SHOP"}), **rules).kind is None


def test_a_ticket_may_join_without_opening():
    rules = {"opens": [], "joins": [{"labels": ["customer-report"]}]}
    joining = read(ticket(labels=["customer-report"]), **rules)
    assert (joining.kind, joining.opens) == ("ticket", False)
    done = {"name": "Done", "statusCategory": {"key": "done"}}
    over = read(ticket("jira:issue_updated", ("status",), labels=["customer-report"], status=done), **rules)
    assert (over.kind, over.reason) == (None, "a ticket that only joined an incident does not resolve it")


def test_the_end_of_a_ticket_is_a_resolution_of_what_it_opened():
    done = {"name": "Done", "statusCategory": {"key": "done"}}
    by_status = read(ticket("jira:issue_updated", ("status",), status=done))
    by_resolution = read(ticket("jira:issue_updated", ("resolution",), resolution={"name": "Won't Do"}))
    deleted = read(ticket("jira:issue_deleted"))
    assert {one.kind for one in (by_status, by_resolution, deleted)} == {"resolution"}
    assert {one.dedup_key for one in (by_status, by_resolution, deleted)} == {"jira:10001"}
    assert by_resolution.labels["resolution"] == "Won't Do"


def test_which_statuses_are_the_end_is_configurable():
    mitigated = {"name": "Mitigated", "statusCategory": {"key": "indeterminate"}}
    rules = {"resolved_statuses": ["mitigated", "closed"]}
    assert read(ticket("jira:issue_updated", ("status",), status=mitigated), **rules).kind == "resolution"
    reopened = {"name": "Reopened", "statusCategory": {"key": "new"}}
    assert read(ticket("jira:issue_updated", ("status",), status=reopened), **rules).kind == "ticket"


def test_priorities_may_be_given_their_meaning():
    assert read(ticket(priority={"name": "Brennt"}), severities={"brennt": "critical"}).severity == "critical"
    assert read(ticket(priority={"name": "Brennt"})).severity == "medium"
    assert read(ticket(priority=None)).severity == "medium"


def test_services_come_from_the_fields_that_are_named():
    fields = {
        "customfield_1": {"value": "cart"},
        "customfield_2": [{"name": "ads"}, "search", None, 7],
        "customfield_3": None,
        "customfield_4": " shop ",
        "customfield_5": 4,
    }
    rules = {"service_fields": [*fields, "components"]}
    assert read(ticket(**fields), **rules).services == (("cart",), ("ads",), ("search",), ("shop",), ("checkout",))
    changed = ticket("jira:issue_updated", ("customfield_1",), **fields)
    assert read(changed, **rules).kind == "ticket"
    assert read(changed).kind is None


def test_descriptions_may_be_text_or_a_document():
    assert read(ticket(description=ADF)).labels["description"] == "Orders time out."
    assert read(ticket(description="Orders time out.")).labels["description"] == "Orders time out."
    nested = {"text": "deep"}
    for _ in range(60):
        nested = {"content": [nested]}
    assert "description" not in read(ticket(description=nested)).labels


def test_an_automation_rule_may_post_the_issue_itself():
    reading = read(ticket()["issue"])
    assert (reading.kind, reading.title, reading.occurred_at) == ("ticket", "OPS-1: Checkout is down", NOW)
    dated = ticket(updated="2026-01-01T09:00:00.000+0100")["issue"]
    assert read(dated).occurred_at == datetime(2026, 1, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("event", ["comment_created", "worklog_updated", "sprint_started", "jira:version_released"])
def test_other_events_are_kept(event):
    reading = read({"webhookEvent": event, "timestamp": 1767261600000, "comment": {"body": "hi"}})
    assert reading.kind is None
    assert reading.reason.startswith(f"Inquest does not act on {event}: ")
    assert read({"webhookEvent": "jira:issue_created"}).reason == "jira:issue_created without an issue"


def test_a_repeat_is_told_by_the_identifier_or_by_the_body():
    assert SOURCE.replay(ticket(), {"x-atlassian-webhook-identifier": "w1"}) == "w1"
    assert SOURCE.replay(ticket(), {}) is None
    assert read(ticket()).key == read(ticket()).key != read(ticket(labels=["x"])).key


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "webhookEvent"),
        (ticket(labels="incident"), "issue.fields.labels"),
        (ticket(components=["checkout"]), "issue.fields.components.0"),
        (ticket(status="To Do"), "issue.fields.status"),
        ({**ticket(), "timestamp": "yesterday"}, "timestamp"),
        ({**ticket(), "issue": []}, "issue"),
    ],
)
def test_a_wrong_type_is_refused_with_its_path(body, where):
    with pytest.raises(Refused, match=f"not a Jira event: {where}: "):
        read(body)


def test_the_default_rules_can_be_written_out():
    assert JiraRules(**JiraRules().model_dump()).opens == JiraRules().opens
    assert TicketMatch() == TicketMatch(projects=[])
