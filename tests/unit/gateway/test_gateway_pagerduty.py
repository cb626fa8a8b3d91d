"""What is particular to PagerDuty: its lists and their ceiling, histories, change events, log entries, odd answers."""

import json
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config import Catalogue, TenantConfig
from inquest.contracts.latest import ChangesRequest, EventsRequest, TicketsRequest, Window
from inquest.gateway.adapters.pagerduty_answers import changes_of, event_of, ticket_of, with_history
from inquest.gateway.domain.forge import understood
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.pagerduty import T0, PagerDutyServer, change_event, incident, log_entry
from inquest.testkit.backends import Backend, Reply
from inquest.testkit.oddities import odd
from inquest.testkit.providers import ask, made

WINDOW = Window(start=T0 + timedelta(minutes=8), end=T0 + timedelta(minutes=24))
SERVICES = ({"service_id": "checkout", "aliases": {"pagerduty": ["PCHECK1"]}}, {"service_id": "cart"})
CATALOGUE = Catalogue(TenantConfig.model_validate({"catalogue": {"services": list(SERVICES)}}).catalogue)


async def read(request, domain="tickets", server=None, **more: object):
    """Return the answer, and what was asked for it."""
    async with Backend(serve=server or PagerDutyServer()).listening() as backend:
        given = {"url": backend.url, **more}
        config = {"name": "pd", "kind": "pagerduty", "domains": [domain], "settings": given}
        async with made(config, services=SERVICES) as provider:
            return await ask(provider, domain, request, left_s=60), backend.received


def at(minutes: float) -> float:
    return (T0 + timedelta(minutes=minutes)).timestamp()


async def test_incidents_made_or_changed_in_the_window_come_with_what_became_of_them():
    fetched, received = await read(TicketsRequest(window=WINDOW))
    rows = fetched.response.tickets
    assert [row.ticket_id for row in rows] == [f"Q{number:05d}" for number in range(12)]
    first = rows[0]
    assert (first.created_at, first.resolved_at, first.status) == (at(0), at(10), "resolved")
    assert (first.services, rows[1].services) == (["cart"], ["checkout"])
    assert (first.priority, rows[1].priority, rows[1].assignee) == ("high", "P1", "Ada")
    steps = [(one.field, one.before, one.after) for one in first.transitions]
    assert steps == [
        ("status", "", "triggered"),
        ("status", "triggered", "acknowledged"),
        ("escalation", "", "escalate through the API."),
        ("status", "acknowledged", "resolved"),
    ]
    assert [one.text for one in first.comments] == ["Rolled back."]
    assert first.author == "Ada"
    query = received[0].query
    assert (query["since"], query["until"]) == (["2026-02-28T14:08:00Z"], ["2026-03-01T14:24:01Z"])
    assert query["sort_by"] == ["created_at:desc"]
    assert "statuses[]" not in query


async def test_histories_have_a_limit():
    fetched, received = await read(TicketsRequest(window=WINDOW), histories_max=2)
    assert fetched.problems == ("10 older incidents come without their history (histories_max)",)
    assert [bool(one.transitions) for one in fetched.response.tickets] == [False] * 10 + [True] * 2
    assert len(received) == 3


async def test_incidents_by_id_whenever_they_were():
    fetched, received = await read(TicketsRequest(window=WINDOW, ids=("Q00013", "Q99999", "../users")))
    assert [one.ticket_id for one in fetched.response.tickets] == ["Q00013"]
    assert {one.path for one in received} == {
        "/incidents/Q00013",
        "/incidents/Q99999",
        "/incidents/Q00013/log_entries",
    }


async def test_services_and_teams_are_kept_to():
    fetched, received = await read(TicketsRequest(window=WINDOW), service_ids=["PCART01"], team_ids=["PTEAM"])
    assert {name for one in fetched.response.tickets for name in one.services} == {"cart"}
    assert received[0].query["service_ids[]"] == ["PCART01"]
    assert received[0].query["team_ids[]"] == ["PTEAM"]
    changes, _ = await read(ChangesRequest(window=WINDOW), "changes", service_ids=["PCART01"])
    assert {one.service for one in changes.response.changes} == {"cart"}


