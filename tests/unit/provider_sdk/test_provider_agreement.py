"""How far answers of different providers agree."""

import math
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.cli.provider_agreement import agreement, coverage, keys_of, questions
from inquest.contracts.latest import (
    RESPONSES,
    ChangeData,
    ChangesResponse,
    Domain,
    LogsResponse,
    MetricsResponse,
    Query,
    SeriesData,
    ToolCall,
    TracesResponse,
    Window,
)

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)


def rows(*names):
    return Counter((name,) for name in names)


def test_agreement_is_twice_what_both_have_of_what_each_has():
    assert agreement([rows("a", "b")], [rows("a", "b")]) == 1
    assert agreement([rows("a", "b")], [rows("b", "c")]) == 0.5
    assert agreement([rows("a"), rows("x")], [rows("a"), rows("y")]) == 0.5  # each question counts alike
    assert agreement([rows("a", "a")], [rows("a")]) == pytest.approx(2 / 3)


def test_questions_that_say_nothing_are_left_out():
    assert agreement([None, rows(), rows("a")], [rows("a"), rows(), rows("a")]) == 1
    assert agreement([None, rows()], [rows("a"), rows()]) is None


def test_coverage_is_the_share_of_what_anybody_found():
    one, two = [rows("a", "b"), None, rows()], [rows("b", "c"), rows("d"), rows()]
    assert coverage(one, [one, two]) == (pytest.approx((2 / 3 + 0) / 2), 2)
    assert coverage(two, [one, two]) == (pytest.approx((2 / 3 + 1) / 2), 2)
    assert coverage([rows()], [[rows()], [None]]) == (None, 0)


ANSWERS = st.lists(
    st.none() | st.lists(st.sampled_from("abcd")).map(lambda names: rows(*names)), min_size=4, max_size=4
)


@settings(max_examples=50)
@given(ANSWERS, ANSWERS)
def test_agreement_is_mutual_and_a_share(one, two):
    found = agreement(one, two)
    assert found == agreement(two, one)
    assert found is None or 0 <= found <= 1


def test_values_of_metrics_count_to_three_digits():
    def response(value):
        return MetricsResponse(series=[SeriesData(service="cart", metric="m", times=[1.2, 2.2], values=[value, None])])

    assert keys_of("metrics", response(0.12341)) == keys_of("metrics", response(0.12339))
    assert keys_of("metrics", response(0.1234)) != keys_of("metrics", response(0.1254))
    assert keys_of("metrics", response(math.nan)) == Counter()


def test_texts_of_a_product_do_not_count():
    def response(**more):
        return ChangesResponse(changes=[ChangeData(time=100.2, kind="deploy", service="cart", ref="v1", **more)])

    assert keys_of("changes", response(url="https://a", author="x")) == keys_of("changes", response(url="https://b"))


def test_lines_and_spans_have_keys():
    logs = LogsResponse(
        times=[1.0], services=["cart"], severities=["info"], messages=["a  b"], trace_ids=[None], span_ids=[None]
    )
    assert keys_of("logs", logs) == Counter({(1, "cart", "a b"): 1})
    traces = TracesResponse(
        trace_ids=["t"],
        span_ids=["s"],
        parent_ids=[None],
        services=["cart"],
        names=["GET"],
        starts=[1.0],
        durations_ms=[2.0],
        errors=[False],
    )
    assert keys_of("traces", traces) == Counter({("t", "s"): 1})


@pytest.mark.parametrize("domain", get_args(Domain))
def test_every_domain_has_keys(domain):
    assert keys_of(domain, RESPONSES[domain]()) == Counter()


def call(number, domain="logs", **query):
    window = Window(start=T0 + timedelta(minutes=number), end=T0 + timedelta(minutes=number + 1))
    return ToolCall(
        call_id=f"c{number}",
        tenant="acme",
        investigation_id="i1",
        step_id="s1",
        domain=domain,
        status="ok",
        called_at=T0,
        query=Query(window=window, **query) if query.pop("known", True) else None,
    )


def test_different_questions_are_taken_newest_first():
    calls = [call(3), call(2), call(2), call(9, "metrics"), call(1), call(0)]
    starts = [one.window.start.minute for one in questions("logs", calls, 3)]
    assert starts == [3, 2, 1]


def test_questions_that_cannot_be_asked_again_are_left_out():
    calls = [call(1, known=False), call(2, cursor="7"), call(3, path="src"), call(4, text="timeout")]
    calls.append(call(5, text="open it").model_copy(update={"access": "write"}))
    (one,) = questions("logs", calls, 10)
    assert (one.text, one.rows_max) == ("timeout", 10_000)
