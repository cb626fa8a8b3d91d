"""The panic switch, mutes, notices and the audit over HTTP, on a bus in memory."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from inquest.api.adapters.http import make_routes
from inquest.api.controls import Controls
from inquest.api.dead import Dead
from inquest.api.domain.control_requests import NoticesAnswer
from inquest.api.incidents import Incidents
from inquest.api.operations import Operations
from inquest.audit import AuditLog
from inquest.contracts import subjects as s
from inquest.contracts.errors import Conflict
from inquest.contracts.latest import Mutes, PanicState
from inquest.contracts.topology import MUTES, SWITCHES
from inquest.identity import Authenticator, IdentitySettings
from inquest.testkit.keys import hashed
from inquest.testkit.stories import InvestigationBuilder
from starlette.applications import Starlette

ONE = InvestigationBuilder()
NOW = datetime(2026, 3, 1, tzinfo=UTC)
SOON = (NOW + timedelta(hours=1)).isoformat()
TOKENS = """
0123456789abcdef-v viewer acme vera
0123456789abcdef-r responder acme rosa
0123456789abcdef-a admin * ada
"""


@dataclass
class FakeNotices:
    asked: list = field(default_factory=list)

    async def notices(self, view, query):
        self.asked.append((view.tenant, query))
        return NoticesAnswer(notices=(ONE.notice_sent(),))


@dataclass
class World:
    bus: object
    notices: FakeNotices
    routes: list

    def as_(self, who):
        headers = {"Authorization": f"Bearer 0123456789abcdef-{who}"}
        transport = httpx.ASGITransport(Starlette(routes=self.routes), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers)

    async def panics(self):
        entry = await self.bus.kv(SWITCHES).get("panic")
        return PanicState.model_validate_json(entry.value) if entry else PanicState()

    def audited(self):
        found = self.bus.published(s.AUDIT_RECORDED)
        return [(one.action, one.by, one.reason, one.about) for one in found if one.outcome == "done"]


@pytest.fixture
def world(memory_bus, tmp_path):
    audit = AuditLog(memory_bus, "api")
    (tmp_path / "tokens").write_text(hashed(TOKENS))
    tokens = Authenticator(IdentitySettings(api_tokens_ref=f"file:{tmp_path}/tokens"), audit)
    notices = FakeNotices()
    controls = Controls(memory_bus, memory_bus.kv(SWITCHES), memory_bus.kv(MUTES), notices, lambda: NOW, audit)
    routes = list(
        make_routes(
            Operations(memory_bus, None, lambda: NOW, audit),
            Incidents(None, memory_bus, audit),
            controls,
            Dead(memory_bus, audit),
            tokens,
        )
    )
    return World(memory_bus, notices, routes)


async def test_the_switch_is_for_the_tenant_of_the_token_and_for_all_where_the_token_is(world):
    answer = await world.as_("r").post("/v1/panic", json={"on": True, "reason": "wrong people"})
    assert answer.json()["stopped"] is True
    assert (await world.panics()).stops("acme")
    assert not (await world.panics()).stops("other")
    await world.as_("a").post("/v1/panic", json={"on": True})
    assert (await world.panics()).stops("other")
    await world.as_("a").post("/v1/panic", params={"tenant": "acme"}, json={"on": False})
    state = await world.panics()
    assert {one.tenant: one.on for one in state.switches} == {"*": True, "acme": False}
    shown = (await world.as_("v").get("/v1/panic")).json()
    assert (shown["stopped"], {one["by"] for one in shown["switches"]}) == (True, {"ada"})
    assert world.audited() == [
        ("panic-on", "rosa", "wrong people", "acme"),
        ("panic-on", "ada", "", "*"),
        ("panic-off", "ada", "", "acme"),
    ]


@pytest.mark.parametrize(
    ("who", "method", "path", "body", "status"),
    [
        ("v", "POST", "/v1/panic", {"on": True}, 403),
        ("r", "POST", "/v1/panic", {"on": True, "everywhere": True}, 403),
        ("r", "POST", "/v1/panic", {"reason": "x"}, 400),
        ("v", "POST", "/v1/mutes", {"services": ["a"], "duration_s": 60, "reason": "x"}, 403),
        ("r", "POST", "/v1/mutes", {"services": ["a"], "reason": "x"}, 400),
        ("r", "POST", "/v1/mutes", {"services": ["a"], "reason": "x", "duration_s": 60, "ends_at": SOON}, 400),
        ("r", "POST", "/v1/mutes", {"reason": "x", "duration_s": 60}, 400),
        ("r", "POST", "/v1/mutes", {"services": [" "], "reason": "x", "duration_s": 60}, 400),
        ("r", "POST", "/v1/mutes", {"services": ["a"], "reason": "", "duration_s": 60}, 400),
        ("r", "POST", "/v1/mutes", {"services": ["a"], "reason": "x", "ends_at": "2026-02-28T00:00:00Z"}, 400),
        ("r", "POST", "/v1/mutes", {"services": ["a"], "reason": "x", "ends_at": "2027-01-01T00:00:00Z"}, 400),
        ("r", "POST", "/v1/mutes/nope/end", {}, 404),
        ("v", "GET", "/v1/notices?outcome=lost", None, 400),
        ("v", "GET", "/v1/audit?tenant=other", None, 403),
    ],
)
async def test_what_may_not_be_or_is_wrong_is_refused(world, who, method, path, body, status):
    answer = await world.as_(who).request(method, path, json=body)
    assert answer.status_code == status
    assert answer.json()["message"]
    assert (await world.panics()).switches == ()


async def test_a_mute_holds_until_it_ends_or_is_ended(world):
    body = {"services": ["db"], "labels": {"env": "live"}, "reason": "upgrade", "duration_s": 3600}
    made = await world.as_("r").post("/v1/mutes", json=body)
    assert made.status_code == 201
    mute = made.json()
    assert (mute["by"], mute["ends_at"]) == ("rosa", "2026-03-01T01:00:00Z")
    later = {"sources": ["grafana"], "people": ["ada"], "reason": "x", "starts_at": SOON, "duration_s": 60}
    await world.as_("r").post("/v1/mutes", json=later)
    listed = (await world.as_("v").get("/v1/mutes")).json()["mutes"]
    assert mute["mute_id"] in {one["mute_id"] for one in listed}
    ended = await world.as_("r").post(f"/v1/mutes/{mute['mute_id']}/end", json={"reason": "done"})
    assert ended.json() == {"mute_id": mute["mute_id"]}
    assert len((await world.as_("v").get("/v1/mutes")).json()["mutes"]) == 1
    actions = [(action, reason) for action, _, reason, _ in world.audited()]
    assert actions == [("mute-added", "upgrade"), ("mute-added", "x"), ("mute-ended", "done")]
    audit = (await world.as_("v").get("/v1/audit", params={"limit": 2})).json()["records"]
    assert [one["action"] for one in audit] == ["mute-ended", "mute-added"]


async def test_two_people_who_mute_at_once_are_both_heard(world):
    bucket = world.bus.kv(MUTES)
    create, lost = bucket.create, []

    async def lose_once(key, value):
        if not lost:
            lost.append(await create(key, Mutes().model_dump_json().encode()))
            raise Conflict("somebody else wrote first")
        return await create(key, value)

    bucket.create = lose_once
    body = {"services": ["db"], "reason": "x", "duration_s": 60}
    assert (await world.as_("r").post("/v1/mutes", json=body)).status_code == 201
    assert len((await world.as_("r").get("/v1/mutes")).json()["mutes"]) == 1


async def test_notices_are_asked_of_the_trace_store(world):
    params = {"investigation": ONE.investigation_id, "channel": "ops", "outcome": "shadow", "page_size": 3}
    answer = await world.as_("v").get("/v1/notices", params=params)
    assert answer.json()["notices"][0]["channel"] == "terminal"
    ((tenant, query),) = world.notices.asked
    assert (tenant, query.channel, query.outcome, query.page_size) == ("acme", "ops", "shadow", 3)
