"""What leaves for people, and what they say back."""

from typing import Literal

from pydantic import Field

from inquest.contracts.message import Id, Instant, Message
from inquest.contracts.v1.signal import IncidentPriority, Severity
from inquest.contracts.v1.verdict import Band, Cause, Remediation

NoticeKind = Literal["verdict", "revision", "escalation", "admission", "resolved", "correction", "test"]
NoticeOutcome = Literal["sent", "recorded", "failed", "may-have-been-sent"]
HeldBy = Literal["", "shadow", "panic", "mute", "overtaken", "rules"]


class NoticeLink(Message):
    """Somewhere to go on reading."""

    title: str
    url: str


class SourceRef(Message):
    """What a source calls the thing that an incident came from: a PagerDuty incident id, a Jira issue key."""

    source: Id
    ref: str
    url: str = ""


class NoticeFinding(Message):
    """A piece of evidence in one line; the label is the one that reports cite it by."""

    label: str
    kind: str
    statement: str
    source: str = ""  # provider/interface it was read from


class NoticeContent(Message):
    """What a notice says, before a channel gives it a form. Texts are plain, redacted, untrusted and of one line each.

    Attributes:
        title: of the incident.
        headline: the news in one sentence.
        labels, sources: of the signals of the incident; mutes look at them.
        refs: the incident at its sources, oldest first; a channel that writes to a source takes the first of its own.
        band, confidence, cause, first_failing_service, remediation: of the verdict; None where there is none.
        mechanism: how the cause leads to the symptom.
        next_step: what to do first.
        evidence, against: the strongest findings first.
        not_seen: what could not be looked at, and why.
        stopped: the limits that kept the investigation from looking further, each in one sentence.
        changed: what is different from the notice before; empty on a first one.
        tried: what was done before a person was asked, on an escalation or a refusal.
        reason: why a person is asked, or why there was no investigation.
    """

    title: str
    headline: str
    severity: Severity = "high"
    priority: IncidentPriority | None = None
    number: int = 0  # people call the incident INC-<number>; 0 where it has none
    services: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    labels: dict[str, str] = Field(default_factory=dict)
    refs: tuple[SourceRef, ...] = ()
    band: Band | None = None
    confidence: float | None = Field(default=None, ge=0, le=1)
    cause: Cause | None = None
    mechanism: str = ""
    first_failing_service: str | None = None
    blast_radius: tuple[str, ...] = ()
    remediation: Remediation | None = None
    next_step: str = ""
    evidence: tuple[NoticeFinding, ...] = ()
    against: tuple[NoticeFinding, ...] = ()
    not_seen: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
    reason: str = ""
    links: tuple[NoticeLink, ...] = ()
    opened_at: Instant | None = None
    ended_at: Instant | None = None
    took_s: float | None = None
    time_zone: str = "UTC"  # IANA zone of the owners of the service


class Notice(Message):
    """One message for one channel about one change of an investigation, or about an incident that has none."""

    notice_id: Id
    tenant: Id
    investigation_id: Id  # the one that the incident has or would have
    verdict_id: Id
    revision: int
    channel: Id
    subject: str
    body: str
    payload: str = ""  # the JSON document for channels that take one
    live: bool = False  # shadow mode is the default: rendered and recorded, not sent
    kind: NoticeKind = "verdict"
    incident_id: Id | None = None
    content: NoticeContent | None = None  # None in notices of older releases: only subject, body and payload are known
    at: Instant | None = None  # when what it tells happened


class NoticeSent(Message):
    """What became of a notice.

    Attributes:
        held_by: why a recorded notice was not sent.
        thread: what the channel calls the message, for the next one to update or answer.
        rendered: exactly what was or would have been handed to the channel.
    """

    notice_id: Id
    tenant: Id
    investigation_id: Id
    channel: Id
    outcome: NoticeOutcome
    reason: str = ""
    at: Instant
    kind: NoticeKind = "verdict"
    incident_id: Id | None = None
    held_by: HeldBy = ""
    subject: str = ""
    rendered: str = ""
    thread: str | None = None


class Feedback(Message):
    """A person says whether the verdict was right."""

    feedback_id: Id
    tenant: Id
    investigation_id: Id
    verdict_id: Id | None = None
    judgement: Literal["right", "wrong"]
    cause: str | None = Field(default=None, max_length=1000)
    given_by: str
    given_at: Instant
