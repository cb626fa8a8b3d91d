from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from inquest.contracts.latest import (
    CapabilityTask,
    Cause,
    Coverage,
    Hypothesis,
    Incident,
    InvestigationRecorded,
    Limits,
    StepFinished,
    Verdict,
)
from inquest.planner.domain import decide
from inquest.planner.domain.state import Investigation, apply, fold
from inquest.planner.domain.terms import Terms

T0 = datetime(2026, 3, 1, 14, 3, tzinfo=UTC)
CAPABILITIES = ("collect-symptoms", "collect-error-signatures", "trace-failure-path")


@dataclass
class Play:
    """One investigation in plain values: inputs in, events out, time given."""

    events: list[InvestigationRecorded]
    at: datetime = T0

    @property
    def state(self) -> Investigation:
        found = fold(self.events)
        assert found is not None
        return found

    def record(self, drafts: Sequence[decide.Draft]) -> list[str]:
        """Append what the drafts and the history demand; return the types of the new events."""
        state = fold(self.events)
        new = decide.events_of(state, drafts, tenant="acme", investigation_id="inv-1", at=self.at)
        self.events += new
        return [event.type for event in new]

    def finish(self, task: CapabilityTask, **changes: Any) -> list[str]:
        return self.record(decide.step_finished(self.state, Builders.outcome(task, **changes)))

    def finish_round(self) -> list[str]:
        return [type_ for task in self.state.awaited() for type_ in self.finish(task)]

    def reach(self, **changes: Any) -> list[str]:
        return self.record(decide.verdict_reached(self.state, Builders.verdict(**changes), self.at))

    def later(self, seconds: float) -> "Play":
        self.at += timedelta(seconds=seconds)
        return self


class Builders:
    """Plain values with sensible defaults."""

    t0 = T0
    capabilities = CAPABILITIES

    @staticmethod
    def terms(**changes: Any) -> Terms:
        fields: dict[str, Any] = {
            "mode": "balanced",
            "limits": Limits(rounds_max=2, step_latency_ms_max=20_000, duration_s_max=120),
            "capabilities": CAPABILITIES,
            "lookback_s": 3600,
            "after_s": 600,
            "baseline_s": 7200,
            "recording": None,
            "revision": 4,
        }
        return Terms(**(fields | changes))

    @staticmethod
    def incident(**changes: Any) -> Incident:
        fields: dict[str, Any] = {
            "incident_id": "inc-1",
            "tenant": "acme",
            "severity": "high",
            "title": "checkout latency",
            "services": ("checkout",),
            "opened_at": T0,
            "updated_at": T0,
            "metric": "latency_p99",
        }
        return Incident(**(fields | changes))

    @staticmethod
    def outcome(task: CapabilityTask, **changes: Any) -> StepFinished:
        fields: dict[str, Any] = {
            "step_id": task.step_id,
            "tenant": task.tenant,
            "investigation_id": task.investigation_id,
            "capability": task.capability_id,
            "status": "succeeded",
            "evidence_ids": (f"e-{task.round}-{task.capability_id}",),
            "calls": 2,
            "finished_at": T0 + timedelta(seconds=3),
        }
        return StepFinished(**(fields | changes))

    @staticmethod
    def verdict(**changes: Any) -> Verdict:
        fields: dict[str, Any] = {
            "tenant": "acme",
            "investigation_id": "inv-1",
            "incident_id": "inc-1",
            "revision": 1,
            "round": 1,
            "reached_at": T0 + timedelta(seconds=4),
            "headline": "checkout v1.42 shrank the pool",
            "band": "likely",
            "confidence": 0.87,
            "coverage": (Coverage(capability="collect-symptoms", interface="metrics", status="looked"),),
            "hypotheses": tuple(
                Hypothesis(cause=Cause(kind="change", entity=entity), mechanism="m", confidence=0.5)
                for entity in ("checkout", "cart", "checkout", "db", "cache")
            ),
        }
        fields |= changes
        return Verdict(verdict_id=f"v-{fields['round']}-{fields['revision']}", **fields)

    @classmethod
    def opened(cls, incident: dict[str, Any] | None = None, **terms: Any) -> Play:
        play = Play([])
        play.record([decide.incident_opened(cls.incident(**(incident or {})), cls.terms(**terms))])
        return play

    fold = staticmethod(fold)
    apply = staticmethod(apply)


@pytest.fixture(scope="session")
def build() -> type[Builders]:
    return Builders
