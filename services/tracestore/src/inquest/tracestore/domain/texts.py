"""What happened, in one line for people. Pure.

Bodies quote telemetry, which is untrusted: control characters (terminal escapes among them) are dropped here, so
that no reader of a timeline has to remember to.
"""

from functools import singledispatch

from inquest.contracts.latest import (
    AdmissionDecided,
    AuditRecord,
    DeadLetter,
    Evidence,
    Feedback,
    Incident,
    InvestigationRecorded,
    Message,
    NoticeSent,
    Signal,
    StepFinished,
    ToolCall,
    Verdict,
)
from inquest.contracts.text import plain
from inquest.contracts.v1.controls import EVERYWHERE


def describe(message: Message | None, subject: str) -> str:
    """Return the line of a timeline for a message; its subject where nothing better is known."""
    return plain(_describe(message, subject) if message is not None else subject)


@singledispatch
def _describe(message: Message, subject: str) -> str:
    del message
    return subject


@_describe.register
def _(message: Signal, subject: str) -> str:
    del subject
    # What ended or changed has no severity of its own.
    kind = message.severity if message.kind in {"alert", "ticket"} else message.kind
    return f"signal from {message.source}: {message.title} ({kind})"


@_describe.register
def _(message: Incident, subject: str) -> str:
    verb = subject.split(".")[2] if subject.count(".") > 2 else message.state
    services = f" on {', '.join(message.services)}" if message.services else ""
    return f"incident {verb}: {message.title}{services} ({len(message.signal_ids)} signals)"


@_describe.register
def _(message: AdmissionDecided, subject: str) -> str:
    del subject
    others = f"; {message.waiting} waiting" if message.waiting else ""
    if message.outcome == "admitted":
        waited = f" after {message.waited_s:.0f} s" if message.waited_s >= 1 else ""
        return _joined(f"admitted: its investigation begins{waited}", message.reason)
    if message.outcome == "waiting":
        return f"waits to be investigated, place {message.position} of {message.waiting}: {message.reason}"
    return f"not investigated: {message.reason}{others}"


@_describe.register
def _(message: StepFinished, subject: str) -> str:
    del subject
    gaps = sum(item.status != "looked" for item in message.coverage)
    return _joined(
        f"{message.capability} {message.status}: {len(message.evidence_ids)} findings, {message.calls} calls,"
        f" {message.wall_ms:.0f} ms",
        f"{gaps} gaps" if gaps else "",
        message.reason,
    )


@_describe.register
def _(message: Evidence, subject: str) -> str:
    del subject
    return f"found ({message.kind}) {message.statement}"


@_describe.register
def _(message: Verdict, subject: str) -> str:
    del subject
    return f"verdict {message.revision}: {message.headline} ({message.band}, {message.confidence:.2f})"


@_describe.register
def _(message: ToolCall, subject: str) -> str:
    del subject
    if message.provider is None:
        return f"{message.domain}: {message.reason or message.status}"
    how = f"{message.size_bytes} bytes in {message.duration_ms:.0f} ms"
    return _joined(f"asked {message.domain} of {message.provider}: {message.status}, {how}", message.reason)


@_describe.register
def _(message: NoticeSent, subject: str) -> str:
    del subject
    kind = "" if message.kind == "verdict" else f"{message.kind} "
    became = f"not sent ({message.held_by})" if message.held_by else message.outcome
    return _joined(f"{kind}notice on {message.channel}: {became}", message.reason)


@_describe.register
def _(message: AuditRecord, subject: str) -> str:
    del subject
    about = "all tenants" if message.about == EVERYWHERE else message.about
    return _joined(f"{message.action} by {message.by}: {about}", message.reason)


@_describe.register
def _(message: Feedback, subject: str) -> str:
    del subject
    return _joined(f"{message.given_by} says: {message.judgement}", message.cause or "")


@_describe.register
def _(message: DeadLetter, subject: str) -> str:
    del subject
    return f"given up by {message.consumer} after {message.deliveries} deliveries: {message.subject}: {message.reason}"


@_describe.register
def _(message: InvestigationRecorded, subject: str) -> str:
    del subject
    event = message
    if event.opened:
        return f"investigation opened: {event.opened.title} ({event.opened.mode})"
    if event.step_planned:
        task = event.step_planned.task
        return f"planned {task.capability_id} (round {task.round})"
    if event.step_finished:
        return f"recorded {event.step_finished.capability}: {event.step_finished.status}"
    if event.round_closed:
        missing = f", missing {', '.join(event.round_closed.missing)}" if event.round_closed.missing else ""
        return f"round {event.round_closed.round} closed: {event.round_closed.reason}{missing}"
    return _ending(event)


def _ending(event: InvestigationRecorded) -> str:
    if event.concluded:
        done = event.concluded
        return f"concluded: {done.summary} ({done.band}, {done.confidence:.2f})"
    ended = event.cancelled or event.timed_out
    return f"{event.type} by {ended.by}: {ended.reason}" if ended else event.type


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


@singledispatch
def searchable(message: Message | None) -> str:
    """Return the words by which a message can be found; empty for messages nobody searches for."""
    del message
    return ""


@searchable.register
def _(message: InvestigationRecorded) -> str:
    if message.opened:
        focus = message.opened.focus
        return " ".join((message.opened.title, *focus.services, focus.metric or "", focus.text))
    return message.concluded.summary if message.concluded else ""


@searchable.register
def _(message: Evidence) -> str:
    return f"{message.entity} {message.statement}"


@searchable.register
def _(message: Verdict) -> str:
    causes = (f"{item.cause.entity} {item.cause.change_ref or ''} {item.mechanism}" for item in message.hypotheses)
    return " ".join((message.headline, *message.blast_radius, *causes))


@searchable.register
def _(message: Feedback) -> str:
    return message.cause or ""


@searchable.register
def _(message: DeadLetter) -> str:
    return message.reason
