"""A limit that is reached ends the investigation with what there is, and says so."""

import pytest
from inquest.contracts.latest import CapabilityTask, LimitReached, Limits, Share
from inquest.planner.domain import decide
from inquest.planner.domain.stops import stops_of


def opened(build, **limits):
    return build.opened(limits=Limits(**({"rounds_max": 3} | limits)))


def reached(what, spent, limit, **more):
    return LimitReached(scope="run", what=what, spent=spent, limit=limit, **more)


@pytest.mark.parametrize(
    ("limits", "spent", "stopped"),
    [
        ({"calls_max": 4}, {"calls": 4}, reached("calls", 4, 4)),
        ({"bytes_max": 1000}, {"bytes_read": 1200}, reached("bytes", 1200, 1000)),
        ({"tokens_max": 50}, {"tokens": 50}, reached("tokens", 50, 50)),
        ({"call_s_max": 2}, {"call_ms": 2500.0}, reached("call-time", 2.5, 2)),
    ],
)
def test_what_is_spent_leaves_nothing_for_another_round(build, limits, spent, stopped):
    play = opened(build, **limits)
    first, *others = play.state.awaited()
    play.finish(first, **({"calls": 0} | spent))
    for task in others:
        play.finish(task, calls=0)
    assert play.reach(band="undetermined") == ["concluded"]
    assert play.state.concluded.stopped_by == (stopped,)


def test_with_something_left_there_is_another_round(build):
    play = opened(build, calls_max=40, tokens_max=50, call_s_max=20)
    play.finish_round()
    assert stops_of(play.state, play.at) == ()
    assert set(play.reach(band="undetermined")) == {"step-planned"}


def test_a_sure_answer_is_not_stopped_by_what_is_spent(build):
    play = opened(build, calls_max=1)
    play.finish_round()
    play.reach(band="likely")
    assert play.state.concluded.stopped_by == ()


def test_calls_that_were_refused_end_it_whatever_was_counted(build):
    play = opened(build)
    refused = reached("calls", 60, 60)
    quota = LimitReached(scope="tenant", what="calls", spent=9, limit=9, window="hour")
    for task in play.state.awaited():
        play.finish(task, limits_reached=(refused, quota))
    assert play.reach(band="possible") == ["concluded"]
    assert play.state.concluded.stopped_by == (refused, quota)


def test_a_capability_whose_limit_is_reached_is_not_asked_again_and_stops_no_other(build):
    play = opened(build)
    first, *others = play.state.awaited()
    own = LimitReached(scope="capability", name=first.capability_id, what="calls", spent=2, limit=2)
    play.finish(first, limits_reached=(own,))
    for task in others:
        play.finish(task)
    play.reach(band="undetermined", stopped_by=(own,))
    asked = {task.capability_id for task in play.state.tasks_of(2)}
    assert asked == {task.capability_id for task in others}


def test_the_time_of_the_whole_closes_the_round_and_is_told(build):
    play = opened(build, duration_s_max=30, step_latency_ms_max=5000)
    play.later(30).record(decide.investigation_deadline(play.state, None))
    up = reached("duration", 30, 30)
    assert play.state.closings[-1].stopped_by == (up,)
    assert play.reach(band="possible", stopped_by=(up,)) == ["concluded"]
    assert play.state.concluded.stopped_by == (up,)


def test_too_little_time_for_another_round_is_told(build):
    play = opened(build, duration_s_max=30, step_latency_ms_max=20_000)
    play.later(12).finish_round()
    assert play.reach(band="undetermined") == ["concluded"]
    (stopped,) = play.state.concluded.stopped_by
    assert (stopped.what, stopped.spent, stopped.limit) == ("duration", 12, 30)


def test_tasks_carry_the_limits_of_their_parts(build):
    share = Share(scope="provider", name="loki", calls_max=3)
    play = build.opened(shares=(share,), profile="night", limits_from={"calls_max": "this run"})
    assert play.state.opened.limits_from == {"calls_max": "this run"}
    tasks: list[CapabilityTask] = list(play.state.tasks.values())
    assert tasks
    assert {task.shares for task in tasks} == {(share,)}
