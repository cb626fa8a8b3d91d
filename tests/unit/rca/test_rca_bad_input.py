"""Each of these gives a sensible verdict with its loss said, never an exception or a confident guess."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.rca.engine import Telemetry, investigate
from inquest.rca.finding import Finding, Sight
from inquest.rca.tables import Change, Edge, Logs, Pattern, Series, Spans, Target, Window
from inquest.rca.verdict import rank

WINDOW, BASELINE = Window(600, 1200), Window(0, 600)


def verdict(**parts):
    return investigate(Telemetry(window=WINDOW, **parts), Target())


def calm(entity="api", seed=0, n=120):
    values = np.random.default_rng(seed).normal(100, 5, n)
    return Series(entity, "latency_ms", np.arange(n) * 10.0, values)


def test_nothing_at_all_is_undetermined_and_asks_for_what_is_missing():
    found = verdict()
    assert found.ranking.band == "undetermined"
    assert found.ranking.causes == ()
    assert {sight.status for sight in found.coverage} == {"skipped"}
    assert len(found.ranking.open_questions) == 6


def test_no_fault_gives_no_confident_cause():
    found = verdict(baseline=BASELINE, series=[calm(f"s{n}", n) for n in range(20)])
    assert found.ranking.band in {"undetermined", "possible"}
    assert found.ranking.confidence < 0.7


@pytest.mark.parametrize(
    "values", [[], [1.0], [5.0] * 120, [float("nan")] * 120, [float("inf"), 1.0], [1e308, -1e308] * 60]
)
def test_strange_series_never_raise(values):
    one = Series("api", "latency_ms", np.arange(len(values)) * 10.0, np.array(values, dtype=float))
    for baseline in (BASELINE, None, Window(0, 0)):
        found = verdict(baseline=baseline, series=[one, calm("b")])
        assert 0 <= found.ranking.confidence <= 1


def test_a_window_of_no_length_is_survived():
    empty = Telemetry(window=Window(5, 5), baseline=Window(5, 5), series=[calm()])
    assert investigate(empty, Target("api", "latency_ms", 5)).ranking.band == "undetermined"


def test_a_cyclic_topology_ends():
    edges = [Edge("a", "b"), Edge("b", "c"), Edge("c", "a"), Edge("a", "a")]
    series = [calm("a"), calm("b", 1), calm("c", 2)]
    for at, one in enumerate(series):
        one.values[60 + at :] *= 9
    found = investigate(
        Telemetry(window=WINDOW, baseline=BASELINE, series=series, edges=edges), Target("a", "latency_ms")
    )
    assert found.ranking.causes[0].entity in {"a", "b", "c"}


def test_a_commit_without_a_diff_and_a_binary_diff_are_losses():
    changes = [
        Change(590, "commit", None, "a" * 40, message="feat: x", files=("a.go",)),
        Change(591, "commit", None, "b" * 40, message="feat: y", files=("b.bin",), diff="+\0\0"),
        Change(5000, "commit", None, "c" * 40, message="after the window", diff="+x"),
    ]
    found = verdict(changes=changes)
    reasons = " ".join(sight.reason for sight in found.coverage)
    assert "come without a diff" in reasons
    assert "binary" in reasons
    assert len([f for f in found.findings if f.detector == "change"]) == 2
    assert found.ranking.band == "undetermined"


def test_log_lines_without_level_or_trace_and_at_skewed_times_are_survived():
    times = np.array([650.0, 700.0, -1e9, 1e12])
    logs = Logs(times, ["api"] * 4, [""] * 4, ["", "boom failed", "x", "y"], [None] * 4, ["s"] * 4)
    assert verdict(logs=logs, baseline=BASELINE).findings is not None


def test_two_faults_at_once_are_both_named_and_neither_surely():
    series = [calm("a"), calm("b", 1), calm("c", 2)]
    for one in series[:2]:
        one.values[70:] *= 20
    patterns = [Pattern("a", "connect: connection refused", 90, 90), Pattern("b", "panic: nil pointer", 90, 90)]
    ranking = verdict(baseline=BASELINE, series=series, patterns=patterns).ranking
    assert {ranking.causes[0].entity, ranking.causes[1].entity} == {"a", "b"}
    assert ranking.band in {"possible", "undetermined"}


def test_a_failed_capability_is_an_open_question_and_a_lower_ceiling(shop):
    guilty = shop.logged(("api", "pool exhausted", 900.0)).shipped(
        "a" * 40, "-const maxConns = 50\n+const maxConns = 5", "db/pool.go"
    )
    findings = investigate(guilty.telemetry(), guilty.target).findings
    failed = rank(findings, guilty.target, (Sight("trace-failure-path", "failed", "timed out"),))
    sound = rank(findings, guilty.target)
    assert (sound.band, failed.band) == ("proven", "likely")
    assert "timed out" in failed.open_questions[0]
    assert "timed out" in failed.caps[0]


def test_findings_of_an_unknown_detector_are_ignored():
    strange = Finding("event", "api", "s.", WINDOW, None, 1.0, {"detector": "something-new", "x": True})
    assert rank([strange], Target()).causes == ()


_ENTITIES = st.sampled_from(["a", "b", "c", "d"])


@st.composite
def findings(draw):
    detector = draw(
        st.sampled_from(["metric", "template", "flow", "self-time", "edge-gap", "error-origin", "edge", "excess"])
    )
    entity = draw(_ENTITIES)
    features = {
        "detector": detector,
        "role": draw(st.sampled_from(["latency", "errors", "saturation", "traffic", "limit"])),
        "bad": draw(st.booleans()),
        "metric": "m",
        "share": draw(st.floats(0, 2)),
        "effect": draw(st.floats(0, 20)),
        "trust": 1.0,
        "surprise": draw(st.floats(-9, 9)),
        "classes": draw(st.sampled_from(["", "dns timeout", "pool"])),
        "caller": draw(_ENTITIES),
        "callee": entity,
        "calls": draw(st.floats(0, 9)),
    }
    onset = draw(st.one_of(st.none(), st.floats(0, 1200)))
    strength = draw(st.floats(0, 1))
    return Finding("metric", entity, f"{entity} {detector} {strength:.6f}.", WINDOW, onset, strength, features)


@given(st.lists(findings(), max_size=25), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_ranking_does_not_depend_on_the_order_of_arrival(given_findings, random):
    shuffled = list(given_findings)
    random.shuffle(shuffled)
    target = Target("a", "m", 1100.0)
    one, other = rank(given_findings, target), rank(shuffled, target)
    assert [(c.entity, c.score, c.confidence) for c in one.causes] == [
        (c.entity, c.score, c.confidence) for c in other.causes
    ]
    assert one.band == other.band
    for cause, same in zip(one.causes, other.causes, strict=True):
        said = {given_findings[i].statement for i in cause.support}
        assert said == {shuffled[i].statement for i in same.support}
    assert all(0 <= c.confidence <= 1 for c in one.causes)


@given(st.floats(0, 0.9), st.floats(0.01, 0.1))
@settings(max_examples=25)
def test_a_stronger_finding_never_lowers_its_cause(strength, more):
    def score(value):
        finding = Finding("trace", "a", "s.", WINDOW, 700.0, value, {"detector": "self-time"})
        return rank([finding], Target()).causes[0].score

    assert score(strength + more) >= score(strength)


@given(st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4), st.floats(0, 1200)), max_size=12))
@settings(max_examples=50, deadline=None)
def test_any_shape_of_spans_is_survived(rows):
    spans = Spans(
        ["t"] * len(rows),
        [row[0] for row in rows],
        [row[1] or None for row in rows],
        [f"s{n % 3}" for n in range(len(rows))],
        ["op"] * len(rows),
        np.array([row[2] for row in rows]),
        np.array([row[2] for row in rows]),
        np.zeros(len(rows), dtype=bool),
    )
    verdict(baseline=BASELINE, spans=spans)


@pytest.mark.parametrize("part", ["series", "logs", "spans", "changes", "patterns"])
def test_the_same_input_gives_the_same_answer(shop, part):
    telemetry = shop.logged(("api", "boom failed", 90.0)).shipped("a" * 40, "-x\n+y", "a.go").telemetry()
    assert hasattr(telemetry, part)
    assert investigate(telemetry, shop.target) == investigate(replace(telemetry), shop.target)
