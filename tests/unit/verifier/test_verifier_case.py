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


def test_a_step_that_came_too_late_stays_out_until_its_round_is_closed_again(story: Any, make: Any) -> None:
    story.run("s1", "collect-symptoms", make["slow"]("s1"))
    first = story.close(missing=("collect-error-signatures",))
    before = case_of(recorded(story), first)
    story.run("s2", "collect-error-signatures", make["logged"]("s2"))
    assert case_of(recorded(story), first) == before
    assert before.missing == ((1, "collect-error-signatures"),)
    after = case_of(recorded(story), story.close())
    assert (len(after.evidence), after.missing, after.round) == (2, (), 1)


def test_a_step_of_an_earlier_round_keeps_its_round(story: Any, make: Any) -> None:
    story.plan("s1", "collect-symptoms")
    story.open_steps = []
    story.close(missing=("collect-symptoms",))
    story.run("s2", "collect-symptoms", number=2)
    story.finish("s1", "collect-symptoms", make["slow"]("s1"))
    story.open_steps.append("s1")
    assert case_of(recorded(story), story.close(2)).rounds == {"s1": 1, "s2": 2}
