"""Who is told what: rules, maintenance windows, and when a person must look."""

from collections import Counter
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, PositiveInt, model_validator

from inquest.config.recurring import parse_recurring
from inquest.config.section import Name, Section
from inquest.contracts.v1.people import NoticeKind
from inquest.contracts.v1.signal import IncidentPriority, Severity
from inquest.contracts.v1.verdict import Band

EscalationReason = Literal["low-confidence", "refused", "timed-out", "failed", "stalled"]


def _recurring(value: str) -> str:
    parse_recurring(value)
    return value


Pattern = Annotated[str, Field(min_length=1, max_length=200)]
"""A name, in which `*` stands for any characters."""

RecurringTime = Annotated[
    str, AfterValidator(_recurring), Field(max_length=100, examples=["Sun 02:00-04:00 Europe/Berlin"])
]
"""A stretch of the week in a team's time zone."""


class Scope(Section):
    """What a rule or a window is about. What is left out matches everything; lists match any of theirs."""

    services: tuple[Pattern, ...] = Field(
        default=(), max_length=200, description="Services of the incident; for a rule also the one that failed first."
    )
    sources: tuple[Pattern, ...] = Field(default=(), max_length=50, description="Sources of its signals.")
    labels: dict[str, Pattern] = Field(default_factory=dict, max_length=20, description="Labels that it has, all.")


class NoticeRule(Scope):
    """Sends what it matches to its channels. A notice goes to the channels of all rules that match it."""

    name: Name
    severities: tuple[Severity, ...] = Field(default=(), description="Severities of the incident.")
    priorities: tuple[IncidentPriority, ...] = Field(default=(), description="Priorities of the incident.")
    bands: tuple[Band, ...] = Field(default=(), description="Bands of the verdict; notices without one match.")
    kinds: tuple[NoticeKind, ...] = Field(default=(), description="Kinds of notice.")
    channels: tuple[Name, ...] = Field(min_length=1, description="Ids of channels.")


class MaintenanceWindow(Scope):
    """Nobody is told about what it matches while it is open. Give `when`, or `start` and `end`."""

    name: Name
    reason: str = Field(min_length=1, max_length=500, description="Shown wherever somebody asks why nobody was told.")
    people: tuple[Pattern, ...] = Field(default=(), description="Only these people are not told; others are.")
    when: RecurringTime | None = Field(default=None, description="Every week: Sun 02:00-04:00 Europe/Berlin.")
    start: AwareDatetime | None = Field(default=None, description="Once, or the first day of `when`.")
    end: AwareDatetime | None = Field(default=None, description="End, or the last day of `when`.")

    @model_validator(mode="after")
    def _has_time(self) -> Self:
        if self.when is None and (self.start is None or self.end is None):
            raise ValueError("give when, or start and end")
        if self.start and self.end and self.end <= self.start:
            raise ValueError("end must be after start")
        return self

    def ends_at(self, at: datetime) -> datetime | None:
        """Return when the occurrence that covers this time ends, None where the window is not open."""
        if (self.start and at < self.start) or (self.end and at >= self.end):
            return None
        if self.when is None:
            return self.end
        found = parse_recurring(self.when).ends_at(at)
        return min(found, self.end) if found and self.end else found


class EscalationConfig(Section):
    """When a person must look, and who that is."""

    channels: tuple[Name, ...] = Field(
        default=(), description="Channels that escalations go to beside those that the rules choose."
    )
    reasons: tuple[EscalationReason, ...] = Field(
        default=("low-confidence", "refused", "timed-out", "failed", "stalled"),
        description="low-confidence: the verdict is below the thresholds; refused: admission refused the "
        "investigation; timed-out, failed: it ended without a verdict; stalled: no answer in time.",
    )
    bands: tuple[Band, ...] = Field(default=("undetermined",), description="Bands of low confidence.")
    confidence_below: float = Field(default=0.0, ge=0, le=1, description="Confidence that is low in any band.")
    stalled_after_s: PositiveInt = Field(
        default=900, le=86_400, description="An incident without an answer for this long is stalled."
    )
    severities: tuple[Severity, ...] = Field(
        default=("critical", "high", "medium"), description="Severities of incidents that a person is asked about."
    )


class NoticesConfig(Section):
    """Who is told what."""

    rules: tuple[NoticeRule, ...] = Field(
        default=(), max_length=200, description="Without rules, every channel gets every notice."
    )
    otherwise: tuple[Name, ...] | None = Field(
        default=None, description="Channels of what no rule matches; null: all channels; []: nobody."
    )
    resolved: bool = Field(default=True, description="Tell those who were told of an incident that it ended.")
    escalation: EscalationConfig = EscalationConfig()
    windows: tuple[MaintenanceWindow, ...] = Field(default=(), max_length=500, description="Maintenance windows.")

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        for what, names in (("rule", [r.name for r in self.rules]), ("window", [w.name for w in self.windows])):
            if repeated := [name for name, count in Counter(names).items() if count > 1]:
                raise ValueError(f"{what} named twice: {', '.join(repeated)}")
        return self

    def channels_named(self) -> set[str]:
        """Return the ids of all channels that are named here."""
        return {*self.escalation.channels, *(self.otherwise or ()), *(id_ for r in self.rules for id_ in r.channels)}
