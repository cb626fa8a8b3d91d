"""Builders: the messages of one whole investigation, from the page to the feedback, as they lie on the bus."""

from datetime import UTC, datetime, timedelta
from typing import Any

from inquest.bus.port import Outgoing
from inquest.contracts import latest as m
from inquest.contracts import subjects as s

START = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
WINDOW = m.Window(start=START, end=START + timedelta(minutes=30))
HEADLINE = "checkout v1.42 shrank the DB pool from 20 to 2"
CAPABILITIES = ("collect-symptoms", "collect-error-signatures", "collect-change-risk")


class InvestigationBuilder:
    """Messages about incident `number` of a tenant; ids follow from both, times from START."""

    def __init__(self, number: int = 1, tenant: str = "acme", service: str = "checkout") -> None:
        self.tenant = tenant
        self.service = service
        self.signal_id = f"signal-{number}"
        self.incident_id = f"incident-{number}"
        self.investigation_id = m.derive_id("investigation", tenant, self.incident_id)
        self.verdict_id = f"verdict-{number}"
        self.opened_at = START + timedelta(hours=number)
        self._inv = {"tenant": tenant, "investigation": self.investigation_id}
        self._ids: dict[str, Any] = {"tenant": tenant, "investigation_id": self.investigation_id}

    def messages(self) -> list[Outgoing]:
        """Return everything, in the order in which it happens."""
        steps = [f"step-{index}" for index in range(1, len(CAPABILITIES) + 1)]
        pairs = list(zip(steps, CAPABILITIES, strict=True))
        return [
            self._out(s.SIGNAL_RECEIVED, self.signal(), tenant=self.tenant, signal=self.signal_id),
            self._out(s.INCIDENT_OPENED, self.incident(), tenant=self.tenant, incident=self.incident_id),
            self.recorded(1, "opened", opened=self.opened()),
            *(self.recorded(2 + i, "step-planned", step_planned=self._planned(*pair)) for i, pair in enumerate(pairs)),
            *(message for index, pair in enumerate(pairs) for message in self._step(index, *pair)),
            *(self.recorded(5 + i, "step-finished", step_finished=self._ended(*pair)) for i, pair in enumerate(pairs)),
            self.recorded(
                8, "round-closed", round_closed=m.RoundClosed(round=1, step_ids=tuple(steps), reason="all-finished")
            ),
            self._out(s.VERDICT_REACHED, self.verdict(), **self._inv),
            self.recorded(9, "concluded", concluded=self.concluded()),
            self._out(s.NOTICE_SENT, self.notice_sent(), **self._inv),
            self._out(s.FEEDBACK_GIVEN, self.feedback(), **self._inv),
        ]

    def at(self, seconds: float) -> datetime:
        """Return the time this long after the investigation opened."""
        return self.opened_at + timedelta(seconds=seconds)

    def signal(self) -> m.Signal:
        """The page."""
        return m.Signal(
            signal_id=self.signal_id,
            tenant=self.tenant,
            source="pagerduty",
            kind="alert",
            occurred_at=self.at(-5),
            received_at=self.at(-1),
            title=f"{self.service} latency p99 above 2 s",
            services=(self.service,),
        )

    def incident(self, **changes: Any) -> m.Incident:
        """The incident that the page opened."""
        incident = m.Incident(
            incident_id=self.incident_id,
            tenant=self.tenant,
            severity="critical",
            title=f"{self.service} latency p99 above 2 s",
            services=(self.service,),
            signal_ids=(self.signal_id,),
            opened_at=self.at(-1),
            updated_at=self.at(-1),
        )
        return incident.model_copy(update=changes)

    def opened(self) -> m.Opened:
        """The body of event number 1."""
        return m.Opened(
            incident_id=self.incident_id,
            title=f"{self.service} latency p99 above 2 s",
            mode="balanced",
            priority="critical",
            limits=m.Limits(),
            focus=m.Focus(services=(self.service,)),
            window=WINDOW,
        )

    def recorded(self, number: int, type_: m.EventType, **body: m.Message) -> Outgoing:
        """Return one event of the aggregate."""
        event = m.InvestigationRecorded.model_validate(
            {**self._ids, "number": number, "type": type_, "at": self.at(number), **body}
        )
        return self._out(s.INVESTIGATION_RECORDED, event, **self._inv)

    def evidence(self, step_id: str, capability: str, index: int) -> m.Evidence:
        """One finding of a step."""
        kind: m.EvidenceKind = "change" if capability == "collect-change-risk" else "metric"
        return m.Evidence(
            **self._ids,
            evidence_id=m.derive_id("evidence", self.investigation_id, step_id, str(index)),
            step_id=step_id,
            capability=capability,
            kind=kind,
            entity=self.service,
            statement=f"{self.service} {kind} {index}: pool wait p99 rose 14x at 14:03:10",
            window=WINDOW,
            onset_at=START + timedelta(seconds=190),
            strength=0.9 - index / 10,
            provenance=m.Provenance(
                interface="metrics",
                provider="pack",
                query=f'pool_wait_seconds{{service="{self.service}"}}',
                fetched_at=self.at(3),
                payload_sha256="0" * 64,
            ),
        )

    def verdict(self, **changes: Any) -> m.Verdict:
        """The answer of the round."""
        found = [self.evidence(f"step-{step}", name, 0) for step, name in enumerate(CAPABILITIES, 1)]
        verdict = m.Verdict(
            **self._ids,
            verdict_id=self.verdict_id,
            incident_id=self.incident_id,
            revision=1,
            round=1,
            reached_at=self.at(8.5),
            headline=HEADLINE,
            band="likely",
            confidence=0.87,
            hypotheses=(
                m.Hypothesis(
                    cause=m.Cause(kind="change", entity=self.service, change_ref="3f9c2ab"),
                    mechanism="fewer connections than requests, so requests queue",
                    confidence=0.87,
                    support=(found[2].evidence_id, found[0].evidence_id),
                    against=(found[1].evidence_id,),
                    refuting_query="pool wait before the deploy",
                ),
            ),
            first_failing_service=self.service,
            first_sign=m.Symptom(
                evidence_id=found[0].evidence_id,
                entity=self.service,
                statement=f"{self.service} latency p99 14x",
                onset_at=START + timedelta(seconds=190),
            ),
            blast_radius=("frontend", "cart"),
            remediation="rollback",
            coverage=(
                m.Coverage(
                    capability="collect-change-risk",
                    interface="flags",
                    status="skipped",
                    reason="no provider configured",
                ),
            ),
            evidence_ids=tuple(item.evidence_id for item in found),
            spend=m.Spend(calls=14, bytes_read=1000, tokens=0),
        )
        return verdict.model_copy(update=changes)

    def concluded(self, **changes: Any) -> m.Concluded:
        """The body of the event that makes the verdict the answer."""
        concluded = m.Concluded(
            verdict_id=self.verdict_id, revision=1, band="likely", confidence=0.87, summary=HEADLINE
        )
        return concluded.model_copy(update=changes)

    def notice_sent(self) -> m.NoticeSent:
        """What became of the notice."""
        return m.NoticeSent(
            **self._ids, notice_id=f"notice-{self.verdict_id}", channel="terminal", outcome="recorded", at=self.at(9.5)
        )

    def feedback(self, **changes: Any) -> m.Feedback:
        """What a person said."""
        feedback = m.Feedback(
            **self._ids,
            feedback_id=f"feedback-{self.verdict_id}",
            verdict_id=self.verdict_id,
            judgement="right",
            given_by="ada",
            given_at=self.at(60),
        )
        return feedback.model_copy(update=changes)

    def _out(self, subject: s.Subject, message: m.Message, **keys: str) -> Outgoing:
        return Outgoing(subject, message, keys)

    def _planned(self, step_id: str, capability: str) -> m.StepPlanned:
        return m.StepPlanned(
            task=m.CapabilityTask(**self._ids, step_id=step_id, capability_id=capability, window=WINDOW)
        )

    def _ended(self, step_id: str, capability: str) -> m.StepRecorded:
        return m.StepRecorded(step_id=step_id, capability=capability, status="succeeded", calls=1)

    def _step(self, index: int, step_id: str, capability: str) -> list[Outgoing]:
        keys = {**self._inv, "step": step_id}
        found = [self.evidence(step_id, capability, number) for number in range(2)]
        call = m.ToolCall(
            **self._ids,
            call_id=f"call-{step_id}",
            step_id=step_id,
            domain="metrics",
            status="ok",
            provider="pack",
            called_at=self.at(3 + index / 10),
        )
        finished = m.StepFinished(
            **self._ids,
            step_id=step_id,
            capability=capability,
            status="succeeded",
            evidence_ids=tuple(item.evidence_id for item in found),
            calls=1,
            wall_ms=12.5,
            finished_at=self.at(4 + index / 10),
        )
        return [
            self._out(s.TOOL_CALLED, call, **self._inv),
            *(self._out(s.EVIDENCE_COLLECTED, item, **keys) for item in found),
            self._out(s.STEP_FINISHED, finished, **keys),
        ]
