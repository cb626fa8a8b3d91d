"""Builders of what the verifier folds. One story: checkout slows down after a change to its pool."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from inquest.contracts.latest import (
    CapabilityTask,
    Coverage,
    Evidence,
    Focus,
    InvestigationRecorded,
    Limits,
    Opened,
    Provenance,
    RoundClosed,
    StepFinished,
    StepPlanned,
    Window,
    derive_id,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WINDOW = Window(start=NOON, end=NOON + timedelta(minutes=10))


class Story:
    """Records an investigation step by step, as planner and workers would."""

    def __init__(self) -> None:
        self.events: list[InvestigationRecorded] = []
        self.finished: list[StepFinished] = []
        self.evidence: list[Evidence] = []
        self.open_steps: list[str] = []
        opened = Opened(
            incident_id="inc1",
            title="checkout is slow",
            mode="balanced",
            priority="normal",
            limits=Limits(),
            focus=Focus(services=("checkout",), metric="latency_p99_ms", fired_at=NOON + timedelta(minutes=8)),
            window=WINDOW,
        )
        self.event("opened", opened=opened)

    def event(self, kind: str, **body: object) -> InvestigationRecorded:
        fields = {"investigation_id": "i1", "tenant": "acme", "number": len(self.events) + 1, "type": kind, "at": NOON}
        self.events.append(InvestigationRecorded.model_validate(fields | body))
        return self.events[-1]

    def plan(self, step_id: str, capability: str, *, number: int = 1) -> None:
        task = CapabilityTask(
            step_id=step_id,
            tenant="acme",
            investigation_id="i1",
            capability_id=capability,
            round=number,
            window=WINDOW,
        )
        self.event("step-planned", step_planned=StepPlanned(task=task))
        self.open_steps.append(step_id)

    def finish(
        self, step_id: str, capability: str, *evidence: Evidence, status: str = "looked", reason: str = ""
    ) -> None:
        domain = capability.rsplit("-", maxsplit=1)[-1]
        self.evidence.extend(evidence)
        self.finished.append(
            StepFinished(
                step_id=step_id,
                tenant="acme",
                investigation_id="i1",
                capability=capability,
                status="succeeded",
                evidence_ids=tuple(one.evidence_id for one in evidence),
                coverage=(
                    Coverage.model_validate(
                        {"capability": capability, "interface": domain, "status": status, "reason": reason}
                    ),
                ),
                losses=(f"{step_id} lost a line.",),
                calls=1,
                bytes_read=10,
                provider_ms=5,
                analysis_ms=3,
                wall_ms=9,
                finished_at=NOON,
            )
        )

    def run(self, step_id: str, capability: str, *evidence: Evidence, number: int = 1, status: str = "looked") -> None:
        self.plan(step_id, capability, number=number)
        self.finish(step_id, capability, *evidence, status=status, reason="" if status == "looked" else f"was {status}")

    def close(self, number: int = 1, *, missing: tuple[str, ...] = ()) -> InvestigationRecorded:
        closed = RoundClosed(
            round=number,
            step_ids=tuple(self.open_steps),
            missing=missing,
            reason="deadline" if missing else "all-finished",
        )
        self.open_steps = []
        return self.event("round-closed", round_closed=closed)


def found(
    step_id: str,
    kind: str,
    entity: str,
    statement: str,
    *,
    minute: float | None = 3,
    strength: float = 0.8,
    interface: str = "",
    **features: object,
) -> Evidence:
    capability = {"metric": "collect-symptoms", "log": "collect-error-signatures", "trace": "trace-failure-path"}
    onset = None if minute is None else NOON + timedelta(minutes=minute)
    return Evidence.model_validate(
        {
            "evidence_id": derive_id(kind, entity, statement, str(onset), str(sorted(features.items()))),
            "tenant": "acme",
            "investigation_id": "i1",
            "step_id": step_id,
            "capability": capability.get(kind, "collect-change-risk"),
            "kind": kind,
            "entity": entity,
            "statement": statement,
            "window": WINDOW,
            "onset_at": onset,
            "strength": strength,
            "features": features,
            "provenance": Provenance(
                interface=interface or f"{kind}s", provider="fake", query="q", fetched_at=NOON, payload_sha256="00"
            ),
        }
    )


def slow(step_id: str = "s1", **changes: object) -> Evidence:
    fields: dict[str, object] = {
        "detector": "metric",
        "metric": "latency_p99_ms",
        "role": "latency",
        "resource": "",
        "bad": True,
        "rising": True,
        "before": 100.0,
        "after": 1400.0,
        "effect": 20.0,
        "is_target": True,
    }
    return found(step_id, "metric", "checkout", "checkout latency_p99_ms rose to 1400.", **(fields | changes))  # type: ignore[arg-type]


def logged(step_id: str = "s2", **changes: object) -> Evidence:
    fields: dict[str, object] = {
        "detector": "template",
        "template": "pool exhausted after <*> ms",
        "example": "pool exhausted after 30 ms",
        "severity": 2.0,
        "surprise": 9.0,
        "novel": True,
        "classes": "pool",
        "count": 40.0,
        "expected": 0.0,
    }
    return found(step_id, "log", "checkout", "checkout logged it 40 times.", **(fields | changes))  # type: ignore[arg-type]


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture
def make() -> dict[str, Callable[..., Evidence]]:
    """Evidence builders by name: importlib mode keeps conftest out of reach of imports."""
    return {"found": found, "slow": slow, "logged": logged}