async def test_change_events_are_changes_of_the_kind_that_is_configured():
    fetched, _ = await read(ChangesRequest(window=WINDOW), "changes")
    rows = fetched.response.changes
    assert [row.time for row in rows] == [at(number) for number in range(8, 24)]
    first, second = rows[0], rows[1]
    assert (first.kind, first.ref, first.author, first.environment) == ("deploy", f"{8:040x}", "ada", "production")
    assert second.ref == "01C00009"
    assert first.url == "https://ci.acme.example/8"
    hostile = change_event(8) | {"links": [{"href": "javascript:alert(1)"}]}
    assert changes_of(hostile, CATALOGUE, kind="deploy", ref_fields=())[0].url == ""
    assert rows[2].service is None
    with pytest.raises(ProviderError) as failed:
        await read(ChangesRequest(window=WINDOW, kinds=("commit",)), "changes")
    assert failed.value.kind == "unsupported"


async def test_log_entries_are_events():
    fetched, received = await read(EventsRequest(window=WINDOW, kinds=("trigger",)), "events")
    rows = fetched.response.events
    assert [row.entity for row in rows] == [f"incident/Q{number:05d}" for number in range(4, 12)]
    assert (rows[0].kind, rows[0].severity, rows[0].service) == ("trigger", "high", "cart")
    assert received[0].query["include[]"] == ["incidents"]


async def test_long_lists_are_read_by_offset_up_to_the_limit():
    window = Window(start=T0, end=T0 + timedelta(hours=9))
    server = PagerDutyServer([], [change_event(number) for number in range(350)])
    fetched, received = await read(ChangesRequest(window=window), "changes", server=server)
    assert len(fetched.response.changes) == 350
    assert [one.query["offset"] for one in received] == [["0"], ["100"], ["200"], ["300"]]
    some, received = await read(ChangesRequest(window=window), "changes", server=server, rows_max=250)
    assert len(some.response.changes) == 250
    assert received[-1].query["limit"] == ["50"]
    assert some.response.truncated
    assert "more than 250 records" in some.partial


async def test_nothing_is_asked_beyond_the_ceiling():
    event = {"id": "01C", "summary": "", "timestamp": "2026-03-01T14:09:00Z"}
    full = json.dumps({"change_events": [event] * 100, "more": True}).encode()
    fetched, received = await read(
        ChangesRequest(window=WINDOW), "changes", server=lambda _: Reply(body=full), rows_max=10_000
    )
    last = received[-1].query
    assert int(last["offset"][0]) + int(last["limit"][0]) == 10_000
    assert "10,000 at most" in fetched.partial


async def test_the_token_has_its_prefix_and_a_pause_is_told(monkeypatch):
    monkeypatch.setenv("PD_TOKEN", "y_NbAkKc66ryYTWUXYEu")
    auth = {"kind": "header", "name": "Authorization", "value": "env:PD_TOKEN", "prefix": "Token token="}
    server = PagerDutyServer(token="y_NbAkKc66ryYTWUXYEu")
    fetched, _ = await read(TicketsRequest(window=WINDOW), server=server, auth=auth)
    assert fetched.response.tickets
    error = {"error": {"message": "Rate Limit Exceeded", "code": 2020}}
    limits = {"ratelimit-limit": "960", "ratelimit-remaining": "0", "ratelimit-reset": "42"}
    with pytest.raises(ProviderError) as failed:
        await read(TicketsRequest(window=WINDOW), server=lambda _: Reply(429, error, limits))
    assert (failed.value.kind, failed.value.retry_after_s) == ("limited", 42)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6))
def test_whatever_arrives_is_rows_or_malformed(seed):
    ticket = ticket_of(incident(1), CATALOGUE)
    for make in (
        lambda: ticket_of(odd(incident(seed % 6), seed), CATALOGUE),
        lambda: with_history(ticket, odd([log_entry(1, "annotate"), log_entry(1, "escalate")], seed)),
        lambda: changes_of(odd(change_event(seed % 6), seed), CATALOGUE, kind="deploy", ref_fields=("commit",)),
        lambda: event_of(odd(log_entry(1, "trigger"), seed), CATALOGUE),
    ):
        with suppress(ProviderError), understood("it"):
            make()
