from collections import Counter, deque
from datetime import timedelta

from inquest.config import Config, ConfigStore
from inquest.contracts.latest import CancelInvestigation, Focus, StartInvestigation, Window
from inquest.contracts.subjects import (
    INCIDENT_OPENED,
    INVESTIGATION_CANCEL,
    INVESTIGATION_RECORDED,
    INVESTIGATION_START,
    STEP_FINISHED,
    STEP_RUN,
)
from inquest.contracts.topology import CONFIG
from inquest.planner.domain.decide import investigation_of
from inquest.telemetry.metrics import INVESTIGATIONS_ENDED

INVESTIGATION = investigation_of("acme", "inc-1")
KEYS = {"tenant": "acme", "investigation": INVESTIGATION}
PLANNER = ("incidents", "admitted", "slots", "commands", "dispatch", "steps", "verdicts", "deadlines")


def ended(state, band):
    return INVESTIGATIONS_ENDED.labels(state, band)._value.get()


async def cancel(world):
    command = CancelInvestigation(requested_by="ann", tenant="acme", investigation_id=INVESTIGATION)
    await world.bus.publish(INVESTIGATION_CANCEL, command, **KEYS)


async def test_a_page_is_investigated_and_concluded(world):
    before = ended("concluded", "likely")
    await world.page()
    assert Counter(world.types) == {
        "opened": 1,
        "step-planned": 5,
        "step-finished": 5,
        "round-closed": 1,
        "concluded": 1,
    }
    assert world.state.state == "concluded"
    assert world.state.opened.config_revision == 1
    assert world.bus.dead == []
    assert ended("concluded", "likely") == before + 1


async def test_commands_follow_recorded_decisions(world):
    await world.page(severity="critical")
    tasks = world.bus.published(STEP_RUN, priority="critical", **KEYS)
    assert {task.step_id for task in tasks} == set(world.state.tasks)
    assert sorted(world.commands) == sorted(world.state.tasks)


async def test_redelivery_of_everything_changes_nothing(world):
    world.bands = deque(["possible", "likely"])
    await world.page()
    before = list(world.events)
    for durable in PLANNER:
        await world.bus.redeliver(f"planner-{durable}")
    assert world.events == before
    assert len(world.commands) == len(set(world.commands)) == 10
    assert world.bus.dead == []


async def test_a_dispatcher_made_anew_commands_nothing_that_is_over(world):
    await world.page()
    world.bus._ids.clear()  # the server's duplicate window has passed
    world.bus.timers.clear()
    await world.bus.redeliver("planner-dispatch")
    assert len(world.bus.published(STEP_RUN)) == 5
    assert world.bus.timers == {}


async def test_an_uncertain_verdict_leads_to_a_second_round(world):
    world.bands = deque(["undetermined", "proven"])
    await world.page()
    assert world.state.round == 2
    assert [event.round_closed.round for event in world.events if event.round_closed] == [1, 2]
    assert (world.state.concluded.band, world.state.concluded.revision) == ("proven", 2)


async def test_the_rounds_deadline_goes_on_without_a_silent_worker(world):
    world.silent = {"trace-failure-path"}
    await world.page()
    assert world.state.state == "running"
    due = sorted(at for at, *_ in world.bus.timers.values())
    assert [(at - world.bus.now).total_seconds() for at in due] == [25, 120]
    await world.bus.fire_timers(until=due[0])
    await world.bus.settle()
    assert world.state.state == "concluded"
    assert world.state.closings[0].missing == ("trace-failure-path",)


async def test_a_late_step_revises_the_conclusion(world):
    world.silent = {"trace-failure-path"}
    await world.page()
    await world.bus.fire_timers()
    await world.bus.settle()
    await world.finish(world.kept[0])
    await world.bus.settle()
    assert [event.concluded.revision for event in world.events if event.concluded] == [1, 2]
    assert world.state.closings[-1].missing == ()


async def test_a_late_verdict_is_a_revision(world):
    await world.page()
    await world.judge(1, 2, "proven")
    await world.judge(1, 2, "proven")
    await world.bus.settle()
    assert world.types[-2:] == ["concluded", "concluded"]
    assert world.state.concluded.band == "proven"


async def test_no_verdict_in_time_is_timed_out_and_a_late_one_still_counts(world):
    world.bands = deque([None])
    await world.page()
    before = ended("timed-out", "")
    await world.bus.fire_timers()
    await world.bus.settle()
    assert world.state.state == "timed-out"
    assert ended("timed-out", "") == before + 1
    await world.judge(1, 1, "possible")
    await world.bus.settle()
    assert world.state.state == "concluded"


