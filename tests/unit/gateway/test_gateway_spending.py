from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config.quota import Quota
from inquest.contracts.latest import LimitReached, Query, Share, ToolAttempt, ToolRequest, ToolResult, Window
from inquest.contracts.spending import by_provider, distinct, together, told
from inquest.gateway.spending import charge, draws_of, providers_of, reached_by
from inquest.ledger import Account, Budget, Draw, Refusal, Spent

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
REQUEST = ToolRequest(
    tenant="acme",
    investigation_id="inv",
    step_id="step",
    domain="logs",
    query=Query(window=Window(start=T0, end=T0)),
    capability_id="collect-symptoms",
    tokens=30,
    tokens_max=100,
    shares=(
        Share(scope="capability", name="collect-symptoms", calls_max=3),
        Share(scope="provider", name="loki", call_s_max=2),
    ),
)
QUOTA = Quota.model_validate(
    {
        "per_hour": {"calls_max": 100},
        "per_day": {"tokens_max": 5},
        "providers": {"loki": {"per_hour": {"bytes_max": 9}}},
    }
)
RESULT = ToolResult(
    call_id="c",
    domain="logs",
    status="degraded",
    provider="loki",
    size_bytes=500,
    duration_ms=2600,
    tokens=42,
    attempts=(
        ToolAttempt(provider="tempo", status="failed", duration_ms=100),
        ToolAttempt(provider="tempo", status="failed", duration_ms=50),
        ToolAttempt(provider="gone", status="unhealthy", duration_ms=0),
        ToolAttempt(provider="loki", status="ok", duration_ms=2400),
    ),
)


def test_a_call_is_taken_from_everything_it_counts_for_the_narrowest_first():
    draws = draws_of(REQUEST, QUOTA)
    assert [one.account for one in draws] == [
        Account("acme", "inv"),
        Account("acme", "inv", "capability-collect-symptoms"),
        Account("acme", "", "", "hour"),
        Account("acme", "", "", "day"),
    ]
    assert draws[0].budget == Budget(60, 512 * 1024 * 1024, 100)
    on = providers_of(["loki", "tempo"], REQUEST, QUOTA)
    assert list(on) == ["loki"]
    assert [one.account for one in on["loki"]] == [
        Account("acme", "inv", "provider-loki"),
        Account("acme", "", "provider-loki", "hour"),
    ]
    assert on["loki"][0].budget == Budget(call_ms_max=2000)


def test_without_limits_of_its_own_a_call_is_taken_from_the_investigation_alone():
    plain = REQUEST.model_copy(update={"shares": ()})
    assert [one.account for one in draws_of(plain, Quota())] == [Account("acme", "inv")]
    assert providers_of(["loki"], plain, Quota()) == {}


def test_accounts_are_charged_for_what_they_limit_and_the_investigation_for_bytes_and_tokens():
    run, capability, hour, day = draws_of(REQUEST, QUOTA)
    assert charge(run, REQUEST, RESULT) == Spent(size_bytes=500, tokens=12)  # 30 of 42 were reserved
    assert charge(capability, REQUEST, RESULT) == charge(hour, REQUEST, RESULT) == Spent()
    assert charge(day, REQUEST, RESULT) == Spent(tokens=12)
    mine, hourly = providers_of(["loki"], REQUEST, QUOTA)["loki"]
    assert charge(mine, REQUEST, RESULT) == Spent(call_ms=2400)
    assert charge(hourly, REQUEST, RESULT) == Spent(size_bytes=500)
    unasked = Draw(Account("acme", "inv", "provider-gone"), Budget(calls_max=1))
    assert charge(unasked, REQUEST, RESULT) == Spent(calls=-1)


def test_spend_by_provider_counts_each_that_was_asked_once_a_call():
    rows = [(one.provider, one.calls, one.bytes_read, one.tokens, one.call_ms) for one in by_provider(RESULT)]
    assert rows == [("loki", 1, 500, 42, 2400), ("tempo", 1, 0, 0, 150)]
    shared = RESULT.model_copy(update={"attempts": (), "shared": True})
    assert [(one.provider, one.call_ms) for one in by_provider(shared)] == [("loki", 2600)]
    assert by_provider(RESULT.model_copy(update={"status": "refused"})) == ()


@settings(max_examples=50)
@given(st.lists(st.sampled_from(by_provider(RESULT)), max_size=12))
def test_what_is_spent_together_is_the_sum(rows):
    whole = together(rows)
    assert [one.provider for one in whole] == sorted({row.provider for row in rows})
    assert sum(one.calls for one in whole) == len(rows)
    assert sum(one.bytes_read for one in whole) == sum(row.bytes_read for row in rows)


@pytest.mark.parametrize(
    ("account", "unit", "said"),
    [
        (Account("acme", "inv"), "calls", "the investigation has made 4000 of 5000 calls"),
        (
            Account("acme", "inv", "provider-my-loki"),
            "call-time",
            "the investigation has spent 4 of 5 s of calls (provider my-loki)",
        ),
        (
            Account("acme", "inv", "capability-x"),
            "tokens",
            "the investigation has spent 4000 of 5000 tokens (capability x)",
        ),
        (Account("acme", "", "", "hour"), "bytes", "the tenant has read 4000 of 5000 bytes this hour"),
        (
            Account("acme", "", "provider-loki", "day"),
            "calls",
            "the tenant has made 4000 of 5000 calls (provider loki) today (UTC)",
        ),
    ],
)
def test_a_refusal_says_whose_limit_it_was(account, unit, said):
    reached = reached_by(Refusal(Draw(account, Budget()), unit, 4000, 5000))
    assert told(reached).replace(",", "") == said


def test_of_one_limit_the_most_is_told():
    one = LimitReached(scope="run", what="calls", spent=4, limit=4)
    assert distinct([one, one.model_copy(update={"spent": 5}), one]) == (one.model_copy(update={"spent": 5}),)
