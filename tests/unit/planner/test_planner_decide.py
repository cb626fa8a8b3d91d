from datetime import timedelta

import pytest
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import CancelInvestigation, Coverage, Focus, Limits, StartInvestigation, Window
from inquest.planner.domain import decide
from inquest.planner.domain.rounds import step_id

CANCEL = CancelInvestigation(tenant="acme", investigation_id="inv-1", reason="noise", requested_by="ann")


def by_capability(play, name):
    return next(task for task in play.state.tasks_of(play.state.round) if task.capability_id == name)


def test_a_page_opens_an_investigation_and_plans_its_first_round(build):
    play = build.opened()
    opened = play.state.opened
    assert [event.type for event in play.events] == ["opened", *["step-planned"] * 3]
    assert (opened.incident_id, opened.config_revision, opened.requested_by) == ("inc-1", 4, "bus")
    assert opened.focus == Focus(
        services=("checkout",), metric="latency_p99", fired_at=build.t0, text="checkout latency"
    )
    task = play.state.awaited()[0]
    assert task.step_id == step_id("inv-1", 1, "collect-symptoms")
    assert (task.required_outputs, task.max_latency_ms, task.round) == (("metric",), 20_000, 1)
    assert (task.window, task.baseline, task.limits) == (opened.window, opened.baseline, opened.limits)


@pytest.mark.parametrize(("severity", "priority"), [("critical", "critical"), ("high", "normal"), ("info", "normal")])
def test_critical_pages_get_critical_steps(build, severity, priority):
    play = build.opened({"severity": severity})
    assert {task.priority for task in play.state.awaited()} == {priority}


def test_only_the_fast_mode_leaves_weak_evidence_out(build):
    assert {task.quality_threshold for task in build.opened(mode="fast").state.awaited()} == {0.1}
    assert {task.quality_threshold for task in build.opened(mode="deep").state.awaited()} == {0.0}


def test_a_person_starts_one(build):
    window = Window(start=build.t0, end=build.t0 + timedelta(minutes=5))
    start = StartInvestigation(
        tenant="acme",
        investigation_id="inv-1",
        title="slow",
        focus=Focus(services=("cart",)),
        window=window,
        requested_by="ann",
    )
    opened = decide.start_requested(start, build.terms()).body
    assert (opened.window, opened.requested_by, opened.priority) == (window, "ann", "normal")
    assert opened.focus.services == ("cart",)


def test_a_round_closes_with_its_last_step(build):
    play = build.opened()
    first, second, third = play.state.awaited()
    assert play.finish(second) == ["step-finished"]
    assert play.finish(first) == ["step-finished"]
    assert play.finish(third) == ["step-finished", "round-closed"]
    closed = play.events[-1].round_closed
    assert closed.step_ids == tuple(sorted(play.state.tasks))
    assert (closed.missing, closed.reason) == ((), "all-finished")


def test_what_nobody_serves_is_missing_and_not_planned(build):
    play = build.opened(capabilities=("collect-symptoms", "read-the-tea-leaves"))
    assert [task.capability_id for task in play.state.awaited()] == ["collect-symptoms"]
    play.finish_round()
    assert play.events[-1].round_closed.missing == ("read-the-tea-leaves",)
    alone = build.opened(capabilities=("read-the-tea-leaves",))
    assert [event.type for event in alone.events] == ["opened", "round-closed"]
    assert alone.reach(band="undetermined") == ["concluded"]


def test_a_repeat_says_nothing_more(build):
    play = build.opened()
    task = play.state.awaited()[0]
    play.finish(task)
    assert play.finish(task) == []
    play.finish_round()
    play.reach()
    assert play.reach() == []


def test_a_step_that_is_not_planned_waits(build):
    play = build.opened()
    with pytest.raises(RetryLater, match="not planned"):
        play.finish(play.state.awaited()[0], step_id="other")


def test_a_likely_verdict_concludes(build):
    play = build.opened()
    play.finish_round()
    assert play.reach() == ["concluded"]
    concluded = play.state.concluded
    assert (concluded.revision, concluded.band, concluded.confidence) == (1, "likely", 0.87)
    assert concluded.summary == "checkout v1.42 shrank the pool"


@pytest.mark.parametrize("band", ["possible", "undetermined"])
def test_an_uncertain_verdict_asks_again_about_its_candidates(build, band):
    play = build.opened()
    play.finish_round()
    assert play.reach(band=band) == ["step-planned"] * 3
    task = play.state.awaited()[0]
    assert task.round == 2
    assert task.focus.entities == ("checkout", "cart", "db")
    assert task.focus.services == ("checkout",)
    assert task.baseline.start == play.state.opened.baseline.start - timedelta(seconds=7200)
    play.finish_round()
    assert play.events[-1].round_closed.round == 2
    assert play.reach(band=band, round=2, revision=2) == ["concluded"]


@pytest.mark.parametrize(
    ("status", "goes_on"), [("looked", True), ("degraded", True), ("skipped", False), ("failed", False)]
)
def test_another_round_needs_something_to_look_at(build, status, goes_on):
    play = build.opened()
    play.finish_round()
    rows = (
        Coverage(capability="collect-symptoms", interface="metrics", status=status),
        Coverage(
            capability="collect-change-risk", interface="changes", status="skipped", reason="no provider configured"
        ),
    )
    decided = play.reach(band="undetermined", coverage=rows)
    assert decided == (["step-planned"] * 3 if goes_on else ["concluded"])


