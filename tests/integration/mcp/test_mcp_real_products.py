"""mcp-grafana and mcp-atlassian as their makers ship them, over a Grafana and a Jira of ours. See `.ci/run`."""

import os
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from inquest.contracts.latest import EventsRequest, TicketsRequest, Window
from inquest.gateway.conformance.report import examine
from inquest.gateway.conformance.trial import Trial
from inquest.gateway.mcp.fit import misfits
from inquest.gateway.mcp.mapping import shipped
from inquest.gateway.ports import Context, ProviderError
from inquest.testkit.apis.grafana import T0, GrafanaServer
from inquest.testkit.apis.jira import issue
from inquest.testkit.backends import Backend, Reply
from inquest.testkit.providers import TENANT, ask, made

HOME = Path(os.environ.get("INQUEST_TEST_MCP", Path(__file__).parents[3] / "out/mcp"))
WINDOW = Window(start=T0, end=T0 + timedelta(minutes=20))
START_S = 60
pytestmark = [pytest.mark.slow, pytest.mark.timeout(150)]


def program(name):
    path = HOME / name / "bin" / name
    if not path.exists():
        pytest.skip(f"{name} is not installed under {HOME.name}: .ci/run does it")
    return str(path)


def grafana(url):
    variables = {"GRAFANA_URL": url, "GRAFANA_SERVICE_ACCOUNT_TOKEN": "t"}
    stdio = {"command": [program("mcp-grafana"), "-disable-write"], "variables": variables}
    settings = {"mapping": "grafana", "stdio": stdio, "values": {"tags": ["deploy"]}}
    return {"name": "grafana-mcp", "kind": "mcp", "domains": ["events"], "settings": settings}


def jira(url):
    variables = {"JIRA_URL": url, "JIRA_PERSONAL_TOKEN": "t", "READ_ONLY_MODE": "true"}
    stdio = {"command": [program("mcp-atlassian")], "variables": variables}
    settings = {"mapping": "atlassian", "stdio": stdio, "values": {"jql": "project in (OPS) AND"}}
    return {"name": "jira-mcp", "kind": "mcp", "domains": ["tickets"], "settings": settings}


def search(received):
    """Answer as a Jira of one's own does: by GET, with offsets, in the time zone of its server."""
    if not received.path.endswith("/rest/api/2/search"):
        return Reply(404, {"errorMessages": ["no such thing"]})
    jql, start, size = (received.query[name][0] for name in ("jql", "startAt", "maxResults"))
    asked = re.fullmatch(
        r'project in \(OPS\) AND updated >= "([\d-]+)" AND created < "([\d-]+)" ORDER BY created ASC', jql
    )
    if asked is None:
        return Reply(400, {"errorMessages": [f"Error in the JQL Query: {jql}"]})
    issues = [{name: one[name] for name in ("id", "key", "fields")} for one in map(issue, range(60))]
    found = [one for one in issues if one["fields"]["updated"] >= asked[1] and one["fields"]["created"] < asked[2]]
    page = found[int(start) : int(start) + int(size)]
    return Reply(body={"startAt": int(start), "maxResults": int(size), "total": len(found), "issues": page})


async def examined(config, domain, request):
    """Return an answer and the findings of every check."""
    async with made(config) as provider:
        tools = await provider.session.tools(Context(TENANT, domain, time.monotonic() + START_S, 10**7))
        assert misfits(shipped(config["settings"]["mapping"]), (domain,), tools) == ()
        found = await ask(provider, domain, request, left_s=START_S)
        findings = await examine(Trial(provider, domain, request, tenant=TENANT))
    assert [one for one in findings if one.verdict == "failed"] == []
    return found.response


async def test_grafanas_server_passes_every_check():
    async with Backend(serve=GrafanaServer()).listening() as backend:
        response = await examined(grafana(backend.url), "events", EventsRequest(window=WINDOW))
        asked = [one for one in backend.received if one.path == "/api/annotations"]
    assert [one.message.partition(",")[0] for one in response.events] == ["Deployed cart"] * len(response.events)
    assert len(response.events) >= 6
    assert asked[0].query["tags"] == ["deploy"]
    assert asked[0].headers["authorization"] == "Bearer t"


async def test_atlassians_server_passes_every_check():
    async with Backend(serve=search).listening() as backend:
        response = await examined(jira(backend.url), "tickets", TicketsRequest(window=WINDOW))
    assert len(response.tickets) == 20
    first = response.tickets[0]
    assert (first.ticket_id, first.kind, first.status, first.created_at) == ("OPS-1", "Bug", "Done", T0.timestamp())
    assert (first.author, first.assignee, first.text) == ("Anna Schmidt", "", "pool exhausted\nsince noon")


@pytest.mark.parametrize(
    ("config", "domain", "request_"),
    [
        (grafana, "events", EventsRequest(window=WINDOW)),
        (jira, "tickets", TicketsRequest(window=WINDOW)),
    ],
)
async def test_a_refusal_of_the_product_is_an_error_and_no_empty_answer(config, domain, request_):
    refusing = Backend(serve=lambda _: Reply(401, {"message": "Unauthorized"}))
    async with refusing.listening() as backend, made(config(backend.url)) as provider:
        with pytest.raises(ProviderError):
            await ask(provider, domain, request_, left_s=START_S)
