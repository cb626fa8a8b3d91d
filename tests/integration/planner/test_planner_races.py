"""Two planners on the same investigations, over a real nats-server."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime

import pytest
from inquest.bus.bus import Bus
from inquest.contracts.latest import Incident, Limits, StepFinished
from inquest.contracts.subjects import INVESTIGATION_RECORDED
from inquest.planner.adapters.histories import StreamHistories
from inquest.planner.domain import decide
from inquest.planner.domain.rounds import step_id
from inquest.planner.domain.state import fold, known
from inquest.planner.domain.terms import Terms
from inquest.planner.recorder import Recorder
from inquest.planner.service import build
from inquest.planner.settings import Settings
from inquest.testkit.fixtures import BusFactory, running, until

INVESTIGATIONS = 50
COUNTS = {"opened": 1, "step-planned": 10, "step-finished": 10, "round-closed": 2, "concluded": 1}


async def planner(bus_factory: BusFactory) -> Bus:
    bus = await bus_factory("planner")
    service = build(bus, Settings())
    for action in service.on_start:
        await action()
    return bus


@pytest.mark.slow
async def test_two_planners_share_fifty_investigations(bus_factory, others):
    others.open.set()
    planners = [await planner(bus_factory) for _ in range(2)]
    async with running(others.bus, *planners):
        ids = [await others.page(f"inc-{number}") for number in range(INVESTIGATIONS)]

        async def all_concluded() -> bool:
            return all([await others.is_in_state(one, "concluded") for one in ids])

        await until(all_concluded, timeout_s=50)
    for one in ids:
        events = await others.events(one)
        assert [event.number for event in events] == list(range(1, len(events) + 1))
        assert Counter(event.type for event in events) == COUNTS
    assert len(others.commands) == len(set(others.commands)) == 10 * INVESTIGATIONS
    assert await others.dead() == []


@pytest.mark.slow
async def test_two_planners_told_everything_at_once_decide_once(bus_factory):
    recorders = [Recorder(StreamHistories(await bus_factory("planner"), cached_max=20)) for _ in range(2)]
    capabilities = ("collect-symptoms", "collect-error-signatures", "trace-failure-path")
    ids = [f"inv-{number}" for number in range(INVESTIGATIONS)]
    at = datetime(2026, 3, 1, tzinfo=UTC)

    async def told(recorder: Recorder, one: str, order: list[str]) -> None:
        """Open, then all outcomes in this order, each again until it is taken."""
        await recorder.record("acme", one, at, lambda state: [] if state else [opened(at)])
        for capability in order:
            outcome = StepFinished(
                step_id=step_id(one, 1, capability),
                tenant="acme",
                investigation_id=one,
                capability=capability,
                status="succeeded",
                finished_at=at,
            )
            await recorder.record("acme", one, at, lambda state, o=outcome: decide.step_finished(known(state), o))

    def opened(now: datetime) -> decide.Draft:
        terms = Terms("balanced", Limits(), capabilities, 3600, 600, 7200, None, 1)
        incident = Incident(
            incident_id="inc", tenant="acme", severity="high", title="slow", opened_at=now, updated_at=now
        )
        return decide.incident_opened(incident, terms)

    rng = random.Random(7)
    await asyncio.gather(*(told(recorder, one, rng.sample(capabilities, 3)) for recorder in recorders for one in ids))
    for one in ids:
        history = await StreamHistories(recorders[0].histories.bus, cached_max=1).load("acme", one)
        stored = await recorders[0].histories.bus.read(INVESTIGATION_RECORDED, tenant="acme", investigation=one)
        events = [item.message for item in stored]
        assert fold(events) == history.state
        assert Counter(event.type for event in events) == {
            "opened": 1,
            "step-planned": 3,
            "step-finished": 3,
            "round-closed": 1,
        }
