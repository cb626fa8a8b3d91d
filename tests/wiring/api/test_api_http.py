"""The HTTP surface over a bus in memory and a trace store by hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest
from inquest.api.adapters.http import BODY_BYTES_MAX, make_routes
from inquest.api.controls import Controls
from inquest.api.dead import Dead
from inquest.api.domain.requests import Investigations
from inquest.api.incidents import Incidents
from inquest.api.operations import Operations
from inquest.api.ports import Record
from inquest.audit import AuditLog
from inquest.contracts import subjects as s
from inquest.contracts.errors import Impossible, InquestError, NotFound, RetryLater
from inquest.contracts.latest import InvestigationStory, InvestigationSummary, TimelineEntry
from inquest.contracts.topology import MUTES, SWITCHES
from inquest.identity import Authenticator, IdentitySettings
from inquest.testkit.keys import hashed
from inquest.testkit.memory import MemoryBus
from inquest.testkit.stories import InvestigationBuilder
from starlette.applications import Starlette

ONE = InvestigationBuilder()
ID = ONE.investigation_id
NOW = datetime(2026, 3, 1, tzinfo=UTC)
SUMMARY = InvestigationSummary(
    investigation_id=ID,
    incident_id=ONE.incident_id,
    tenant="acme",
    title="t",
    state="concluded",
    mode="fast",
    opened_at=NOW,
)
STORY = InvestigationStory(summary=SUMMARY, verdicts=(ONE.verdict(),))
START = {"services": ["checkout"], "from": "2026-03-01T14:00:00Z", "to": "2026-03-01T14:30:00Z"}
PATH = "/v1/investigations"


@dataclass
class FakeStories:
    """Knows one investigation of tenant acme; remembers what it was asked."""

    asked: list[object] = field(default_factory=list)
    error: Exception | None = None

    async def get(self, view, investigation_id):
        if self.error:
            raise self.error
        if (view.tenant, investigation_id) != ("acme", ID):
            raise NotFound(f"tenant {view.tenant} has no investigation {investigation_id!r}")
        return STORY

    async def list(self, view, query):
        self.asked.append((view.tenant, query))
        return Investigations(investigations=(SUMMARY,), next_page_token="next")

    async def watch(self, view, investigation_id, after):
        self.asked.append((view.tenant, investigation_id, after))

        async def records():
            yield Record(after + 1, ID, TimelineEntry(at=NOW, subject="evt", text="x"), "", None)

        return records()


@pytest.fixture
def stories():
    return FakeStories()


def client_of(bus, stories, tokens=None, peer="127.0.0.1", **headers):
    audit = AuditLog(bus, "api")
    operations = Operations(bus, stories, lambda: NOW, audit)
    controls = Controls(bus, bus.kv(SWITCHES), bus.kv(MUTES), stories, lambda: NOW, audit)
    app = Starlette(
        routes=list(
            make_routes(
                operations,
                Incidents(stories, bus, audit),
                controls,
                Dead(bus, audit),
                Authenticator(IdentitySettings(api_tokens_ref=tokens), audit),
            )
        )
    )
    transport = httpx.ASGITransport(app, client=(peer, 1), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers)


@pytest.fixture
def client(memory_bus, stories):
    return client_of(memory_bus, stories)


async def test_list_passes_what_was_asked(client, stories):
    answer = await client.get(
        PATH,
        params={"tenant": "acme", "state": ["running", "concluded"], "since": "2026-03-01T00:00:00Z", "text": "pool"},
    )
    assert answer.status_code == 200
    assert answer.json()["next_page_token"] == "next"
    assert answer.json()["investigations"][0]["investigation_id"] == ID
    ((tenant, query),) = stories.asked
    assert (tenant, query.state, query.text, query.page_size) == ("acme", ("running", "concluded"), "pool", 50)


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"state": "happy"}, "state.0: "),
        ({"page_size": "0"}, "page_size: "),
        ({"page_size": "many"}, "page_size: "),
        ({"since": "2026-03-01"}, "since: needs a zone"),
        ({"tenant": "A B"}, "tenant: "),
        ({"severity": "high"}, "severity: is not known here"),
    ],
)
async def test_a_wrong_parameter_is_named(client, params, says):
    answer = await client.get(PATH, params=params)
    assert answer.status_code == 400
    assert answer.json()["error"] == "bad-request"
    assert says in answer.json()["message"]
    assert answer.json()["hint"]


async def test_get_tells_the_story_or_that_there_is_none(client):
    answer = await client.get(f"{PATH}/{ID}", params={"tenant": "acme"})
    assert InvestigationStory.model_validate_json(answer.content) == STORY
    missing = await client.get(f"{PATH}/nobody", params={"tenant": "acme"})
    assert (missing.status_code, missing.json()["error"]) == (404, "not-found")


async def test_start_is_a_durable_command_asked_once(client, memory_bus):
    for _ in range(2):
        answer = await client.post(PATH, params={"tenant": "acme"}, json=START)
        assert answer.status_code == 202
    (command,) = memory_bus.published(s.INVESTIGATION_START)
    assert command.investigation_id == answer.json()["investigation_id"]
    assert (command.requested_by, command.tenant) == ("local", "acme")
    keyed = [
        await client.post(PATH, json={**START, "mode": mode}, headers={"Idempotency-Key": "k"})
        for mode in ("fast", "deep")
    ]
    assert keyed[0].json() == keyed[1].json()


async def test_cancel_and_feedback(client, memory_bus):
    assert (await client.post(f"{PATH}/{ID}/cancel?tenant=acme")).status_code == 202
    (command,) = memory_bus.published(s.INVESTIGATION_CANCEL)
    assert command.reason == "cancelled by a person"
    answer = await client.post(f"{PATH}/{ID}/feedback?tenant=acme", json={"judgement": "wrong", "cause": "a cable"})
    assert answer.status_code == 201
    (given,) = memory_bus.published(s.FEEDBACK_GIVEN)
    assert (given.feedback_id, given.verdict_id, given.cause) == (
        answer.json()["feedback_id"],
        ONE.verdict_id,
        "a cable",
    )


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        (f"{PATH}/nobody/cancel", {}, 404, "nobody"),
        (f"{PATH}/nobody/feedback", {"judgement": "right"}, 404, "nobody"),
        (f"{PATH}/{ID}/feedback", {"judgement": "right", "verdict_id": "other"}, 404, "verdict_id"),
        (f"{PATH}/{ID}/feedback", {"judgement": "maybe"}, 400, "judgement: "),
        (f"{PATH}/{ID}/cancel", {"why": "x"}, 400, "why: is not known here"),
        (PATH, {**START, "services": []}, 400, "services: "),
    ],
)
async def test_a_wrong_command_is_refused_and_nothing_is_published(client, memory_bus, path, body, status, says):
    answer = await client.post(path, params={"tenant": "acme"}, json=body)
    assert answer.status_code == status
    assert says in answer.json()["message"]
    for subject in (s.INVESTIGATION_START, s.INVESTIGATION_CANCEL, s.FEEDBACK_GIVEN):
        assert memory_bus.published(subject) == []


@pytest.mark.parametrize(
    ("content", "kind", "status", "says"),
    [
        (b"{", "application/json", 400, "not JSON"),
        (b"[]", "application/json", 400, "not a JSON object"),
        (b"services=x", "application/x-www-form-urlencoded", 400, "send application/json"),
        (b"", "", 400, "send application/json"),
        (b"\xff\xfe{", "application/json", 400, "not JSON"),
        (b" " * (BODY_BYTES_MAX + 1), "application/json", 413, "over 65536 bytes"),
    ],
)
async def test_a_wrong_body_is_refused(client, content, kind, status, says):
    answer = await client.post(PATH, content=content, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert says in answer.json()["message"]


async def test_watch_streams_and_resumes(client, stories):
    answer = await client.get(f"{PATH}/{ID}/events", params={"tenant": "acme", "after": "3"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.startswith("id: 4\nevent: entry\n")
    resumed = await client.get(f"{PATH}/{ID}/events?tenant=acme", headers={"Last-Event-ID": "9"})
    assert resumed.text.startswith("id: 10\n")
    assert stories.asked == [("acme", ID, 3), ("acme", ID, 9)]


@pytest.mark.parametrize("last", ["x", "-1", "9" * 30, "²"])
async def test_a_foreign_event_id_is_refused(client, last):
    answer = await client.get(f"{PATH}/{ID}/events", headers={"Last-Event-ID": last.encode()})
    assert answer.status_code == 400
    assert "Last-Event-ID" in answer.json()["message"]


async def test_unknown_paths_and_methods(client):
    assert (await client.get("/v1/nothing")).json()["error"] == "not-found"
    answer = await client.delete(PATH)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert answer.json()["error"] == "method-not-allowed"


async def test_the_document_is_open(memory_bus, stories):
    answer = await client_of(memory_bus, stories, peer="8.8.8.8").get("/openapi.json")
    assert answer.json()["info"]["title"] == "Inquest"


@pytest.fixture
def tokens(tmp_path):
    (tmp_path / "tokens").write_text(hashed("viewer-token-0123456 viewer acme\nresponder-token-012 responder acme ada"))
    return f"file:{tmp_path}/tokens"


async def test_tokens_decide_who_may_what(memory_bus, stories, tokens, tmp_path):
    stranger = client_of(memory_bus, stories, tokens)
    refused = await stranger.get(PATH)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    viewer = client_of(memory_bus, stories, tokens, "8.8.8.8", Authorization="Bearer viewer-token-0123456")
    assert (await viewer.get(f"{PATH}/{ID}")).status_code == 200
    assert (await viewer.get(PATH, params={"tenant": "globex"})).status_code == 403
    assert (await viewer.post(PATH, json=START)).json()["error"] == "forbidden"
    responder = client_of(memory_bus, stories, tokens, "8.8.8.8", Authorization="Bearer responder-token-012")
    assert (await responder.post(PATH, json=START)).status_code == 202
    assert memory_bus.published(s.INVESTIGATION_START)[0].requested_by == "ada"
    (tmp_path / "tokens").write_text(hashed("another-token-012345 viewer acme"))  # revoked: counts at once
    assert (await viewer.get(PATH)).status_code == 401
    (tmp_path / "tokens").unlink()
    assert (await viewer.get(PATH)).status_code == 503


async def test_without_tokens_only_this_machine_is_served(memory_bus, stories):
    assert (await client_of(memory_bus, stories, peer="10.1.2.3").get(PATH)).status_code == 401
    tricked = client_of(memory_bus, stories, Host="evil.example")
    assert (await tricked.get(PATH)).status_code == 401


@pytest.mark.parametrize(
    ("error", "status"), [(RetryLater("away"), 503), (Impossible("bad"), 400), (KeyError("bug"), 500)]
)
async def test_failures_have_one_form(client, stories, error, status):
    stories.error = error
    answer = await client.get(f"{PATH}/{ID}", params={"tenant": "acme"})
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "message", "hint", "error_id"}
    assert len(answer.json()["error_id"]) == 16
    assert answer.headers.get("retry-after") == ("5" if status == 503 else None)


async def test_wrong_tokens_stop_the_process(tmp_path):
    (tmp_path / "tokens").write_text("oops")
    with pytest.raises(InquestError, match="line 1"):
        await door(f"file:{tmp_path}/tokens").check()
    await door(None).check()  # allowed, with a warning


def door(ref):
    return Authenticator(IdentitySettings(api_tokens_ref=ref), AuditLog(MemoryBus(), "api"))
