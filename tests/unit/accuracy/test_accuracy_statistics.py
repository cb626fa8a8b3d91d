from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.accuracy import statistics as s

OUTCOMES = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)


def columns(outcomes):
    said, right = zip(*outcomes, strict=True)
    return np.array(said, dtype=np.float64), np.array(right, dtype=np.float64)


@pytest.mark.parametrize(
    ("hits", "cases", "interval"),
    [(8, 10, (0.4902, 0.9433)), (0, 10, (0.0, 0.2775)), (30, 30, (0.8865, 1.0))],
)
def test_wilson_agrees_with_published_values(hits, cases, interval):
    assert s.wilson(hits, cases) == pytest.approx(interval, abs=1e-4)


@given(st.integers(0, 60), st.integers(1, 60))
@settings(max_examples=50)
def test_wilson_holds_the_share_and_stays_a_share(hits, cases):
    hits = min(hits, cases)
    low, high = s.wilson(hits, cases)
    assert 0 <= low <= high <= 1
    assert low - 1e-12 <= hits / cases <= high + 1e-12


def test_bootstrap_repeats_itself_and_holds_the_mean():
    column = np.array([0.0, 1.0] * 20)
    low, high = s.bootstrap([column], lambda one: float(one.mean()))
    assert (low, high) == s.bootstrap([column], lambda one: float(one.mean()))
    assert low < 0.5 < high


def test_a_constant_confidence_has_no_skill_and_no_discrimination():
    right = np.array([1.0, 1.0, 1.0, 0.0])
    constant = np.full(4, 0.75)
    assert s.brier_skill(constant, right) == pytest.approx(0)
    assert s.auroc(constant, right) == 0.5
    assert s.ece(constant, right) == pytest.approx(0)
    assert s.brier_skill(right, right) == 1


@pytest.mark.parametrize("right", [np.zeros(3), np.ones(3)])
def test_nothing_is_said_about_telling_apart_when_there_is_one_class(right):
    assert s.brier_skill(np.full(3, 0.9), right) is None
    assert s.auroc(np.full(3, 0.9), right) is None


@given(OUTCOMES)
@settings(max_examples=50)
def test_auroc_counts_pairs(outcomes):
    said, right = columns(outcomes)
    pairs = list(product(said[right == 1], said[right == 0]))
    expected = sum((a > b) + 0.5 * (a == b) for a, b in pairs) / len(pairs) if pairs else None
    assert s.auroc(said, right) == pytest.approx(expected)


@given(OUTCOMES)
@settings(max_examples=50)
def test_every_case_is_in_one_bin_and_ece_is_a_share(outcomes):
    said, right = columns(outcomes)
    rows = s.reliability(said, right)
    assert sum(row.cases for row in rows) == said.size
    assert 0 <= s.ece(said, right) <= 1
    assert 0 <= s.brier(said, right) <= 1


def test_bins_are_closed_below_and_the_last_on_both_sides():
    rows = s.reliability(np.array([0.0, 0.1, 0.95, 1.0]), np.array([0.0, 1.0, 1.0, 0.0]))
    assert [row.cases for row in rows] == [1, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert (rows[9].confidence, rows[9].right) == (pytest.approx(0.975), 0.5)


@pytest.mark.parametrize(
    ("wins", "losses", "p"), [(5, 0, 0.0625), (0, 5, 0.0625), (0, 0, 1.0), (3, 3, 1.0), (9, 1, 0.0215)]
)
def test_sign_test(wins, losses, p):
    assert s.sign_test(wins, losses) == pytest.approx(p, abs=1e-4)
