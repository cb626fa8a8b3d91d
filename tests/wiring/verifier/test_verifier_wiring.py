"""The verifier over the bus in memory: one verdict per closed round, appended once."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from inquest.bus import Published
from inquest.contracts.errors import Conflict, RetryLater
from inquest.contracts.latest import (
    CapabilityTask,
    Coverage,
    Evidence,
    Focus,
    InvestigationRecorded,
    Limits,
    Message,
    Opened,
    Provenance,
    RoundClosed,
    StepFinished,
    StepPlanned,
    ToolCall,
    Verdict,
    Window,
)
from inquest.contracts.subjects import (
    EVIDENCE_COLLECTED,
    INVESTIGATION_RECORDED,
    STEP_FINISHED,
    TOOL_CALLED,
    VERDICT_REACHED,
    Subject,
)
from inquest.testkit.memory import MemoryBus
from inquest.verifier.adapters.streams import APPENDS_MAX, VerdictStream
from inquest.verifier.service import build
from inquest.verifier.settings import Settings

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WINDOW = Window(start=NOON, end=NOON + timedelta(minutes=10))


async def record(bus: MemoryBus, number: int, kind: str, **body: object) -> None:
    fields = {"investigation_id": "i1", "tenant": "acme", "number": number, "type": kind, "at": NOON}
    await bus.publish(
        INVESTIGATION_RECORDED, InvestigationRecorded.model_validate(fields | body), tenant="acme", investigation="i1"
    )


async def investigate(bus: MemoryBus, *, number: int = 1, first: int = 1) -> None:
    """Record one round with one step, as planner, worker and gateway would."""
    step = f"s{number}"
    if first == 1:
        opened = Opened(
            incident_id="inc1",
            title="slow",
            mode="fast",
            priority="normal",
            limits=Limits(),
            focus=Focus(services=("checkout",)),
            window=WINDOW,
        )
        await record(bus, 1, "opened", opened=opened)
    task = CapabilityTask(
        step_id=step,
        tenant="acme",
        investigation_id="i1",
        capability_id="collect-symptoms",
        round=number,
        window=WINDOW,
    )
    await record(bus, first + 1, "step-planned", step_planned=StepPlanned(task=task))
    await bus.publish(EVIDENCE_COLLECTED, evidence(step), step=step, tenant="acme", investigation="i1")
    await bus.publish(STEP_FINISHED, finished(step), step=step, tenant="acme", investigation="i1")
    closed = RoundClosed(round=number, step_ids=(step,), reason="all-finished")
    await record(bus, first + 2, "round-closed", round_closed=closed)


def evidence(step: str) -> Evidence:
    return Evidence(
        evidence_id=f"e-{step}",
        tenant="acme",
        investigation_id="i1",
        step_id=step,
        capability="collect-symptoms",
        kind="metric",
        entity="checkout",
        statement="checkout rose.",
        window=WINDOW,
        onset_at=NOON,
        strength=0.9,
        features={"detector": "metric", "metric": "latency", "role": "latency", "bad": True, "rising": True},
        provenance=Provenance(
            interface="metrics", provider="fake", query="q", fetched_at=NOON, payload_sha256="00", size_bytes=5
        ),
    )


def finished(step: str) -> StepFinished:
    return StepFinished(
        step_id=step,
        tenant="acme",
        investigation_id="i1",
        capability="collect-symptoms",
        status="succeeded",
        evidence_ids=(f"e-{step}",),
        coverage=(Coverage(capability="collect-symptoms", interface="metrics", status="looked"),),
        calls=1,
        finished_at=NOON,
    )


def verdicts(bus: MemoryBus) -> list[Verdict]:
    return bus.published(VERDICT_REACHED)


async def test_a_closed_round_becomes_a_verdict(memory_bus: MemoryBus) -> None:
    build(memory_bus, Settings())
    call = ToolCall(
        call_id="c1",
        tenant="acme",
        investigation_id="i1",
        step_id="s1",
        domain="metrics",
        status="ok",
        repeated=True,
        called_at=NOON,
    )
    await memory_bus.publish(TOOL_CALLED, call, tenant="acme", investigation="i1")
    await investigate(memory_bus)
    await memory_bus.settle()
    (verdict,) = verdicts(memory_bus)
    assert memory_bus.errors == []
    assert (verdict.revision, verdict.round, verdict.incident_id) == (1, 1, "inc1")
    assert verdict.evidence_ids == ("e-s1",)
    assert verdict.spend.repeated_calls == 1
    assert verdict.timings.fold_ms > 0


async def test_a_redelivery_appends_nothing(memory_bus: MemoryBus) -> None:
    build(memory_bus, Settings())
    await investigate(memory_bus)
    await memory_bus.settle()
    await memory_bus.redeliver("verifier-rounds")
    assert len(verdicts(memory_bus)) == 1


async def test_a_second_round_is_the_next_revision_and_a_late_first_one_comes_to_nothing(
    memory_bus: MemoryBus,
) -> None:
    build(memory_bus, Settings())
    await investigate(memory_bus)
    await memory_bus.settle()
    await investigate(memory_bus, number=2, first=3)
    await memory_bus.settle()
    first, second = verdicts(memory_bus)
    assert (second.revision, second.round, second.evidence_ids) == (2, 2, ("e-s1", "e-s2"))
    stale = first.model_copy(update={"verdict_id": "other"})
    assert await VerdictStream(memory_bus).append(stale) is False
    await memory_bus.redeliver("verifier-rounds")
    assert len(verdicts(memory_bus)) == 2


async def test_a_round_whose_evidence_is_not_readable_yet_is_retried(memory_bus: MemoryBus) -> None:
    build(memory_bus, Settings())
    task = CapabilityTask(
        step_id="s1", tenant="acme", investigation_id="i1", capability_id="collect-symptoms", window=WINDOW
    )
    await record(memory_bus, 2, "step-planned", step_planned=StepPlanned(task=task))
    closed = RoundClosed(round=1, step_ids=("s1",), reason="all-finished")
    await record(memory_bus, 3, "round-closed", round_closed=closed)
    await memory_bus.settle()
    assert verdicts(memory_bus) == []
    assert {type(error) for error in memory_bus.errors} == {RetryLater}
    assert len(memory_bus.dead) == 1


class Busy(MemoryBus):
    """Somebody else always writes first."""

    tries = 0

    async def publish(
        self,
        subject: Subject,
        message: Message | bytes,
        *,
        msg_id: str | None = None,
        expect_last: int | None = None,
        headers: Mapping[str, str] | None = None,
        **keys: str,
    ) -> Published:
        del subject, message, msg_id, expect_last, headers, keys
        self.tries += 1
        raise Conflict("lost")


async def test_races_are_bounded() -> None:
    bus = Busy()
    verdict = Verdict(
        verdict_id="v1",
        tenant="acme",
        investigation_id="i1",
        incident_id="inc1",
        revision=1,
        round=1,
        reached_at=NOON,
        headline="x",
        band="possible",
        confidence=0.5,
    )
    with pytest.raises(Conflict, match="races in a row"):
        await VerdictStream(bus).append(verdict)
    assert bus.tries == APPENDS_MAX


async def test_an_archived_investigation_is_not_judged_again(memory_bus: MemoryBus) -> None:
    build(memory_bus, Settings())
    await investigate(memory_bus)
    await memory_bus.settle()
    (verdict,) = verdicts(memory_bus)
    concluded = {
        "verdict_id": verdict.verdict_id,
        "revision": 1,
        "band": verdict.band,
        "confidence": verdict.confidence,
        "summary": verdict.headline,
    }
    await record(memory_bus, 4, "concluded", concluded=concluded)
    closing = memory_bus.published(INVESTIGATION_RECORDED)[2]
    last = await memory_bus.last(INVESTIGATION_RECORDED, tenant="acme", investigation="i1")
    assert last is not None
    await memory_bus.purge(INVESTIGATION_RECORDED, below_seq=last.seq, tenant="acme", investigation="i1")
    await memory_bus.purge(VERDICT_REACHED, below_seq=last.seq, tenant="acme", investigation="i1")
    await memory_bus.publish(INVESTIGATION_RECORDED, closing, tenant="acme", investigation="i1")
    await memory_bus.settle()
    assert (verdicts(memory_bus), memory_bus.dead) == ([], [])
