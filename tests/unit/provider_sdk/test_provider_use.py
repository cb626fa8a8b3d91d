"""What records say of providers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.cli import provider_use
from inquest.cli.provider_use import quantile, read_calls, uses
from inquest.contracts.latest import ToolAttempt, ToolCall
from inquest.contracts.subjects import TOOL_CALLED

NOW = datetime(2026, 3, 1, 14, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=10_000)


def attempt(provider="loki", status="ok", ms=10.0, error=None):
    return ToolAttempt(provider=provider, status=status, duration_ms=ms, error=error)


def call(number, *attempts, provider="loki", domain="logs", **more):
    return ToolCall(
        call_id=f"c{number}",
        tenant="acme",
        investigation_id="i1",
        step_id="s1",
        domain=domain,
        status="ok",
        provider=provider,
        attempts=attempts,
        called_at=NOW,
        **more,
    )


def test_answers_failures_and_latencies_are_counted():
    found = uses(
        [
            call(1, attempt(ms=10.0), size_bytes=100),
            call(2, attempt(status="failed", error="retryable"), attempt(ms=30.0), size_bytes=5),
            call(3, attempt(status="timeout", error="timeout"), attempt("backup", ms=7.0), provider="backup"),
        ]
    )
    loki, backup = found["logs", "loki"], found["logs", "backup"]
    assert (loki.asked, loki.failed, loki.error_rate, loki.size_bytes) == (4, 2, 0.5, 105)
    assert loki.errors == {"retryable": 1, "timeout": 1}
    assert (loki.latency_ms(0.5), loki.latency_ms(0.95)) == (10.0, 30.0)
    assert (backup.asked, backup.failed, backup.latency_ms(0.5)) == (1, 0, 7.0)


def test_who_was_passed_over_was_not_asked():
    assert uses([call(1, attempt(status="unhealthy", error="limited"), provider=None)]) == {}


def test_having_nothing_of_the_kind_is_no_failure():
    use = uses([call(1, attempt(status="failed", error="unsupported"), provider=None)])["logs", "loki"]
    assert (use.asked, use.failed, use.latency_ms(0.5)) == (1, 0, None)


def test_a_shared_answer_is_counted_apart():
    use = uses([call(1, attempt(), shared=True, size_bytes=9)])["logs", "loki"]
    assert (use.asked, use.shared, use.error_rate) == (0, 1, None)


def test_a_call_that_was_recorded_twice_counts_once():
    assert uses([call(1, attempt()), call(1, attempt())])["logs", "loki"].asked == 1


@settings(max_examples=50)
@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_a_quantile_is_a_value_that_enough_keep_to(values, share):
    found = quantile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values)
    assert quantile([], share) is None


async def put(bus, *numbers, tenant="acme"):
    for number in numbers:
        one = call(number, attempt()).model_copy(update={"tenant": tenant})
        await bus.publish(TOOL_CALLED, one, tenant=tenant, investigation="i1")


async def test_calls_are_read_newest_first_and_of_one_tenant(memory_bus):
    await put(memory_bus, 1, 2)
    await put(memory_bus, 3, tenant="globex")
    found = await read_calls(memory_bus, "acme", LONG_AGO)
    assert [one.call_id for one in found.calls] == ["c2", "c1"]
    assert found.whole


async def test_older_calls_are_left_out(memory_bus):
    await put(memory_bus, 1, 2)
    found = await read_calls(memory_bus, "acme", datetime(9000, 1, 1, tzinfo=UTC))
    assert (found.calls, found.whole) == ([], True)


@pytest.mark.parametrize(("limit", "whole"), [(2, False), (3, True)])
async def test_more_calls_than_are_read_are_told(memory_bus, monkeypatch, limit, whole):
    monkeypatch.setattr(provider_use, "CALLS_READ_MAX", limit)
    await put(memory_bus, 1, 2, 3)
    found = await read_calls(memory_bus, "acme", LONG_AGO)
    assert (len(found.calls), found.whole) == (limit, whole)
