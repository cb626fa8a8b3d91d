"""Precedence of budgets, budgets as text, and bad values."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config import Config
from inquest.config.budget_text import budget_of
from inquest.config.budgets import LIMITS, Level, levels_of, resolve, team_of
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import BudgetChoice, SavedBudgets, Share
from pydantic import ValidationError

CONFIG = Config.model_validate(
    {
        "profiles": {"night": {"mode": "fast", "calls_max": 12, "providers": {"loki": {"calls_max": 4}}}},
        "tenants": {
            "acme": {
                "limits": {"duration_s_max": 300, "tokens_max": 9000},
                "budget": {"calls_max": 50, "rounds_max": 1},
                "catalogue": {"services": [{"service_id": "cart", "owner": "shop"}, {"service_id": "web"}]},
            }
        },
    }
)
T0 = "2026-03-01T14:00:00Z"
SAVED = SavedBudgets.model_validate(
    {
        "saved": [
            {"level": "user", "name": "anna", "budget": {"calls_max": 30}, "by": "anna", "at": T0},
            {"level": "team", "name": "shop", "budget": {"calls_max": 40, "bytes_max": 7}, "by": "op", "at": T0},
        ]
    }
)


def test_run_before_user_before_team_before_tenant_before_profile():
    run = BudgetChoice(calls_max=20)
    levels = levels_of(CONFIG, "acme", SAVED, ["web", "cart"], user="anna", run=run)
    assert [level.who for level in levels] == ["this run", "user anna", "team shop", "the tenant"]
    expected = (20, 30, 40, 50, 60)
    for first in range(len(levels) + 1):
        granted = resolve(CONFIG, "acme", levels[first:], "balanced")
        assert granted.limits.calls_max == expected[first]
    whole = resolve(CONFIG, "acme", levels, "balanced")
    assert (whole.limits.bytes_max, whole.limits.rounds_max) == (7, 1)
    assert whole.limits_from == {
        "calls_max": "this run",
        "bytes_max": "team shop",
        "rounds_max": "the tenant",
        "tokens_max": "the tenant's ceiling",
    }


def test_a_level_that_names_a_profile_starts_anew_from_it():
    user = Level("user anna", BudgetChoice(calls_max=30, bytes_max=7))
    run = Level("this run", BudgetChoice(profile="night", rounds_max=2))
    granted = resolve(CONFIG, "acme", [run, user], "balanced")
    assert (granted.mode, granted.profile) == ("fast", "night")
    assert (granted.limits.calls_max, granted.limits.rounds_max) == (12, 2)
    assert granted.limits.bytes_max == CONFIG.modes.fast.limits.bytes_max
    assert granted.shares == (Share(scope="provider", name="loki", calls_max=4),)
    assert granted.limits_from["calls_max"] == "profile night of this run"
    assert resolve(CONFIG, "acme", [run, user], "balanced", mode="deep").mode == "deep"


def test_nobody_rises_above_the_ceiling_of_the_tenant():
    granted = resolve(CONFIG, "acme", [Level("this run", BudgetChoice(profile="deep"))], "balanced")
    assert granted.limits.duration_s_max == 300
    assert granted.limits_from["duration_s_max"] == "the tenant's ceiling"
    assert granted.limits.tokens_max == 9000


def test_a_profile_that_is_gone_changes_nothing_and_is_told():
    granted = resolve(CONFIG, "acme", [Level("user anna", BudgetChoice(profile="gone"))], "fast")
    assert granted.limits.calls_max == CONFIG.modes.fast.limits.calls_max
    assert granted.limits_from["profile"] == "fast; gone of user anna is no profile any more"


def test_the_team_is_the_first_owner_of_the_services():
    assert team_of(CONFIG, "acme", ["nobody", "web", "cart"]) == "shop"
    assert team_of(CONFIG, "acme", ["web"]) is None


amounts = st.none() | st.integers(1, 1000)
choices = st.builds(
    BudgetChoice,
    profile=st.sampled_from([None, None, "fast", "deep", "night"]),
    **dict.fromkeys(LIMITS, amounts),
)


@settings(max_examples=50)
@given(st.lists(choices, max_size=4))
def test_each_limit_is_that_of_the_strongest_level_that_names_it(chosen):
    levels = [Level(f"level {number}", choice) for number, choice in enumerate(chosen)]
    granted = resolve(CONFIG, "acme", levels, "balanced")
    ceiling = CONFIG.tenant("acme").limits
    for name in LIMITS:
        wanted = getattr(CONFIG.modes.balanced.limits, name)
        for choice in reversed(chosen):
            if choice.profile:
                own = CONFIG.profiles["night"] if choice.profile == "night" else None
                mode = CONFIG.mode("fast" if own else choice.profile).limits
                wanted = (own and getattr(own, name)) or getattr(mode, name)
            wanted = getattr(choice, name) or wanted
        top = getattr(ceiling, name)
        expected = top if wanted is None else min(wanted, top or wanted)
        assert getattr(granted.limits, name) == expected


def test_budgets_are_written_as_people_do():
    items = ["calls=10", "bytes=200MiB", "call-time=2m", "step-time=500ms", "profile=night", "provider:my-loki:calls=5"]
    assert budget_of([*items, "provider:my-loki:bytes=1k"]) == {
        "calls_max": 10,
        "bytes_max": 200 * 1024 * 1024,
        "call_s_max": 120,
        "step_latency_ms_max": 500,
        "profile": "night",
        "shares": [{"scope": "provider", "name": "my-loki", "calls_max": 5, "bytes_max": 1000}],
    }


@pytest.mark.parametrize(
    ("items", "said"),
    [
        (["calls"], "write LIMIT=VALUE"),
        (["calls="], "write LIMIT=VALUE"),
        (["call=3"], "no limit 'call'; there are calls, bytes"),
        (["calls=0"], "must be at least 1"),
        (["calls=-3"], "is no amount; write it like 40"),
        (["calls=many"], "is no amount"),
        (["bytes=12parsecs"], "write it like 200MiB"),
        (["duration=500ms"], "is no amount|at least 1, in whole units"),
        (["calls=1", "calls=2"], "given twice"),
        (["provider:loki:rounds=2"], "LIMIT one of calls, bytes, tokens, call-time"),
        (["provider::calls=2"], "write provider:NAME:LIMIT=VALUE"),
        (["calls=" + "9" * 40], "is no amount"),
    ],
)
def test_a_bad_item_is_named_with_what_to_write(items, said):
    with pytest.raises(Impossible, match=said):
        budget_of(items)


@settings(max_examples=50)
@given(st.lists(st.text(max_size=30), max_size=3))
def test_any_text_is_a_budget_or_a_clear_refusal(items):
    with suppress(Impossible):
        budget = budget_of(items)
        assert budget.keys() <= {*LIMITS, "profile", "shares"}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"profiles": {"deep": {}}}, "profiles.deep: this name is a mode's"),
        ({"profiles": {"x": {"profile": "fast"}}}, "a profile starts from a mode"),
        ({"profiles": {"x": {"calls_max": 0}}}, "greater than 0"),
        ({"profiles": {"x": {"call_max": 3}}}, "Extra inputs are not permitted"),
        ({"profiles": {"x": {"capabilities": {"guess": {"calls_max": 3}}}}}, "no capability guess"),
        ({"tenants": {"acme": {"budget": {"profile": "gone"}}}}, "budget.profile: no profile gone; there are fast"),
        ({"tenants": {"acme": {"budget": {"providers": {"loki": {}}}}}}, "budget.providers: no provider loki"),
        ({"tenants": {"acme": {"quota": {"providers": {"loki": {}}}}}}, "quota.providers: no provider loki"),
        ({"tenants": {"acme": {"quota": {"per_week": {}}}}}, "Extra inputs are not permitted"),
        ({"tenants": {"acme": {"quota": {"per_hour": {"calls_max": -1}}}}}, "greater than 0"),
    ],
)
def test_a_configuration_that_names_what_is_not_there_is_refused(document, said):
    with pytest.raises(ValidationError, match=said):
        Config.model_validate(document)