@pytest.mark.parametrize(
    "limits",
    [
        Limits(rounds_max=1),
        Limits(rounds_max=2, calls_max=6),
        Limits(rounds_max=2, duration_s_max=29, step_latency_ms_max=20_000),
    ],
    ids=["rounds", "calls", "time"],
)
def test_a_limit_ends_the_rounds(build, limits):
    play = build.opened(limits=limits)
    play.finish_round()
    assert play.later(10).reach(band="possible") == ["concluded"]


def test_a_deep_investigation_goes_three_rounds(build):
    play = build.opened(limits=Limits(rounds_max=3, duration_s_max=600), mode="deep")
    for number in (1, 2):
        play.finish_round()
        assert play.reach(band="possible", round=number, revision=number) == ["step-planned"] * 3
    play.finish_round()
    assert play.reach(band="possible", round=3, revision=3) == ["concluded"]
    lengths = {task.round: task.baseline.end - task.baseline.start for task in play.state.tasks.values()}
    assert lengths == {number: timedelta(hours=2 * number) for number in (1, 2, 3)}


def test_a_verdict_of_a_round_acted_upon_is_ignored(build):
    play = build.opened()
    play.finish_round()
    play.reach(band="possible")
    assert play.reach(band="possible") == []
    assert play.reach(band="proven", revision=2) == []


def test_a_verdict_that_overtook_its_round_waits(build):
    play = build.opened()
    with pytest.raises(RetryLater, match="not closed here"):
        play.reach()
    play.finish_round()
    with pytest.raises(RetryLater, match="not closed here"):
        play.reach(round=2)


def test_a_later_verdict_is_a_revision(build):
    play = build.opened()
    play.finish_round()
    play.reach()
    assert play.reach(revision=3, band="possible") == ["concluded"]
    assert play.reach(revision=2) == []
    assert play.state.concluded.revision == 3


def test_the_rounds_deadline_closes_it_with_what_there_is(build):
    play = build.opened()
    play.finish(by_capability(play, "collect-symptoms"))
    assert play.record(decide.round_deadline(play.state, 1)) == ["round-closed"]
    closed = play.events[-1].round_closed
    assert closed.reason == "deadline"
    assert closed.missing == ("collect-error-signatures", "trace-failure-path")
    assert len(closed.step_ids) == 1
    assert decide.round_deadline(play.state, 1) == []


def test_deadlines_of_other_rounds_and_after_the_end_do_nothing(build):
    play = build.opened()
    assert decide.round_deadline(play.state, 2) == []
    play.finish_round()
    play.reach()
    assert decide.round_deadline(play.state, 1) == []
    assert decide.investigation_deadline(play.state, None) == []


def test_late_steps_close_the_round_again_and_revise_the_answer(build):
    play = build.opened()
    first, second, third = play.state.awaited()
    play.finish(first)
    play.record(decide.round_deadline(play.state, 1))
    play.reach()
    assert play.finish(second) == ["step-finished", "round-closed"]
    assert play.events[-1].round_closed.reason == "deadline"
    assert play.events[-1].round_closed.missing == (third.capability_id,)
    assert play.finish(third) == ["step-finished", "round-closed"]
    assert play.events[-1].round_closed.reason == "all-finished"
    assert play.events[-1].round_closed.step_ids == tuple(sorted(play.state.tasks))
    assert play.reach(revision=2) == ["concluded"]


def test_a_late_step_of_an_earlier_round_is_listed_by_the_next(build):
    play = build.opened()
    first, second, third = play.state.awaited()
    play.finish(first)
    play.finish(second)
    play.record(decide.round_deadline(play.state, 1))
    play.reach(band="possible")
    assert play.finish(third) == ["step-finished"]
    play.finish_round()
    assert third.step_id in play.events[-1].round_closed.step_ids
    assert first.step_id not in play.events[-1].round_closed.step_ids


def test_out_of_time_without_a_verdict(build):
    play = build.opened()
    play.finish(play.state.awaited()[0])
    assert play.record(decide.investigation_deadline(play.state, None)) == ["round-closed", "timed-out"]
    assert play.state.state == "timed-out"
    assert play.events[-1].timed_out.reason == "no verdict within 120 s"
    assert play.reach() == ["concluded"]
    assert play.state.state == "concluded"


def test_out_of_time_with_a_verdict_concludes_with_the_best_so_far(build):
    play = build.opened()
    play.finish_round()
    play.reach(band="possible")
    verdict = build.verdict(band="possible")
    assert play.record(decide.investigation_deadline(play.state, verdict)) == ["round-closed", "concluded"]
    assert play.state.concluded.band == "possible"
    assert play.reach(round=2, revision=2) == ["concluded"]


def test_out_of_time_while_the_verdict_is_awaited(build):
    play = build.opened()
    play.finish_round()
    assert play.record(decide.investigation_deadline(play.state, None)) == ["timed-out"]


def test_cancelled_records_outcomes_and_does_nothing_more(build):
    play = build.opened()
    assert play.record(decide.cancel_requested(play.state, CANCEL)) == ["cancelled"]
    assert play.state.state == "cancelled"
    assert (play.events[-1].cancelled.reason, play.events[-1].cancelled.by) == ("noise", "ann")
    assert play.finish_round() == ["step-finished"] * 3
    assert play.reach() == []
    assert decide.cancel_requested(play.state, CANCEL) == []


def test_what_has_ended_cannot_be_cancelled(build):
    play = build.opened()
    play.finish_round()
    play.reach()
    assert decide.cancel_requested(play.state, CANCEL) == []


def test_time_never_runs_backwards(build):
    play = build.opened()
    play.later(-30).finish_round()
    assert {event.at for event in play.events} == {build.t0}
