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
    """One limit as it stands for one request; `kept_for` are the severities for which the rest of it is kept."""

    limit_of: str
    limit: int
    used: int
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
            return f"{count} investigations of {_whose(self.by.limit_of)} are running{kept}"
        until = self.until.strftime("%H:%M UTC" if self.measure == "per_hour" else "%Y-%m-%d %H:%M UTC")
        return f"budget of {_whose(self.by.limit_of)} spent: {count} {_PERIODS[self.measure]}{kept}; until {until}"


def _whose(limit_of: str) -> str:
    kind, _, name = limit_of.partition(":")
    return {"tenant": "the tenant", "critical": "critical incidents"}.get(kind, f"{kind} {name}")


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
        source_cap = config.cap(request.source, measure, critical=critical)
        of_its_source = Limit(f"source:{request.source}", source_cap, of_source[critical])
        if critical:
            yield Limit("critical", config.critical.of(measure), by_severity["critical"])
            yield of_its_source
            return
        kept = {
            severity: left
            for severity, count in config.kept(measure).items()
            if severity != request.severity and (left := count - by_severity[severity]) > 0
        }
        below_critical = by_severity.total() - by_severity["critical"]
        yield Limit("tenant", config.budget.of(measure), below_critical, sum(kept.values()), tuple(kept))
        own = config.severities.get(request.severity, BudgetCap()).of(measure)
        if own is not None:
            yield Limit(f"severity:{request.severity}", own, by_severity[request.severity])
        yield of_its_source

    def _until(self, measure: Measure) -> datetime | None:
        if measure == "running":
            return None
        if measure == "per_hour":
            return self._hour + timedelta(hours=1)
        return self._hour.replace(hour=0) + timedelta(days=1)
