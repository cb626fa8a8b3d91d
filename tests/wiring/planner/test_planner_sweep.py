"""What is lost between two services is found again. Each test loses one thing."""

from dataclasses import replace

import pytest
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import StepFinished
from inquest.contracts.subjects import (
    DEADLINE_REACHED,
    INCIDENT_OPENED,
    INVESTIGATION_RECORDED,
    STEP_RUN,
    TIMER_SET,
    VERDICT_REACHED,
)
from inquest.contracts.topology import BUDGET_DEFAULTS
from inquest.planner.adapters.configuration import AppliedConfiguration
from inquest.planner.adapters.histories import StreamHistories
from inquest.planner.dispatch import Dispatcher
from inquest.planner.domain import decide
from inquest.planner.recorder import Recorder
from inquest.planner.sweep import Sweep


@pytest.fixture
def sweep(world):
    """A sweep of its own, over the same bus as the planner's."""
    histories = StreamHistories(world.bus, cached_max=2)

    def now_s() -> float:
        return world.bus.now.timestamp()

    return Sweep(
        world.bus,
        histories,
        Recorder(histories),
        Dispatcher(world.bus, histories),
        interval_s=0.001,
        stale_s=20,
        looked_at_max=10,
        now_s=now_s,
    )


async def later(world, sweep, seconds):
    """Let a sweep see how things are, and again after so many seconds in which nothing happened."""
    await sweep.sweep()
    world.later(seconds)


def lose(world, *durables):
    """Stop the planner's durables: what they would have been told is lost."""
    world.bus._queues = [queue for queue in world.bus._queues if queue.consumer.durable not in durables]


async def test_what_is_fresh_is_left_alone(world, sweep):
    world.silent = {"trace-failure-path"}
    await world.page()
    await later(world, sweep, 19)
    assert await sweep.sweep() == 0


async def test_what_moves_is_left_alone_whatever_its_times_say(world, sweep):
    world.silent = {"trace-failure-path", "map-blast-radius"}
    await world.page()
    await later(world, sweep, 30)
    await world.finish(world.kept[0].model_copy(update={"finished_at": world.bus.now.replace(year=2020)}))
    await world.bus.settle()
    assert await sweep.sweep() == 0  # something was added since the last look, though dated long ago
    world.later(30)
    assert await sweep.sweep() == 1


async def test_what_has_ended_is_looked_at_once(world, sweep):
    await world.page()
    await later(world, sweep, 30)
    before = world.events
    assert await sweep.sweep() == 0
    assert len(sweep._ended) == 1
    assert await sweep.sweep() == 0
    assert world.events == before


async def test_lost_commands_and_timers_are_sent_again(world, sweep):
    lose(world, "planner-dispatch")
    await world.page()
    assert world.bus.published(STEP_RUN) == []
    assert world.bus.timers == {}
    await later(world, sweep, 30)
    assert await sweep.sweep() == 1
    assert len(world.bus.timers) == 2
    await world.bus.settle()
    assert world.state.state == "concluded"
    assert len(world.commands) == 5


async def test_a_command_that_is_still_queued_is_not_sent_again(world, sweep):
    world.silent = {"trace-failure-path"}
    await world.page()
    await later(world, sweep, 30)
    world.bus._ids.clear()  # the server's duplicate window has passed
    assert await sweep.sweep() == 1
    assert len(world.bus.published(STEP_RUN)) == 5


async def test_timers_are_set_for_the_time_they_were_due(world, sweep):
    world.silent = {"trace-failure-path"}
    await world.page()
    before = {key: at for key, (at, *_) in world.bus.timers.items()}
    world.bus.timers.clear()
    await later(world, sweep, 30)
    await sweep.sweep()
    after = {key: at for key, (at, *_) in world.bus.timers.items()}
    assert after == before
    assert TIMER_SET.render(tenant="acme", investigation=world.state.investigation_id, timer="round-1") in after
    await world.bus.fire_timers(until=world.bus.now)
    await world.bus.settle()
    assert len(world.bus.published(DEADLINE_REACHED)) == 1
    assert world.state.state == "concluded"


async def test_outcomes_that_never_reached_the_history_are_taken_in(world, sweep):
    lose(world, "planner-steps")
    await world.page()
    assert "step-finished" not in world.types
    await later(world, sweep, 30)
    await sweep.sweep()
    await world.bus.settle()
    assert world.state.state == "concluded"
    assert len(world.state.finished) == 5


