import pytest
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import Ended, InvestigationRecorded
from inquest.planner.domain.state import UnreadableHistory, apply, fold
from pydantic import ValidationError


def test_no_events_are_no_state():
    assert fold([]) is None


def test_opened_and_planned_steps_are_running(build):
    play = build.opened()
    state = play.state
    assert [event.number for event in play.events] == [1, 2, 3, 4]
    assert state.state == "running"
    assert state.round == 1
    assert [task.capability_id for task in state.awaited()] == list(build.capabilities)
    assert fold(play.events[:1]).state == "planned"


def test_outcomes_closing_and_conclusion_are_folded(build):
    play = build.opened()
    play.finish_round()
    assert play.state.calls == 6
    assert play.state.round_is_closed
    assert not play.state.unlisted
    play.reach()
    assert play.state.state == "concluded"
    assert play.state.concluded.verdict_id == "v-1-1"


@pytest.mark.parametrize("kept", [slice(1, None), slice(2, None)])
def test_a_history_that_does_not_start_at_one_refuses(build, kept):
    with pytest.raises(UnreadableHistory, match="1 was expected"):
        fold(build.opened().events[kept])


def test_a_gap_and_a_repeat_refuse(build):
    events = build.opened().events
    with pytest.raises(UnreadableHistory, match="event 4 follows, 3 was expected"):
        fold([*events[:2], events[3]])
    with pytest.raises(UnreadableHistory, match="event 2 follows, 3 was expected"):
        fold([*events[:2], events[1]])


def test_refusing_means_retry_later():
    assert issubclass(UnreadableHistory, RetryLater)


def test_a_newer_version_refuses(build):
    events = build.opened().events
    newer = events[1].model_copy(update={"version": 2})
    with pytest.raises(UnreadableHistory, match="newer than this planner"):
        fold([events[0], newer])


def test_an_unknown_type_never_becomes_an_event(build):
    wire = build.opened().events[1].model_dump() | {"type": "escalated-to-a-model"}
    with pytest.raises(ValidationError):
        InvestigationRecorded.model_validate(wire)
    forged = build.opened().events[1].model_copy(update={"type": "escalated-to-a-model"})
    with pytest.raises(UnreadableHistory, match="newer than this planner"):
        fold([build.opened().events[0], forged])


def test_a_body_must_be_the_one_its_type_names(build):
    events = build.opened().events
    for wrong in ({"step_planned": None}, {"cancelled": Ended(reason="both")}):
        with pytest.raises(UnreadableHistory, match="carries"):
            fold([events[0], events[1].model_copy(update=wrong)])


def test_opened_comes_first_and_once(build):
    events = build.opened().events
    with pytest.raises(UnreadableHistory, match="cannot be 'opened'"):
        apply(fold(events[:1]), events[0].model_copy(update={"number": 2}))
    with pytest.raises(UnreadableHistory, match="cannot be 'step-planned'"):
        apply(None, events[1].model_copy(update={"number": 1}))


@pytest.mark.parametrize("foreign", [{"investigation_id": "inv-2"}, {"tenant": "other"}])
def test_an_event_of_another_history_refuses(build, foreign):
    events = build.opened().events
    with pytest.raises(UnreadableHistory, match="is of"):
        fold([events[0], events[1].model_copy(update=foreign)])
