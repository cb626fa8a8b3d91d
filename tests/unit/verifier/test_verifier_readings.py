"""Which readings are of one thing, and that a finding keeps what it was found with."""

from typing import Any

import pytest
from inquest.contracts.latest import Focus
from inquest.verifier.domain.case import Recorded, case_of
from inquest.verifier.domain.conflicts import Reconciled, reconcile
from inquest.verifier.domain.findings import finding_of, target_of
from inquest.verifier.domain.ledger import ledger_of

# Features that say which thing was measured; two values are two things.
NAMING = ["detector", "metric", "template", "span", "child", "caller", "callee", "ref", "step", "next"]


def settled(story: Any, *evidence: Any) -> Reconciled:
    """Reconcile what as many steps found, one each."""
    for one in evidence:
        story.run(one.step_id, "collect-symptoms", one)
    return reconcile(case_of(Recorded(story.events, story.finished, story.evidence), story.close(1)))


@pytest.mark.parametrize("name", NAMING)
def test_readings_that_differ_in_what_they_are_of_are_both_kept(story: Any, make: Any, name: str) -> None:
    pair = [
        make["found"](step, "metric", "db", "db moved.", **{name: step, "rising": step == "s1"})
        for step in ("s1", "s2")
    ]
    kept = settled(story, *pair)
    assert list(kept.evidence) == sorted(pair, key=lambda one: one.evidence_id)
    assert kept.contradictions == ()


def test_each_reading_that_is_set_aside_is_told(story: Any, make: Any) -> None:
    strong = make["slow"]("s1", strength=0.9)
    weak = [
        make["slow"](step, strength=0.4, rising=False, effect=effect) for step, effect in (("s2", 3.0), ("s3", 4.0))
    ]
    kept = settled(story, strong, *weak)
    assert kept.evidence == (strong,)
    assert len(kept.contradictions) == 2
    assert all(one.evidence_id in " ".join(kept.contradictions) for one in weak)


def test_contradictions_about_two_things_are_all_told(story: Any, make: Any) -> None:
    pairs = [
        make["slow"](step, metric=metric, rising=rising, strength=0.9 if rising else 0.4)
        for step, metric, rising in (("s1", "a", True), ("s2", "a", False), ("s3", "b", True), ("s4", "b", False))
    ]
    assert len(settled(story, *pairs).contradictions) == 2


def test_a_reading_without_a_direction_contradicts_nothing(story: Any, make: Any) -> None:
    rising = make["slow"]("s1", strength=0.9)
    mute = make["found"](
        "s2", "metric", "checkout", "checkout moved.", strength=0.4, detector="metric", metric="latency_p99_ms"
    )
    kept = settled(story, rising, mute)
    assert kept.evidence == (rising,)
    assert kept.contradictions == ()


@pytest.mark.parametrize("kind", ["metric", "log", "trace", "change", "flag", "event"])
def test_a_finding_keeps_kind_onset_and_query(make: Any, kind: str) -> None:
    evidence = make["found"]("s1", kind, "db", "db moved.")
    found = finding_of(evidence)
    assert found is not None
    assert (found.kind, found.entity, found.query) == (kind, "db", "q")
    assert found.onset_at == evidence.onset_at.timestamp()
    timeless = finding_of(make["found"]("s1", kind, "db", "db moved.", minute=None))
    assert timeless is not None
    assert timeless.onset_at is None


def test_the_target_is_the_first_service_and_may_lack_a_time() -> None:
    assert target_of(Focus(services=("checkout", "cart"), metric="m")).entity == "checkout"
    assert target_of(Focus(services=("checkout",))).fired_at is None
    assert target_of(Focus()).entity is None


STATUSES = ["failed", "skipped", "degraded", "looked"]


@pytest.mark.parametrize(("worse", "better"), [(a, b) for n, a in enumerate(STATUSES) for b in STATUSES[n + 1 :]])
@pytest.mark.parametrize("swapped", [False, True])
def test_within_a_round_the_worst_look_counts(story: Any, worse: str, better: str, *, swapped: bool) -> None:
    for step, status in zip(("s1", "s2"), (better, worse) if swapped else (worse, better), strict=True):
        story.run(step, "collect-symptoms", status=status)
    case = case_of(Recorded(story.events, story.finished, story.evidence), story.close(1))
    assert [row.status for row in ledger_of(case) if row.capability == "collect-symptoms"] == [worse]
