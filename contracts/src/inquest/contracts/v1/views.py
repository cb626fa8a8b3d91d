"""What the trace store answers: one investigation in a line, and its whole story."""

from pydantic import Field

from inquest.contracts.message import Id, Instant, Message
from inquest.contracts.v1.evidence import Evidence, StepFinished
from inquest.contracts.v1.investigation import InvestigationRecorded, InvestigationState, Mode
from inquest.contracts.v1.people import Feedback, NoticeSent
from inquest.contracts.v1.signal import Incident, Severity, Signal
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
    timeline: tuple[TimelineEntry, ...] = Field(default=())
