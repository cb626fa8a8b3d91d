"""Many writers on the same investigations while each of three nats-servers is killed in turn, the leader first."""

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from inquest.bus.bus import Bus
from inquest.bus.topology import stream_config
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import Incident, Limits, StepFinished
from inquest.contracts.streams import STREAMS
from inquest.contracts.subjects import INVESTIGATION_RECORDED
from inquest.planner.adapters.histories import StreamHistories
from inquest.planner.domain import decide
from inquest.planner.domain.rounds import step_id
from inquest.planner.domain.state import fold, known
from inquest.planner.domain.terms import Terms
from inquest.planner.recorder import Recorder
from inquest.testkit.cluster import cluster, when_formed
from inquest.testkit.fixtures import until

STREAM = "INVESTIGATIONS"
CAPABILITIES = ("collect-symptoms", "collect-error-signatures", "trace-failure-path")
COUNTS = {"opened": 1, "step-planned": 3, "step-finished": 3, "round-closed": 1}
AT = datetime(2026, 3, 1, tzinfo=UTC)


async def patiently(attempt):
    """Do what every handler's redelivery does: try again while the servers are busy with themselves."""
    while True:
        try:
            return await attempt()
        except RetryLater:
            await asyncio.sleep(0.1)


async def record(recorder, one, decision):
    return await patiently(lambda: recorder.record("acme", one, AT, decision))


async def tell(recorder, one, order):
    """Open an investigation and tell all outcomes, each until it is taken."""
    terms = Terms("balanced", Limits(), CAPABILITIES, 3600, 600, 7200, None, 1)
    incident = Incident(incident_id="inc", tenant="acme", severity="high", title="slow", opened_at=AT, updated_at=AT)
    draft = decide.incident_opened(incident, terms)
    await record(recorder, one, lambda state: [] if state else [draft])
    for capability in order:
        outcome = StepFinished(
            step_id=step_id(one, 1, capability),
            tenant="acme",
            investigation_id=one,
            capability=capability,
            status="succeeded",
            finished_at=AT,
        )
        await record(recorder, one, lambda state, o=outcome: decide.step_finished(known(state), o))


@pytest.mark.slow
@pytest.mark.timeout(180)
async def test_killed_nodes_lose_no_event_and_let_no_race_be_won_twice(tmp_path):
    dice = random.Random(3)
    async with cluster(tmp_path) as nodes, AsyncExitStack() as stack:
        buses = []
        for node in [*nodes.nodes.values()] * 2:
            bus = Bus(node.url, "planner")
            await bus.connect()
            stack.push_async_callback(bus.close)
            buses.append(bus)
        await when_formed(nodes.url)
        (row,) = [row for row in STREAMS if row.name == STREAM]
        await buses[0].connection.js.add_stream(stream_config(row, 3))
        told: set[str] = set()
        over = asyncio.Event()

        async def write(number):
            """Take one investigation after the other with all the writers at once, until the killing is over."""
            turn = 0
            while not over.is_set():
                one = f"inv-{number}-{turn}"
                turn += 1
                recorders = [Recorder(StreamHistories(bus, cached_max=20)) for bus in buses]
                await asyncio.gather(*(tell(r, one, dice.sample(CAPABILITIES, 3)) for r in recorders))
                told.add(one)

        writing = [asyncio.create_task(write(number)) for number in range(2)]
        killed = []
        while len(killed) < len(nodes.nodes):
            await until(lambda: nodes.is_ready(buses[0], STREAM), 60)
            leader = await nodes.leader(buses[0], STREAM)
            before = len(told)
            node = leader if leader not in killed else next(n for n in nodes.nodes.values() if n not in killed)
            await node.kill()
            killed.append(node)
            await until(lambda count=before: len(told) > count, 60)  # two of three go on
            await node.start()
        over.set()
        await asyncio.gather(*writing)
        await until(lambda: nodes.is_ready(buses[0], STREAM), 60)
        assert len(told) >= len(killed)
        for one in told:
            stored = await patiently(lambda one=one: buses[0].read(INVESTIGATION_RECORDED, investigation=one))
            events = [item.message for item in stored]
            assert [event.number for event in events] == list(range(1, len(events) + 1))
            assert Counter(event.type for event in events) == COUNTS
            assert fold(events) is not None
