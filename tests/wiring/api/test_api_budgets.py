"""Saved budgets over HTTP, on a bus in memory: who may, what holds, what is refused."""

from datetime import UTC, datetime

import httpx
import pytest
from inquest.api.adapters.http import make_routes
from inquest.api.controls import Controls
from inquest.api.dead import Dead
from inquest.api.domain.budget_requests import NAME_CHARS_MAX
from inquest.api.domain.budgets import with_saved
from inquest.api.incidents import Incidents
from inquest.api.operations import Operations
from inquest.audit import AuditLog
from inquest.config import Config
from inquest.contracts import subjects as s
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import BudgetChoice, SavedBudget, SavedBudgets
from inquest.contracts.topology import MUTES, SWITCHES
from inquest.contracts.v1.budgets import SAVED_MAX, SHARES_MAX
from inquest.identity import Authenticator, IdentitySettings
from inquest.testkit.keys import hashed
from starlette.applications import Starlette

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TOKENS = """
0123456789abcdef-v viewer acme vera
0123456789abcdef-r responder acme rosa
0123456789abcdef-o operator acme otto
"""
CONFIG = Config.model_validate(
    {
        "profiles": {"night": {"mode": "fast", "calls_max": 12}},
        "tenants": {
            "acme": {
                "limits": {"calls_max": 100},
                "catalogue": {"services": [{"service_id": "cart", "owner": "shop"}]},
                "quota": {"per_day": {"tokens_max": 5}},
            }
        },
    }
)
START = {"services": ["cart"], "from": "2026-03-01T14:00:00Z", "to": "2026-03-01T14:30:00Z"}


