from functools import partial

from hypothesis import given
from hypothesis import strategies as st
from inquest.bus.settle import (
    AFTER_S_MAX,
    BUG_ATTEMPTS_MAX,
    DELAY_S_FIRST,
    DELIVERIES_RESERVED,
    settle,
)
from inquest.contracts.errors import Conflict, Impossible, NotFound, RetryLater
from inquest.contracts.topology import CONSUMERS

DELAY_S_MAX = CONSUMERS[0].delay_s_max
settled = partial(settle, delay_s_max=DELAY_S_MAX)
attempts = st.integers(1, 50)
limits = st.integers(1, 50)


def test_success_acks_whatever_the_attempt() -> None:
    assert settled(None, 1, 6).outcome == "acked"
    assert settled(None, 6, 6).outcome == "acked"


def test_impossible_is_dead_at_once_and_no_bug() -> None:
    settlement = settled(Impossible("x"), 1, 6)
    assert (settlement.outcome, settlement.is_bug) == ("dead", False)


def test_retry_later_waits_longer_each_time_then_dies() -> None:
    outcomes = [settled(RetryLater("x"), attempt, 6) for attempt in range(1, 5)]
    assert [one.outcome for one in outcomes] == ["retried", "retried", "retried", "dead"]
    assert [one.delay_s for one in outcomes[:3]] == [DELAY_S_FIRST, 2 * DELAY_S_FIRST, 4 * DELAY_S_FIRST]
    assert not any(one.is_bug for one in outcomes)


def test_conflict_is_retried_and_other_errors_are_bugs() -> None:
    assert not settled(Conflict("x"), 1, 6).is_bug
    assert settled(NotFound("x"), 1, 6).is_bug
    assert settled(KeyError("x"), 1, 6).is_bug


def test_a_bug_is_buried_before_what_waits_for_others() -> None:
    assert settled(ValueError("x"), BUG_ATTEMPTS_MAX, 20).outcome == "dead"
    assert settled(RetryLater("x"), BUG_ATTEMPTS_MAX, 20).outcome == "retried"
    assert settled(RetryLater("x"), 20 - DELIVERIES_RESERVED, 20).outcome == "dead"
    waited_s = sum(settled(RetryLater("x"), attempt, 20).delay_s for attempt in range(1, 20 - DELIVERIES_RESERVED))
    assert waited_s > 300


@given(attempts, limits, st.sampled_from([ValueError("x"), RetryLater("x")]))
def test_no_message_is_retried_up_to_the_servers_limit(attempt: int, limit: int, error: Exception) -> None:
    settlement = settled(error, attempt, limit)
    is_bug = isinstance(error, ValueError)
    if attempt >= limit - DELIVERIES_RESERVED or (is_bug and attempt >= BUG_ATTEMPTS_MAX):
        assert settlement.outcome == "dead"
    else:
        assert settlement.outcome == "retried"
        assert 0 < settlement.delay_s <= DELAY_S_MAX
    assert settlement.is_bug == is_bug


@given(attempts)
def test_delays_never_shrink(attempt: int) -> None:
    error = RetryLater("x")
    assert settled(error, attempt, 10_000).delay_s <= settled(error, attempt + 1, 10_000).delay_s


def test_a_delay_that_is_asked_for_is_kept_within_bounds() -> None:
    assert settled(RetryLater("x", after_s=120), 1, 6).delay_s == 120
    assert settled(RetryLater("x", after_s=0.1), 1, 6).delay_s == DELAY_S_FIRST
    assert settled(RetryLater("x", after_s=1e9), 1, 6).delay_s == AFTER_S_MAX
    assert settled(RetryLater("x", after_s=120), 6, 6).outcome == "dead"


def test_a_step_waits_less_and_more_often_for_an_outage_that_lasts_minutes() -> None:
    step = next(row for row in CONSUMERS if row.stream == "STEPS")
    last = step.deliver_max - DELIVERIES_RESERVED
    delays_s = [settle(RetryLater("x"), one, step.deliver_max, step.delay_s_max).delay_s for one in range(1, last)]
    assert max(delays_s) == step.delay_s_max < 10  # once an outage is over it goes on within that time
    assert sum(delays_s) > 300
    assert step.deliver_max * step.ack_wait_s < 240  # then what kills every worker that has it is given up
