from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.latest import DomainRequest, Query, ToolRequest, ToolResult, Window
from inquest.gateway.domain.journal import GAP_S_MAX, JournalEntry, next_step, sighted
from inquest.gateway.domain.ranges import TimeRange, ranges
from inquest.gateway.domain.request import call_id
from inquest.gateway.domain.resolver import rank, unknown
from inquest.gateway.domain.retry import RetryPolicy, delay_s

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)


def window(start_s: float, end_s: float) -> Window:
    return Window(start=T0 + timedelta(seconds=start_s), end=T0 + timedelta(seconds=end_s))


def request(**changes) -> ToolRequest:
    query = Query(window=window(0, 60), services=("cart", "checkout"), names=("b", "a"))
    asked = ToolRequest(tenant="acme", investigation_id="inv", step_id="step", domain="logs", query=query)
    return asked.model_copy(update=changes)


# -- identity -----------------------------------------------------------------------------------


def test_the_same_question_has_the_same_id_whatever_its_order_and_patience():
    query = request().query.model_copy(update={"services": ("checkout", "cart", "cart"), "names": ("a", "b")})
    same = request(query=query, timeout_ms=1, calls_max=1, bytes_max=1)
    assert call_id(same) == call_id(request())


@pytest.mark.parametrize(
    "other",
    [
        request(step_id="step-2"),
        request(domain="traces"),
        request(query=request().query.model_copy(update={"window": window(0, 61)})),
        request(query=request().query.model_copy(update={"text": "x"})),
        request(query=request().query.model_copy(update={"baseline": window(-60, 0)})),
    ],
)
def test_another_question_has_another_id(other):
    assert call_id(other) != call_id(request())


# -- ranges -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("baseline", "expected"),
    [
        (None, [(0, 60)]),
        ((-60, 0), [(-60, 60)]),
        ((-60, 10), [(-60, 60)]),
        ((-60, -10), [(-60, -10), (0, 60)]),
        ((10, 20), [(0, 60)]),
        ((5, 5), [(0, 60)]),
    ],
)
def test_baseline_and_window_are_joined_where_they_touch(baseline, expected):
    zero = T0.timestamp()
    found = ranges(DomainRequest(window=window(0, 60), baseline=window(*baseline) if baseline else None))
    assert found == tuple(TimeRange(zero + start, zero + end) for start, end in expected)


# -- resolver -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    name: str
    priority: int = 100
    turn: int = 0
    services: frozenset[str] = frozenset()


def test_the_highest_priority_comes_first_and_names_break_ties():
    ranked = rank([Candidate("c"), Candidate("b", 200), Candidate("a")], ())
    assert [one.name for one in ranked] == ["b", "a", "c"]


def test_a_provider_that_knows_none_of_the_services_is_not_asked():
    narrow = Candidate("narrow", services=frozenset({"cart"}))
    assert rank([narrow], ("checkout",)) == ()
    assert rank([narrow], ("checkout", "cart")) == (narrow,)
    assert rank([narrow], ()) == (narrow,)


def test_who_knows_all_services_comes_before_who_knows_some():
    narrow, wide = Candidate("narrow", 200, services=frozenset({"cart"})), Candidate("wide", 100)
    assert rank([narrow, wide], ()) == (wide, narrow)
    assert rank([narrow, wide], ("cart", "checkout")) == (wide, narrow)
    assert rank([narrow, wide], ("cart",)) == (narrow, wide)
    assert unknown(narrow, ()) == "narrow knows only cart"
    assert unknown(narrow, ("cart", "checkout")) == "narrow does not know checkout"
    assert unknown(narrow, ("cart",)) == unknown(wide, ("x",)) == ""


@settings(max_examples=50)
@given(st.lists(st.tuples(st.text("abc", min_size=1, max_size=3), st.integers(0, 3)), unique_by=lambda one: one[0]))
def test_the_order_does_not_depend_on_the_order_of_configuration(rows):
    candidates = [Candidate(name, priority) for name, priority in rows]
    assert rank(candidates, ()) == rank(reversed(candidates), ())


# -- retry --------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(st.integers(0, 40), st.integers(0, 10), st.floats(0, 100))
def test_retries_are_bounded_in_number_delay_and_time(failures, retries_max, left_s):
    policy = RetryPolicy(delay_s_first=0.1, delay_s_max=2)
    wait = delay_s(policy, failures, retries_max, left_s)
    if wait is not None:
        assert 1 <= failures <= retries_max
        assert 0.1 <= wait <= 2
        assert wait < left_s


def test_delays_grow():
    policy = RetryPolicy(delay_s_first=0.1, delay_s_max=1)
    assert [delay_s(policy, number, 9, 100) for number in (1, 2, 3, 4, 5)] == [0.1, 0.2, 0.4, 0.8, 1]


# -- journal ------------------------------------------------------------------------------------


def test_the_journal_decides_by_result_and_silence():
    intent = JournalEntry(owner="a")
    assert [next_step(None, is_lost=lost) for lost in (False, True)] == ["claim"] * 2
    assert next_step(intent, is_lost=False) == "wait"
    assert next_step(intent, is_lost=True) == "take-over"
    recorded = intent.model_copy(update={"result": ToolResult(call_id="c", domain="logs", status="ok")})
    assert [next_step(recorded, is_lost=lost) for lost in (False, True)] == ["answer"] * 2


@given(st.lists(st.floats(min_value=-900, max_value=900), max_size=20))
@settings(max_examples=50)
def test_only_time_in_which_one_looked_counts_as_silence(steps_s):
    seen, now_s = None, 0.0
    for step_s in steps_s:
        now_s += step_s  # also a pause, a jump ahead, a jump back
        before, seen = seen, sighted(seen, 7, now_s)
        assert 0 <= seen.unchanged_s - (before.unchanged_s if before else 0) <= GAP_S_MAX
    assert sighted(seen, 8, now_s).unchanged_s == 0  # a sign of life
