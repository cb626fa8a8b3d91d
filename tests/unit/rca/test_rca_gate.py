"""The gate before a verdict: what may be called likely or proven, and what it costs to have seen too little."""

import math
from dataclasses import replace

import pytest
from inquest.rca.cause import Cause, Term
from inquest.rca.confidence import (
    FITTED,
    METRICS,
    SHOWN_MIN,
    UNMEASURED,
    band,
    complaint_shown,
    confidences,
    strongest,
)
from inquest.rca.finding import Sight
from inquest.rca.symptoms import Trouble
from inquest.rca.tables import Target

LIKELY, PROVEN, POSSIBLE = 0.8, 0.97, 0.5
FAILED = Sight("trace-failure-path", "failed", "no answer")


def cause(score: float, strongest: float) -> Cause:
    return Cause("unknown", "a", None, "m.", score, 0.0, (), (), "q?", (Term("log", strongest),))


@pytest.mark.parametrize("confidence", [LIKELY, PROVEN])
@pytest.mark.parametrize(("precedes", "sources"), [(False, 2), (True, 1), (True, 0), (False, 0)])
def test_nothing_above_possible_without_precedence_and_a_second_source(confidence, precedes, sources):
    level, caps = band(confidence, precedes=precedes, sources=sources, coverage=())
    assert level == "possible"
    assert len(caps) == 1


@pytest.mark.parametrize(("confidence", "level"), [(POSSIBLE, "possible"), (0.1, "undetermined")])
def test_what_is_low_already_is_lowered_by_no_rule(confidence, level):
    assert band(confidence, precedes=False, sources=0, coverage=(FAILED,)) == (level, ())


def test_two_sources_are_enough():
    assert band(PROVEN, precedes=True, sources=2, coverage=()) == ("proven", ())


def test_what_failed_lowers_only_what_would_be_proven_and_is_told_once():
    assert band(LIKELY, precedes=True, sources=2, coverage=(FAILED,)) == ("likely", ())
    level, caps = band(PROVEN, precedes=True, sources=2, coverage=(FAILED, FAILED))
    assert level == "likely"
    assert caps == ("No higher than likely: trace-failure-path was failed (no answer).",)


def test_a_gap_without_a_reason_is_told_without_brackets():
    _, (cap,) = band(PROVEN, precedes=True, sources=2, coverage=(Sight("collect-change-risk", "skipped"),))
    assert cap == "No higher than likely: collect-change-risk was skipped."


@pytest.mark.parametrize(
    ("edge", "above", "below"),
    [
        (0.92, "proven", "likely"),
        (0.7, "likely", "possible"),
        (0.35, "possible", "undetermined"),
    ],
)
def test_a_band_begins_at_its_limit(edge, above, below):
    assert band(edge, precedes=True, sources=2, coverage=())[0] == above
    assert band(edge - 0.001, precedes=True, sources=2, coverage=())[0] == below


def test_alone_it_is_even_where_the_evidence_just_outweighs_the_doubt():
    (alone,) = confidences([cause(2, -(FITTED.bias + FITTED.shown * UNMEASURED) / FITTED.best)], UNMEASURED)
    assert alone == pytest.approx(0.5)


def test_a_tie_is_shared():
    (alone,) = confidences([cause(2, 1.0)], UNMEASURED)
    assert confidences([cause(2, 1.0), cause(2, 1.0)], UNMEASURED) == pytest.approx([alone / 2, alone / 2])


def test_the_share_of_a_rival_falls_with_its_distance_by_the_sharpness():
    first, second = confidences([cause(3, 1.0), cause(2.5, 1.0)], UNMEASURED)
    assert math.log(first / second) == pytest.approx(0.5 * FITTED.sharpness)


def test_a_rival_costs_confidence_and_the_runner_up_has_less():
    (alone,) = confidences([cause(2, 2.0)], UNMEASURED)
    first, second = confidences([cause(2, 2.0), cause(1.8, 2.0)], UNMEASURED)
    assert second < first < alone


def test_terms_about_its_place_are_no_evidence():
    placed = Cause("unknown", "a", None, "m.", 2.0, 0.0, (), (), "q?", (Term("target", 9.0), Term("log", 1.0)))
    assert confidences([placed], UNMEASURED) == confidences([cause(2, 1.0)], UNMEASURED)
    assert strongest(replace(placed, contributions=())) == 0.0


MEASURED = (Sight(METRICS, "looked", "", ("api", "db")), Sight("collect-error-signatures", "looked", "", ("web",)))


@pytest.mark.parametrize(
    ("paged", "shown"),
    [("api", 0.5), ("db", 0.0), ("web", UNMEASURED), ("unknown", UNMEASURED), (None, UNMEASURED)],
)
def test_the_complaint_shows_in_what_is_measured_of_the_paged_entity(paged, shown):
    trouble = Trouble("api")
    trouble.channels["spread"].append((0.5, 0))
    trouble.channels["log"].append((0.9, 1))
    assert complaint_shown(Target(paged), {"api": trouble}, MEASURED) == pytest.approx(shown)


def test_a_complaint_that_does_not_show_costs_confidence_and_the_band():
    one = [cause(2, 2.0)]
    said = [confidences(one, shown)[0] for shown in (0.0, 0.5, 1.0)]
    assert said == sorted(set(said))
    level, (why,) = band(PROVEN, precedes=True, sources=2, coverage=(), shown=SHOWN_MIN - 0.01)
    assert level == "possible"
    assert why == "No higher than possible: the measurements of the paged service do not show what the page says."
    assert band(PROVEN, precedes=True, sources=2, coverage=(), shown=SHOWN_MIN) == ("proven", ())
