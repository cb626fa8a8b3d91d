"""The rule for keep and replace, as docs/provider-commands.md has it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.cli.provider_rule import CALLS_MIN, QUESTIONS_MIN, Measured, judge


def measured(provider="old", calls=100, errors=0.0, p95=50.0, coverage=1.0, questions=20):
    return Measured(provider, calls, errors, p95, coverage, questions)


def test_few_calls_say_nothing():
    judged = judge(measured(calls=CALLS_MIN - 1, errors=1.0), [measured("new")])
    assert (judged.advice, judged.reason) == ("too few calls", "19 calls, 20 are needed")


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (measured(errors=0.2), "20.0% of its calls fail, 0.0% of those of new, which finds as much"),
        (measured(coverage=0.5), "new finds 100% of what is there, this one 50%"),
        (measured(p95=4000.0), "p95 is 4000 ms, that of new, which finds as much, 50 ms"),
    ],
)
def test_one_that_another_is_clearly_better_than_is_replaced(one, reason):
    judged = judge(one, [measured("new")])
    assert (judged.advice, judged.instead, judged.reason) == ("replace", "new", reason)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (measured(), measured("new")),
        (measured(errors=0.04), measured("new")),  # what is tolerated is no reason
        (measured(p95=900.0), measured("new", p95=5.0)),  # nobody waits for it
        (measured(coverage=0.95), measured("new")),  # as much, for all that matters
        (measured(errors=0.2), measured("new", coverage=0.5)),  # fails less and finds less
        (measured(p95=4000.0), measured("new", errors=0.05)),  # faster and fails more
        (measured(p95=4000.0), measured("new", p95=None)),
        (measured(coverage=0.5), measured("new", errors=0.3)),  # finds more and fails
        (measured(errors=0.2), measured("new", coverage=None)),  # nobody knows whether it finds as much
        (measured(coverage=0.5, questions=QUESTIONS_MIN - 1), measured("new", questions=QUESTIONS_MIN - 1)),
    ],
)
def test_one_that_no_other_is_clearly_better_than_is_kept(one, other):
    judged = judge(one, [other])
    assert (judged.advice, judged.instead) == ("keep", "")
    assert judged.reason.startswith("no other is clearly better")


def test_one_alone_is_kept_and_its_errors_are_told():
    assert judge(measured(), []).reason == "there is no other"
    judged = judge(measured(errors=0.3), [])
    assert (judged.advice, judged.reason) == ("keep", "there is no other; but 30.0% of its calls fail: see to it")


def test_one_whose_rivals_were_hardly_asked_is_kept():
    judged = judge(measured(errors=0.3), [measured("new", calls=3)])
    assert judged.advice == "keep"
    assert judged.reason.startswith("too few calls of the others")


def test_of_several_better_ones_the_one_that_fails_least_is_named():
    rivals = [measured("a", errors=0.02), measured("b", errors=0.0), measured("c", errors=0.01)]
    assert judge(measured(errors=0.5), rivals).instead == "b"


SHARES = st.none() | st.floats(0, 1)
PROVIDERS = st.builds(
    measured,
    provider=st.sampled_from("abc"),
    calls=st.integers(0, 200),
    errors=SHARES,
    p95=st.none() | st.floats(0, 1e5),
    coverage=SHARES,
    questions=st.integers(0, 30),
)


@settings(max_examples=50)
@given(PROVIDERS, PROVIDERS)
def test_two_are_never_told_to_replace_each_other(one, two):
    advice = {judge(one, [two]).advice, judge(two, [one]).advice}
    assert judge(one, [two]).advice != "replace" or judge(two, [one]).advice != "replace", advice
