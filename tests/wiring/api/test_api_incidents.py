"""The operations on incidents over HTTP, with a trace store by hand."""

from datetime import UTC, datetime

import httpx
import pytest
from inquest.api.adapters.http import make_routes
from inquest.api.controls import Controls
from inquest.api.dead import Dead
from inquest.api.domain.incident_requests import IncidentsAnswer
from inquest.api.incidents import Incidents
from inquest.api.operations import Operations
from inquest.audit import AuditLog
from inquest.contracts import subjects as s
from inquest.contracts.errors import NotFound
from inquest.contracts.latest import Decision, IncidentStory, IncidentSummary
from inquest.contracts.topology import MUTES, SWITCHES
from inquest.identity import Authenticator, IdentitySettings
from inquest.testkit.stories import InvestigationBuilder
from starlette.applications import Starlette

NOW = datetime(2026, 3, 1, tzinfo=UTC)
INCIDENT = InvestigationBuilder().incident(number=7, signal_ids=("s1", "s2", "gone"))
MOVED = Decision(at=datetime(2026, 3, 1, tzinfo=UTC), signal_id="gone", what="moved", why="to INC-9 by anna")
OTHER = InvestigationBuilder(2).incident(number=8)
SUMMARY = IncidentSummary(
    incident_id=INCIDENT.incident_id,
    tenant="acme",
    number=7,
    title="t",
    state="open",
    severity="high",
    opened_at=NOW,
    updated_at=NOW,
    admission="waiting",
    admission_reason="12 of 12 investigations of the tenant are running",
)


class FakeStories:
    """Knows one incident of tenant acme, by its id and its number."""

    def __init__(self):
        self.asked = []

    async def incident(self, view, incident_id):
        tenant = view.tenant
        if tenant == "acme" and incident_id == OTHER.incident_id:
            return IncidentStory(summary=SUMMARY, incident=OTHER)
        if tenant != "acme" or incident_id not in (INCIDENT.incident_id, "INC-7"):
            raise NotFound(f"tenant {tenant} has no incident {incident_id!r}")
        return IncidentStory(summary=SUMMARY, incident=INCIDENT, decisions=(MOVED,))

    async def incidents(self, view, query):
        self.asked.append((view.tenant, query))
        return IncidentsAnswer(incidents=(SUMMARY,), next_page_token="next")


@pytest.fixture
def stories():
    return FakeStories()


@pytest.fixture
def client(memory_bus, stories):
    audit = AuditLog(memory_bus, "api")
    controls = Controls(memory_bus, memory_bus.kv(SWITCHES), memory_bus.kv(MUTES), stories, lambda: NOW, audit)
    operations = Operations(memory_bus, stories, lambda: NOW, audit)
    app = Starlette(
        routes=list(
            make_routes(
                operations,
                Incidents(stories, memory_bus, audit),
                controls,
                Dead(memory_bus, audit),
                Authenticator(IdentitySettings(api_tokens_ref=None), audit),
            )
        )
    )
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 1), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


async def test_list_passes_what_was_asked(client, stories):
    params = {"tenant": "acme", "admission": ["waiting", "refused"], "state": "open", "service": "cart", "page_size": 3}
    answer = await client.get("/v1/incidents", params=params)
    assert answer.status_code == 200
    assert answer.json()["next_page_token"] == "next"
    assert answer.json()["incidents"][0]["admission_reason"].startswith("12 of 12")
    ((tenant, query),) = stories.asked
    assert (tenant, query.admission, query.state) == ("acme", ("waiting", "refused"), ("open",))
    assert (query.service, query.page_size) == ("cart", 3)


@pytest.mark.parametrize("wrong", [{"admission": "perhaps"}, {"state": "closed"}, {"page_size": "0"}, {"text": "x"}])
async def test_a_wrong_parameter_is_named(client, wrong):
    answer = await client.get("/v1/incidents", params=wrong)
    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.json()["message"]


@pytest.mark.parametrize("wanted", [INCIDENT.incident_id, "INC-7"])
async def test_get_by_id_and_by_number(client, wanted):
    answer = await client.get(f"/v1/incidents/{wanted}", params={"tenant": "acme"})
    assert answer.status_code == 200
    assert answer.json()["summary"]["number"] == 7


async def test_one_that_nobody_knows_is_not_found(client):
    answer = await client.get("/v1/incidents/other", params={"tenant": "acme"})
    assert (answer.status_code, answer.json()["error"]) == (404, "not-found")
    assert "`inquest incidents`" in answer.json()["hint"]


async def test_merge_and_split_become_commands_with_the_real_ids(client, memory_bus):
    acme = {"tenant": "acme"}
    merge = {"other": OTHER.incident_id, "reason": "one database"}
    answer = await client.post("/v1/incidents/INC-7/merge", params=acme, json=merge)
    assert (answer.status_code, answer.json()) == (202, {"incident_id": INCIDENT.incident_id})
    (command,) = memory_bus.published(s.INCIDENT_MERGE, tenant="acme", incident=INCIDENT.incident_id)
    assert (command.merged_id, command.reason) == (OTHER.incident_id, "one database")
    answer = await client.post("/v1/incidents/INC-7/split", params=acme, json={"signal_ids": ["s1", "s2"]})
    assert answer.status_code == 202
    (command,) = memory_bus.published(s.INCIDENT_SPLIT)
    assert (command.incident_id, command.signal_ids) == (INCIDENT.incident_id, ("s1", "s2"))
    assert command.requested_by
    records = memory_bus.published(s.AUDIT_RECORDED)
    assert [(one.action, one.about, one.reason) for one in records] == [
        ("incidents-merged", "INC-7 takes INC-8", "one database"),
        ("incident-split", "INC-7: 2 signals, s1 first", ""),
    ]


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("INC-7/merge", {"other": "INC-7"}, 400, "the same incident"),
        ("INC-7/merge", {"other": "INC-99"}, 404, "INC-99"),
        ("INC-99/split", {"signal_ids": ["s1"]}, 404, "INC-99"),
        ("INC-7/split", {"signal_ids": []}, 400, "signal_ids"),
        ("INC-7/split", {"signal_ids": ["s1", "deadbeef"]}, 404, "deadbeef: no signal of incident INC-7"),
        ("INC-7/split", {"signal_ids": ["gone"]}, 404, "gone: no signal of incident INC-7"),
    ],
)
async def test_what_cannot_be_regrouped_is_refused_at_once(client, memory_bus, path, body, status, said):
    answer = await client.post(f"/v1/incidents/{path}", params={"tenant": "acme"}, json=body)
    assert answer.status_code == status
    assert said in answer.json()["message"]
    assert not memory_bus.published(s.INCIDENT_MERGE)
    assert not memory_bus.published(s.INCIDENT_SPLIT)
