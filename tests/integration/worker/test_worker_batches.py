"""The outcome of a step on a real server: all or nothing, and once."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta

import pytest
from inquest.bus import AlreadyRecorded, Outgoing
from inquest.bus.bus import Bus
from inquest.bus.server import NatsServer
from inquest.contracts.latest import CapabilityTask, MetricsResponse, SeriesData, ToolRequest, ToolResult, Window
from inquest.contracts.payloads import encode
from inquest.contracts.subjects import EVIDENCE_COLLECTED, STEP_FINISHED, STEP_RUN, TOOL_CALL
from inquest.contracts.topology import worker_durable
from inquest.rca.finding import Analysis, Finding
from inquest.rca.tables import Window as Span
from inquest.testkit.fixtures import BusFactory, running, until
from inquest.worker.adapters.evidence import EvidenceStream
from inquest.worker.domain.answers import Answer
from inquest.worker.domain.examine import Examined
from inquest.worker.domain.outcome import EVIDENCE_MAX, Outcome, conclude
from inquest.worker.service import build
from inquest.worker.settings import Settings

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TASK = CapabilityTask(
    step_id="s1",
    tenant="acme",
    investigation_id="i1",
    capability_id="collect-symptoms",
    window=Window(start=NOON, end=NOON + timedelta(minutes=10)),
    baseline=Window(start=NOON - timedelta(hours=1), end=NOON),
)
KEYS = {"tenant": "acme", "investigation": "i1"}
STEP = {**KEYS, "step": "s1"}
RESULT = ToolResult(call_id="c1", domain="metrics", status="ok", interface="metrics.a", provider="a", fetched_at=NOON)


def outcome(count: int, *, note: str = "") -> Outcome:
    span = Span(NOON.timestamp(), NOON.timestamp() + 600)
    findings = tuple(
        Finding("metric", f"e{n}", f"e{n} rose.", span, span.start, 0.5, {"note": note}) for n in range(count)
    )
    examined = Examined(Analysis(findings))
    return conclude(TASK, [Answer("metrics", RESULT, b"")], examined, now=NOON, wall_ms=1)


@pytest.mark.parametrize(("count", "note"), [(0, ""), (EVIDENCE_MAX + 50, ""), (100, "x" * 60_000)])
async def test_the_largest_outcomes_fit_one_atomic_batch(bus: Bus, count: int, note: str) -> None:
    one = outcome(count, note=note)
    await EvidenceStream(bus).record(TASK, one)
    stored = await bus.read(EVIDENCE_COLLECTED, **STEP)
    assert tuple(each.message.evidence_id for each in stored) == one.finished.evidence_ids
    last = await bus.last(STEP_FINISHED, **STEP)
    assert last is not None
    assert last.message == one.finished
    assert last.seq == len(stored) + 1  # nothing comes after it


async def test_workers_that_race_record_one_outcome(bus_factory: BusFactory) -> None:
    streams = [EvidenceStream(await bus_factory("worker")) for _ in range(4)]
    await asyncio.gather(*(stream.record(TASK, outcome(20 + n)) for n, stream in enumerate(streams)))
    (finished,) = await streams[0].bus.read(STEP_FINISHED, **STEP)
    stored = await streams[0].bus.read(EVIDENCE_COLLECTED, **STEP)
    assert sorted(one.message.evidence_id for one in stored) == sorted(finished.message.evidence_ids)
    assert all([await stream.is_recorded(TASK) for stream in streams])


async def test_a_refused_batch_leaves_nothing_behind(bus: Bus) -> None:
    await EvidenceStream(bus).record(TASK, outcome(1))
    late = outcome(30)
    batch = [Outgoing(EVIDENCE_COLLECTED, one, STEP) for one in late.evidence]
    with pytest.raises(AlreadyRecorded):
        await bus.publish_batch([*batch, Outgoing(STEP_FINISHED, late.finished, STEP, expect_last=0)])
    assert len(await bus.read(EVIDENCE_COLLECTED, **STEP)) == 1


async def test_two_replicas_finish_a_task_that_was_sent_twice_once(
    nats_server: NatsServer, bus_factory: BusFactory
) -> None:
    planner, gateway = await bus_factory("planner"), Bus(nats_server.url, "gateway")
    replicas = [await bus_factory("worker") for _ in range(2)]
    times = [(NOON - timedelta(hours=1)).timestamp() + 60 * minute for minute in range(70)]
    series = SeriesData(service="a", metric="p99_ms", times=times, values=[100.0] * 63 + [900.0] * 7)
    payload = encode(MetricsResponse(series=[series]))
    both = asyncio.Barrier(2)

    async def answer(request: ToolRequest) -> ToolResult:
        assert request.step_id == "s1"
        async with asyncio.timeout(10):
            await both.wait()  # neither replica has recorded yet when both are answered
        return RESULT.model_copy(update={"payload_inline": base64.b64encode(payload.data).decode()})

    gateway.reply(TOOL_CALL, answer)
    await gateway.connect()
    for replica in replicas:
        build(replica, Settings(capabilities=("collect-symptoms",)))
    async with running(*replicas):
        for _ in range(2):
            await planner.publish(
                STEP_RUN,
                TASK,
                capability=TASK.capability_id,
                priority="normal",
                tenant=TASK.tenant,
                investigation=TASK.investigation_id,
            )

        async def drained() -> bool:
            info = await planner.connection.js.consumer_info("STEPS", worker_durable(TASK.capability_id, "normal"))
            return bool(info.num_pending == 0 and info.num_ack_pending == 0)

        await until(drained)
    await gateway.close()
    assert len(await planner.read(STEP_FINISHED, **STEP)) == 1
    assert len(await planner.read(EVIDENCE_COLLECTED, **STEP)) == 1