async def test_a_verdict_that_never_reached_the_history_is_taken_in(world, sweep):
    lose(world, "planner-verdicts")
    await world.page()
    assert world.state.state == "running"
    await later(world, sweep, 30)
    assert await sweep.sweep() == 0
    assert world.state.state == "concluded"


async def test_a_verdict_of_an_earlier_round_is_not_taken_for_the_newest(world, sweep):
    world.bands.clear()
    world.bands.extend(["possible", None])
    world.silent = {"trace-failure-path"}
    await world.page()
    await world.finish(world.kept[0])
    await world.bus.settle()
    assert world.state.round == 2
    assert len(world.bus.published(VERDICT_REACHED)) == 1
    await later(world, sweep, 30)
    assert await sweep.sweep() == 1
    assert world.state.state == "running"


async def test_a_decision_cut_short_is_completed(world, sweep):
    lose(world, "planner-incidents")
    await world.page()
    incident = (await world.bus.last(INCIDENT_OPENED, tenant="acme", incident="inc-1")).message
    cache = world.service.on_start[0].__self__
    draft = decide.incident_opened(
        incident, await AppliedConfiguration(cache, world.bus.kv(BUDGET_DEFAULTS)).terms("acme")
    )
    investigation = decide.investigation_of("acme", "inc-1")
    keys = {"tenant": "acme", "investigation": investigation}
    events = decide.events_of(None, [draft], tenant="acme", investigation_id=investigation, at=world.bus.now)
    for event in events[:3]:
        await world.bus.publish(INVESTIGATION_RECORDED, event, **keys)
    await later(world, sweep, 30)
    await sweep.sweep()
    await world.bus.settle()
    assert world.state.state == "concluded"
    assert len(world.state.tasks) == 5


async def test_a_history_that_cannot_be_read_does_not_stop_the_others(world, sweep):
    world.silent = {"trace-failure-path"}
    await world.page()
    foreign = world.events[0].model_copy(update={"number": 7})
    await world.bus.publish(INVESTIGATION_RECORDED, foreign, tenant="acme", investigation="a-broken-one")
    await later(world, sweep, 30)
    assert await sweep.sweep() == 1


async def test_what_is_remembered_as_ended_is_bounded(world, sweep, monkeypatch):
    monkeypatch.setattr("inquest.planner.sweep.ENDED_MAX", 1)
    await world.page()
    await world.page(incident_id="inc-2")
    await later(world, sweep, 200)
    await sweep.sweep()
    await world.bus.fire_timers()
    await world.bus.settle()
    await sweep.sweep()
    assert len(sweep._ended) == 1


async def test_a_sweep_is_bounded(world, sweep):
    lose(world, "planner-dispatch")
    await world.page()
    opened = world.events[0]
    for name in ("inv-a", "inv-b"):
        event = opened.model_copy(update={"investigation_id": name})
        await world.bus.publish(INVESTIGATION_RECORDED, event, tenant="acme", investigation=name)
    await later(world, sweep, 30)
    seen = []
    sweep.looked_at_max = 2
    for looked_at in (2, 1):
        assert await sweep.sweep() == looked_at
        seen += [key for key in world.bus.timers if key.endswith(".investigation")]
        world.bus.timers.clear()
    assert len(set(seen)) == 3


async def test_the_loop_outlives_a_fault_of_the_bus(sweep):
    class Done(Exception):
        pass

    class Faulty:
        tries = 0

        async def subjects(self, *_, **__):
            self.tries += 1
            if self.tries == 3:
                raise Done
            raise RetryLater("nats-server is away")

    faulty = Faulty()
    with pytest.raises(Done):
        await replace(sweep, bus=faulty).run()
    assert faulty.tries == 3


async def test_an_unplanned_outcome_is_left_to_its_own_delivery(world, sweep):
    world.silent = {"trace-failure-path"}
    await world.page()
    stray = StepFinished(**(world.kept[0].model_dump() | {"step_id": "never-planned"}))
    lose(world, "planner-steps")
    await world.finish(stray)
    await later(world, sweep, 30)
    assert await sweep.sweep() == 1
    assert "never-planned" not in world.state.finished
