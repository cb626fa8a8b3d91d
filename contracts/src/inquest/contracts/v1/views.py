"""What the trace store answers: one investigation in a line, and its whole story."""

from pydantic import Field

from inquest.contracts.message import Id, Instant, Message
from inquest.contracts.v1.admission import AdmissionDecided, AdmissionOutcome
from inquest.contracts.v1.evidence import Evidence, StepFinished
from inquest.contracts.v1.investigation import InvestigationRecorded, InvestigationState, Mode
from inquest.contracts.v1.people import Feedback, NoticeSent
from inquest.contracts.v1.signal import Decision, Incident, IncidentPriority, IncidentState, Severity, Signal
from inquest.contracts.v1.tools import ToolCall
from inquest.contracts.v1.verdict import Band, Verdict


class InvestigationSummary(Message):
    """One line of a list."""

    investigation_id: Id
    incident_id: Id
    tenant: Id
    title: str
    state: InvestigationState
    mode: Mode
    severity: Severity = "high"
    services: tuple[str, ...] = ()
    opened_at: Instant
    ended_at: Instant | None = None
    headline: str = ""
    band: Band | None = None
    confidence: float | None = None
    judgement: str | None = None  # the newest feedback


class TimelineEntry(Message):
    """One thing that happened, in order of the streams."""

    at: Instant
    subject: str
    text: str  # one line for people


class InvestigationStory(Message):
    """Everything that is known of one investigation."""

    summary: InvestigationSummary
    incident: Incident | None = None
    signals: tuple[Signal, ...] = ()
    events: tuple[InvestigationRecorded, ...] = ()
    steps: tuple[StepFinished, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    notices: tuple[NoticeSent, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    admissions: tuple[AdmissionDecided, ...] = ()
    timeline: tuple[TimelineEntry, ...] = Field(default=())


class IncidentSummary(Message):
    """One incident in a line: what happened, whether it is investigated, and the answer."""

    incident_id: Id
    tenant: Id
    number: int = 0
    title: str
    state: IncidentState
    severity: Severity
    priority: IncidentPriority = "p3"
    services: tuple[str, ...] = ()
    sources: tuple[Id, ...] = ()
    signals_count: int = 0
    opened_at: Instant
    updated_at: Instant
    resolved_at: Instant | None = None
    merged_into: Id | None = None
    admission: AdmissionOutcome | None = None  # the newest decision; None before there is one
    admission_reason: str = ""
    investigation_id: Id | None = None  # None while none was begun
    investigation_state: InvestigationState | None = None
    headline: str = ""
    band: Band | None = None
    confidence: float | None = None


class IncidentStory(Message):
    """Everything that is known of one incident, in the order in which people ask."""

    summary: IncidentSummary
    incident: Incident
    signals: tuple[Signal, ...] = ()
    decisions: tuple[Decision, ...] = ()  # why each signal belongs to it
    admissions: tuple[AdmissionDecided, ...] = ()
    investigation: InvestigationSummary | None = None
    verdict: Verdict | None = None  # the one that stands, or the newest while none was accepted
    notices: tuple[NoticeSent, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