@pytest.fixture
def ask(memory_bus, tmp_path):
    audit = AuditLog(memory_bus, "api")
    (tmp_path / "tokens").write_text(hashed(TOKENS))
    tokens = Authenticator(IdentitySettings(api_tokens_ref=f"file:{tmp_path}/tokens"), audit)
    switches, mutes = memory_bus.kv(SWITCHES), memory_bus.kv(MUTES)
    controls = Controls(memory_bus, switches, mutes, None, lambda: NOW, audit, config=lambda: CONFIG)
    operations = Operations(memory_bus, None, lambda: NOW, audit, config=lambda: CONFIG)
    parts = (operations, Incidents(None, memory_bus, audit), controls, Dead(memory_bus, audit), tokens)
    transport = httpx.ASGITransport(Starlette(routes=list(make_routes(*parts))), raise_app_exceptions=False)

    async def asked(who, method, path, body=None):
        headers = {"Authorization": f"Bearer 0123456789abcdef-{who}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as http:
            return await http.request(method, path, json=body)

    return asked


async def test_a_saved_default_holds_for_its_user_and_its_team_until_it_is_cleared(ask, memory_bus):
    mine = await ask("r", "POST", "/v1/budgets", {"budget": {"calls_max": 30}})
    assert (mine.status_code, mine.json()["name"], mine.json()["by"]) == (200, "rosa", "rosa")
    team = {"level": "team", "name": "shop", "budget": {"calls_max": 40, "bytes_max": 7}}
    assert (await ask("o", "POST", "/v1/budgets", team)).status_code == 200
    asked = {"services": ["cart"], "budget": {"rounds_max": 1}}
    found = (await ask("r", "POST", "/v1/budgets/explain", asked)).json()
    assert (found["limits"]["calls_max"], found["limits"]["bytes_max"]) == (30, 7)
    assert found["limits_from"] == {"calls_max": "user rosa", "bytes_max": "team shop", "rounds_max": "this run"}
    listed = (await ask("v", "GET", "/v1/budgets")).json()
    assert [(one["level"], one["name"]) for one in listed["saved"]] == [("team", "shop"), ("user", "rosa")]
    assert [one["name"] for one in listed["profiles"]] == ["fast", "balanced", "deep", "custom", "night"]
    assert listed["quotas"][0]["tokens_max"] == 5
    assert (await ask("r", "POST", "/v1/budgets/clear", {})).json()["was_saved"] is True
    assert (await ask("r", "POST", "/v1/budgets/clear", {})).json()["was_saved"] is False
    again = (await ask("r", "POST", "/v1/budgets/explain", asked)).json()
    assert again["limits"]["calls_max"] == 40
    done = [(one.action, one.by, one.about) for one in memory_bus.published(s.AUDIT_RECORDED) if one.outcome == "done"]
    assert done == [
        ("budget-saved", "rosa", "user rosa: calls_max 30"),
        ("budget-saved", "otto", "team shop: calls_max 40, bytes_max 7"),
        ("budget-cleared", "rosa", "user rosa"),
    ]


async def test_nobody_rises_above_the_ceiling_by_a_default(ask):
    await ask("r", "POST", "/v1/budgets", {"budget": {"profile": "deep"}})
    found = (await ask("r", "POST", "/v1/budgets/explain", {})).json()
    assert (found["mode"], found["limits"]["calls_max"]) == ("deep", 100)
    assert found["limits_from"]["calls_max"] == "the tenant's ceiling"


@pytest.mark.parametrize(
    ("who", "body", "status", "said"),
    [
        ("v", {"budget": {"calls_max": 3}}, 403, "budgets.write"),
        ("r", {"level": "team", "name": "shop", "budget": {"calls_max": 3}}, 403, "budgets.govern"),
        ("r", {"name": "otto", "budget": {"calls_max": 3}}, 403, "budgets.govern"),
        ("o", {"level": "team", "budget": {"calls_max": 3}}, 400, "of which team"),
        ("r", {"budget": {}}, 400, "it says nothing"),
        ("r", {"budget": {"calls_max": 0}}, 400, "calls_max"),
        ("r", {"budget": {"calls": 3}}, 400, "calls"),
        ("r", {"budget": {"profile": "gone"}}, 400, "no profile 'gone'; there are fast"),
        (
            "r",
            {"budget": {"shares": [{"scope": "provider", "name": "loki", "calls_max": 1}]}},
            400,
            "no provider 'loki'",
        ),
        ("r", {"budget": {"shares": [{"scope": "capability", "name": "x", "calls_max": 1}]}}, 400, "no capability 'x'"),
        ("r", {"budget": {"shares": [{"scope": "capability", "name": "collect-symptoms"}]}}, 400, "name a limit"),
    ],
)
async def test_what_may_not_be_or_cannot_be_is_refused_with_why(ask, who, body, status, said):
    answer = await ask(who, "POST", "/v1/budgets", body)
    assert answer.status_code == status
    assert said in answer.text


async def test_a_run_carries_its_own_budget_and_whether_its_mode_was_given(ask, memory_bus):
    await ask("r", "POST", "/v1/investigations", {**START, "budget": {"profile": "night", "calls_max": 5}})
    await ask("r", "POST", "/v1/investigations", {**START, "mode": "deep"})
    first, second = memory_bus.published(s.INVESTIGATION_START)
    assert (first.budget.profile, first.budget.calls_max, first.mode_given) == ("night", 5, False)
    assert (second.budget, second.mode, second.mode_given) == (None, "deep", True)
    refused = await ask("r", "POST", "/v1/investigations", {**START, "budget": {"profile": "gone"}})
    assert refused.status_code == 400
    assert "no profile 'gone'" in refused.json()["message"]


async def test_saved_budgets_of_a_tenant_are_bounded(ask):
    """And so is each of them; the thousand are written at once."""
    share = {"scope": "capability", "name": "collect-symptoms", "calls_max": 1}
    for body in (
        {"budget": {"shares": [share] * (SHARES_MAX + 1)}},
        {"level": "team", "name": "x" * (NAME_CHARS_MAX + 1), "budget": {"calls_max": 1}},
        {"budget": {"shares": [share, share]}},
    ):
        assert (await ask("o", "POST", "/v1/budgets", body)).status_code == 400
    one = SavedBudget(level="user", name="rosa", budget=BudgetChoice(calls_max=1), by="rosa", at=NOW)
    full = SavedBudgets(saved=tuple(one.model_copy(update={"name": f"u{number}"}) for number in range(SAVED_MAX)))
    with pytest.raises(Impossible, match="there are 1000 saved budgets already"):
        with_saved(full, one)
    assert len(with_saved(full, full.saved[0]).saved) == SAVED_MAX
