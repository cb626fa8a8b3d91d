"""Which limit stands in the way of an investigation. Pure."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from inquest.config.admission import AdmissionConfig, BudgetCap, Measure
from inquest.contracts.latest import AdmissionCause, Severity
from inquest.planner.domain.ledger import Ledger, Request

_CAUSES: dict[Measure, AdmissionCause] = {
    "per_day": "day-budget",
    "per_hour": "hour-budget",
    "running": "running",
}
"""The longest-lasting comes first: it is what people must know."""
_PERIODS: dict[Measure, str] = {"per_day": "today", "per_hour": "this hour"}


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit as it stands for one request.

    `set_by` is the setting of the configuration, below `admission`; `kept_for` are the severities for which the rest
    of it is kept.
    """

    limit_of: str
    limit: int
    used: int
    set_by: str
    whose: str
    kept: int = 0
    kept_for: tuple[Severity, ...] = ()

    @property
    def is_reached(self) -> bool:
        """Whether nothing is left for this request."""
        return self.used + self.kept >= self.limit


@dataclass(frozen=True, slots=True)
class Block:
    """The limit that stands in the way, and until when: None where nobody can know."""

    measure: Measure
    by: Limit
    until: datetime | None

    @property
    def cause(self) -> AdmissionCause:
        """The rule, in one word."""
        return _CAUSES[self.measure]

    @property
    def reason(self) -> str:
        """The sentence for people."""
        kept = f" ({self.by.kept} kept for {' and '.join(self.by.kept_for)})" if self.by.kept else ""
        count = f"{self.by.used} of {self.by.limit}"
        if self.until is None:
            return f"{count} investigations of {self.by.whose} are running{kept}"
        until = self.until.strftime("%H:%M UTC" if self.measure == "per_hour" else "%Y-%m-%d %H:%M UTC")
        period, setting = _PERIODS[self.measure], f"admission.{self.by.set_by}"
        return f"budget of {self.by.whose} spent: {count} {period}{kept}; until {until}; set by {setting}"


class Usage:
    """What is used of every limit at a time; `take` counts one more."""

    def __init__(self, ledger: Ledger, at: datetime) -> None:
        self._at = at
        self._hour = at.replace(minute=0, second=0, microsecond=0)
        self._used: dict[Measure, Counter[tuple[Severity, str]]] = {measure: Counter() for measure in _CAUSES}
        for slot in ledger.running:
            self._used["running"][slot.severity, slot.source] += 1
        for one in ledger.spent:
            if one.hour.date() == at.date():
                self._used["per_day"][one.severity, one.source] += one.count
            if one.hour == self._hour:
                self._used["per_hour"][one.severity, one.source] += one.count

    def take(self, request: Request) -> None:
        """Count an investigation that begins now."""
        for counts in self._used.values():
            counts[request.severity, request.source] += 1

    def block(self, request: Request, config: AdmissionConfig) -> Block | None:
        """Return the longest-lasting limit that stands in the way, or None where there is room."""
        for measure in _CAUSES:
            for limit in self._limits(request, config, measure):
                if limit.is_reached:
                    return Block(measure, limit, self._until(measure))
        return None

    def _limits(self, request: Request, config: AdmissionConfig, measure: Measure) -> Iterator[Limit]:
        by_severity: Counter[Severity] = Counter()
        of_source: Counter[bool] = Counter()
        for (severity, source), count in self._used[measure].items():
            by_severity[severity] += count
            if source == request.source:
                of_source[severity == "critical"] += count
        critical = request.severity == "critical"
        of_its_source = _of_source(request.source, config, measure, of_source[critical], critical=critical)
        if critical:
            ceiling = config.critical.of(measure)
            used = by_severity["critical"]
            yield Limit("critical", ceiling, used, f"critical.{measure}", "critical incidents")
            yield of_its_source
            return
        kept = {
            severity: left
            for severity, count in config.kept(measure).items()
            if severity != request.severity and (left := count - by_severity[severity]) > 0
        }
        below_critical = by_severity.total() - by_severity["critical"]
        whole, set_by = config.budget.of(measure), f"budget.{measure}"
        yield Limit("tenant", whole, below_critical, set_by, "the tenant", sum(kept.values()), tuple(kept))
        own = config.severities.get(request.severity, BudgetCap()).of(measure)
        if own is not None:
            of = request.severity
            yield Limit(f"severity:{of}", own, by_severity[of], f"severities.{of}.{measure}", f"severity {of}")
        yield of_its_source

    def _until(self, measure: Measure) -> datetime | None:
        if measure == "running":
            return None
        if measure == "per_hour":
            return self._hour + timedelta(hours=1)
        return self._hour.replace(hour=0) + timedelta(days=1)


def _of_source(source: str, config: AdmissionConfig, measure: Measure, used: int, *, critical: bool) -> Limit:
    """Return what one source may take: its own limit where one is written, else its share of the budget."""
    cap = config.cap(source, measure, critical=critical)
    if critical:
        whose, set_by = f"source {source} among critical incidents", f"source_share of admission.critical.{measure}"
    elif config.sources.get(source, BudgetCap()).of(measure) is None:
        whose, set_by = f"source {source}", f"source_share of admission.budget.{measure}"
    else:
        whose, set_by = f"source {source}", f"sources.{source}.{measure}"
    return Limit(f"source:{source}", cap, used, set_by, whose)
