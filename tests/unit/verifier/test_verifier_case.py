from typing import Any

import pytest
from inquest.contracts.errors import RetryLater
from inquest.verifier.domain.case import Recorded, case_of


def recorded(story: Any, **changes: object) -> Recorded:
    fields = {"events": story.events, "finished": story.finished, "evidence": story.evidence} | changes
    return Recorded(**fields)


def test_what_the_closed_rounds_list_sorted_by_id(story: Any, make: Any) -> None:
    story.run("s2", "collect-error-signatures", make["logged"]("s2"))
    story.run("s1", "collect-symptoms", make["slow"]("s1"))
    case = case_of(recorded(story), story.close())
    assert [step.step_id for step in case.steps] == ["s1", "s2"]
    assert [one.evidence_id for one in case.evidence] == sorted(one.evidence_id for one in story.evidence)
    assert (case.round, case.rounds, case.opened.incident_id) == (1, {"s1": 1, "s2": 1}, "inc1")


def test_events_after_the_closing_one_are_not_looked_at(story: Any, make: Any) -> None:
    story.run("s1", "collect-symptoms", make["slow"]("s1"))
    first = story.close()
    story.run("s2", "collect-error-signatures", make["logged"]("s2"), number=2)
    second = story.close(2)
    early, late = case_of(recorded(story), first), case_of(recorded(story), second)
    assert (early.round, len(early.evidence)) == (1, 1)
    assert (late.round, len(late.evidence)) == (2, 2)


def test_evidence_that_no_step_lists_is_not_evidence(story: Any, make: Any) -> None:
    story.run("s1", "collect-symptoms", make["slow"]("s1"))
    story.evidence.append(make["logged"]("s1"))
    assert len(case_of(recorded(story), story.close()).evidence) == 1


def test_one_finding_of_two_steps_counts_once_and_the_smaller_step_gives_it(story: Any, make: Any) -> None:
    story.run("s2", "collect-symptoms", make["slow"]("s2"))
    story.run("s1", "collect-symptoms", make["slow"]("s1"))
    (one,) = case_of(recorded(story), story.close()).evidence
    assert one.step_id == "s1"


@pytest.mark.parametrize("lost", ["events", "finished", "evidence"])
def test_half_of_the_record_is_no_case(story: Any, make: Any, lost: str) -> None:
    story.run("s1", "collect-symptoms", make["slow"]("s1"))
    closing = story.close()
    with pytest.raises(RetryLater, match="readable"):
        case_of(recorded(story, **{lost: []}), closing)


def test_a_history_that_does_not_begin_with_the_opening_is_refused(story: Any) -> None:
    story.events[0] = story.events[0].model_copy(update={"opened": None})
    with pytest.raises(RetryLater, match="not the opening"):
        case_of(recorded(story), story.close())


def test_a_step_that_came_too_late_stays_out_so_that_a_redelivery_repeats_the_verdict(story: Any, make: Any) -> None:
    story.run("s1", "collect-symptoms", make["slow"]("s1"))
    story.plan("s2", "collect-error-signatures")
    closing = story.close(missing=("collect-error-signatures",))
    before = case_of(recorded(story), closing)
    story.finish("s2", "collect-error-signatures", make["logged"]("s2"))
    assert case_of(recorded(story), closing) == before
    assert before.missing == ((1, "collect-error-signatures"),)