async def test_the_whole_deadline_concludes_with_the_best_verdict_so_far(world):
    world.bands = deque(["possible", None])
    await world.page()
    assert world.state.round == 2
    await world.bus.fire_timers()
    await world.bus.settle()
    assert world.state.state == "concluded"
    assert world.state.concluded.band == "possible"


async def test_cancel_records_later_outcomes_and_acts_on_none(world):
    world.silent = {"trace-failure-path", "map-blast-radius"}
    await world.page()
    await cancel(world)
    await world.bus.settle()
    for outcome in world.kept:
        await world.finish(outcome)
    await world.bus.fire_timers()
    await world.bus.settle()
    assert world.types[-3:] == ["cancelled", "step-finished", "step-finished"]
    assert world.state.state == "cancelled"
    assert world.state.closings == ()


async def test_a_cancel_of_nothing_is_given_up_and_visible(world):
    await cancel(world)
    await world.bus.settle()
    assert world.events == []
    assert [reason for _, reason in world.bus.dead] == ["no such investigation is recorded yet"]


async def test_a_person_starts_one_with_a_mode(world):
    window = Window(start=world.bus.now - timedelta(hours=1), end=world.bus.now)
    start = StartInvestigation(
        tenant="acme",
        investigation_id="by-hand",
        title="slow",
        mode="fast",
        focus=Focus(services=("cart",)),
        window=window,
        requested_by="ann",
    )
    await world.bus.publish(INVESTIGATION_START, start, tenant="acme", investigation="by-hand")
    await world.bus.settle()
    await world.bus.redeliver("planner-commands")
    opened = world.bus.published(INVESTIGATION_RECORDED, tenant="acme", investigation="by-hand")[0].opened
    assert (opened.mode, opened.limits.rounds_max, opened.window) == ("fast", 1, window)
    assert len(world.commands) == 5


async def test_a_recording_gives_the_windows(world):
    recording = {
        "pack": "/packs/one",
        "window": {"start": "2025-05-01T10:00:00Z", "end": "2025-05-01T10:30:00Z"},
    }
    config = Config.model_validate({"tenants": {"acme": {"recording": recording, "mode": "deep"}}})
    await ConfigStore(world.bus.kv(CONFIG)).apply(config, "ann", world.bus.now)
    await world.service.on_start[0]()
    await world.page()
    opened = world.state.opened
    assert opened.window.model_dump() == config.tenant("acme").recording.window.model_dump()
    assert (opened.baseline, opened.mode, opened.config_revision) == (None, "deep", 2)


async def test_a_tenant_applied_a_moment_ago_is_known(world):
    config = Config.model_validate({"tenants": {"acme": {}, "fresh": {}}})
    await ConfigStore(world.bus.kv(CONFIG)).apply(config, "ann", world.bus.now)
    await world.page(tenant="fresh")
    assert {event.tenant for event in world.bus.published(INVESTIGATION_RECORDED)} == {"fresh"}


async def test_an_unknown_tenant_is_given_up_and_visible(world):
    await world.page(tenant="nobody")
    assert world.events == []
    assert [subject for subject, _ in world.bus.dead] == [INCIDENT_OPENED.render(tenant="nobody", incident="inc-1")]
    assert "no tenant 'nobody'" in world.bus.dead[0][1]


async def test_a_history_from_a_newer_planner_is_not_decided_upon(world):
    world.silent = {"trace-failure-path"}
    await world.page()
    newer = world.events[-1].model_copy(update={"version": 2, "number": len(world.events) + 1})
    await world.bus.publish(INVESTIGATION_RECORDED, newer, **KEYS)
    await world.finish(world.kept[0])
    await world.bus.settle()
    assert world.events[-1] == newer
    assert any("newer than this planner" in reason for _, reason in world.bus.dead)


async def test_a_type_that_is_not_known_is_not_decided_upon(world):
    world.silent = {"trace-failure-path"}
    await world.page()
    foreign = world.events[-1].model_dump_json().replace('"step-finished"', '"handed-over"').encode()
    await world.bus.publish(INVESTIGATION_RECORDED, foreign, **KEYS)
    await world.finish(world.kept[0])
    await world.bus.settle()
    step = STEP_FINISHED.render(step=world.kept[0].step_id, **KEYS)
    assert [reason for subject, reason in world.bus.dead if subject == step] != []
