"""Death and deadlines, over a real nats-server."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from inquest.config import Config, ConfigStore
from inquest.contracts.latest import Incident
from inquest.contracts.subjects import INVESTIGATION_RECORDED, STEP_RUN
from inquest.contracts.topology import CONFIG
from inquest.planner.adapters.histories import StreamHistories
from inquest.planner.dispatch import Dispatcher
from inquest.planner.domain import decide
from inquest.planner.domain.terms import Terms
from inquest.planner.service import build
from inquest.planner.settings import Settings
from inquest.testkit.fixtures import running, until

from tests.integration.planner.conftest import process

COUNTS = {"opened": 1, "step-planned": 10, "step-finished": 10, "round-closed": 2, "concluded": 1}


@pytest.mark.slow
async def test_a_killed_planner_is_resumed_by_the_next(nats_server, others, tmp_path):
    async with running(others.bus):
        async with process(nats_server, tmp_path):
            one = await others.page("inc-1")
            await until(lambda: len(others.commands) == 5)
        others.open.set()  # the outcomes come in while no planner lives
        async with process(nats_server, tmp_path):
            await until(lambda: others.is_in_state(one, "concluded"))
    assert Counter(event.type for event in await others.events(one)) == COUNTS
    assert len(others.commands) == len(set(others.commands))


async def test_a_planner_that_died_between_two_appends_is_made_good(nats_server, others, tmp_path):
    now = datetime.now(UTC)
    incident = Incident(
        incident_id="inc-1", tenant="acme", severity="high", title="slow", opened_at=now, updated_at=now
    )
    config = Config.model_validate({"tenants": {"acme": {}}})
    terms = Terms(
        "balanced", config.limits("acme", "balanced"), config.mode("balanced").capabilities, 60, 60, 60, None, 1
    )
    one = decide.investigation_of("acme", "inc-1")
    draft = decide.incident_opened(incident, terms)
    for event in decide.events_of(None, [draft], tenant="acme", investigation_id=one, at=now)[:3]:
        await others.bus.publish(INVESTIGATION_RECORDED, event, tenant="acme", investigation=one)
    others.open.set()
    async with running(others.bus), process(nats_server, tmp_path):
        await until(lambda: others.is_in_state(one, "concluded"))
    assert Counter(event.type for event in await others.events(one)) == COUNTS


@pytest.mark.slow
async def test_a_command_that_was_lost_is_sent_again(nats_server, others, tmp_path):
    async with process(nats_server, tmp_path):
        one = await others.page("inc-1")
        task = {"capability": "collect-symptoms", "priority": "normal", "tenant": "acme", "investigation": one}

        async def is_queued() -> bool:
            return await others.bus.last(STEP_RUN, **task) is not None

        await until(is_queued)
        # Gone without a trace, its id too: what a server restored from an older backup would look like.
        await others.bus.connection.js.purge_stream("STEPS")
        config = (await others.bus.connection.js.stream_info("STEPS")).config
        await others.bus.connection.js.delete_stream("STEPS")
        await others.bus.connection.js.add_stream(config)
        await until(is_queued)


async def test_the_investigations_deadline_fires_on_the_server(bus_factory, others):
    limits = {"duration_s_max": 1, "step_latency_ms_max": 500}
    config = Config.model_validate({"tenants": {"acme": {}}, "modes": {"balanced": {"limits": limits}}})
    await ConfigStore(others.bus.kv(CONFIG)).apply(config, "ann", datetime.now(UTC))
    planner = await bus_factory("planner")
    for action in build(planner, Settings()).on_start:
        await action()
    async with running(planner):  # no worker, no verifier
        one = await others.page("inc-1")
        await until(lambda: others.is_in_state(one, "timed-out"))
    last = (await others.events(one))[-2:]
    assert [event.type for event in last] == ["round-closed", "timed-out"]
    assert len(last[0].round_closed.missing) == 5
    state = await others.state(one)
    assert state is not None
    assert timedelta(0) <= state.at - state.opened_at < timedelta(seconds=10)


async def test_a_deadline_set_in_the_past_fires_at_once(bus_factory, others):
    planner = await bus_factory("planner")
    for action in build(planner, Settings()).on_start:
        await action()
    async with running(planner):
        one = await others.page("inc-1")

        async def is_planned() -> bool:
            state = await others.state(one)
            return state is not None and len(state.tasks) == 5

        async def is_closed() -> bool:
            state = await others.state(one)
            return state is not None and state.round_is_closed

        await until(is_planned)
        state = await others.state(one)
        assert state is not None
        long_ago = replace(state, round_at=state.round_at - timedelta(minutes=10))
        await Dispatcher(planner, StreamHistories(planner, 1)).arm_round(long_ago)
        await until(is_closed)
    assert (await others.events(one))[-1].round_closed.reason == "deadline"


@pytest.mark.slow
async def test_a_killed_server_loses_no_investigation(nats_server, bus_factory, others):
    planner = await bus_factory("planner")
    for action in build(planner, Settings()).on_start:
        await action()
    async with running(others.bus, planner):
        ids = [await others.page(f"inc-{number}") for number in range(5)]
        await until(lambda: len(others.commands) >= 10)
        nats_server.kill()
        await nats_server.wait()
        others.open.set()
        await nats_server.start()

        async def all_concluded() -> bool:
            return all([await others.is_in_state(one, "concluded") for one in ids])

        await until(all_concluded, timeout_s=50)
    for one in ids:
        assert Counter(event.type for event in await others.events(one)) == COUNTS
