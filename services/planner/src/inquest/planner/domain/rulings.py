"""What becomes of each incident that asks, and the words in which it is told. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inquest.config.admission import AdmissionConfig
from inquest.contracts.latest import AdmissionCause, AdmissionDecided, AdmissionOutcome
from inquest.planner.domain.budgets import Block
from inquest.planner.domain.decide import investigation_of
from inquest.planner.domain.ledger import SEVERITIES, Request

REASON_CHARS_MAX = 500


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides."""

    tenant: str
    config: AdmissionConfig

    @property
    def longest(self) -> timedelta:
        """The longest that anything may wait."""
        return timedelta(seconds=self.config.wait_s_max)


@dataclass(frozen=True, slots=True)
class Ruling:
    """The outcome for one request. `news` is what changed about it, for people; empty where nothing did."""

    request: Request
    outcome: AdmissionOutcome
    cause: AdmissionCause
    reason: str = ""
    block: Block | None = None
    news: str = ""

    def with_news(self, news: str) -> "Ruling":
        """Return the ruling, with what changed."""
        return replace(self, news=news)


def urgency(request: Request, now: datetime, rules: Rules) -> tuple[bool, int, int, datetime, str]:
    """Return the key of the queue: critical, then priority (which waiting lifts), then severity, then age."""
    lifted = int((now - request.since).total_seconds() // rules.config.aging_s)
    return (
        request.severity != "critical",
        int(request.priority[1:]) - lifted,
        -SEVERITIES.index(request.severity),
        request.since,
        request.incident_id,
    )


def judged(request: Request, block: Block | None, rules: Rules, now: datetime) -> Ruling:
    """Return what becomes of a request, given the limit that stands in its way."""
    if block is None:
        return Ruling(request, "admitted", "room")
    if request.is_over:
        return Ruling(request, "dropped", "resolved", f"it ended before there was room: {block.reason}", block)
    if now - request.since >= rules.longest:
        reason = f"waited {_span(rules.longest)}: {block.reason}"
        return Ruling(request, "refused", "waited-too-long", reason, block)
    if block.by.limit == 0 or (block.until is not None and block.until - request.since > rules.longest):
        return Ruling(request, "refused", block.cause, block.reason, block)
    return Ruling(request, "waiting", block.cause, block.reason, block)


def fitted(rulings: Sequence[Ruling], rules: Rules) -> list[Ruling]:
    """Refuse what the queue has no place for, the least urgent first. Takes and returns them in order of urgency."""
    made: list[Ruling] = []
    places = rules.config.waiting_max
    for one in rulings:
        if one.outcome == "waiting" and places == 0:
            # The others are as urgent and older, or more urgent: only that none is less urgent is always true.
            reason = f"{rules.config.waiting_max} wait already (admission.waiting_max), none less urgent: {one.reason}"
            made.append(Ruling(one.request, "refused", "queue-full", reason, one.block))
            continue
        places -= one.outcome == "waiting"
        made.append(one)
    return made


def is_news(ruling: Ruling) -> bool:
    """Whether people are to be told: what goes on waiting for the same thing is known already."""
    return ruling.outcome != "waiting" or bool(ruling.news) or ruling.request.told != ruling.cause


def due(stay: Sequence[Ruling], rules: Rules) -> datetime | None:
    """Return when the queue must be looked at again if nothing happens before; None while it is empty."""
    times = [one.request.since + rules.longest for one in stay]
    times += [one.block.until for one in stay if one.block and one.block.until]
    return min(times, default=None)


def decision(
    ruling: Ruling, rules: Rules, now: datetime, waiting: int, position: int | None = None
) -> AdmissionDecided:
    """Return a ruling as it is told.

    Args:
        ruling: what is told.
        rules: whose it is.
        now: when it was decided.
        waiting: how many incidents wait after it.
        position: its own place among them, where it waits.
    """
    request, by = ruling.request, ruling.block.by if ruling.block else None
    has_waited = request.number > 0 or ruling.outcome == "waiting"
    return AdmissionDecided(
        tenant=rules.tenant,
        incident_id=request.incident_id,
        investigation_id=investigation_of(rules.tenant, request.incident_id),
        number=request.number + 1,
        outcome=ruling.outcome,
        cause=ruling.cause,
        reason="; ".join(part for part in (ruling.news, ruling.reason) if part)[:REASON_CHARS_MAX],
        severity=request.severity,
        priority=request.priority,
        source=request.source,
        title=request.title,
        limit_of=by.limit_of if by else "",
        limit=by.limit if by else 0,
        used=by.used if by else 0,
        waiting=waiting,
        position=position,
        waiting_since=request.since if has_waited else None,
        waited_s=max(0.0, (now - request.since).total_seconds()),
        until=ruling.block.until if ruling.block else None,
        incident_updated_at=request.updated_at,
        at=now,
    )


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
