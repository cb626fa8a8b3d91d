"""What admission remembers of one tenant: what runs, what waits, what is spent, and what it has yet to tell."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from inquest.contracts.latest import (
    AdmissionCause,
    AdmissionDecided,
    Id,
    Incident,
    IncidentPriority,
    Instant,
    Message,
    Severity,
)

SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")
UNKNOWN = "unknown"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


class Request(Message):
    """An incident that asks to be investigated.

    Attributes:
        updated_at: of the newest news of the incident that was judged.
        since: when it asked.
        number: of its newest decision, 0 before the first.
        told: what its newest decision said stood in the way.
        is_over: it ended before it was judged; it is investigated if there is room, but does not wait.
    """

    incident_id: Id
    severity: Severity
    priority: IncidentPriority = "p3"
    source: Id = UNKNOWN
    title: str = ""
    updated_at: Instant
    since: Instant
    number: int = 0
    told: AdmissionCause | None = None
    is_over: bool = False


class Slot(Message):
    """A running investigation."""

    incident_id: Id
    investigation_id: Id
    severity: Severity
    source: Id = UNKNOWN
    since: Instant
    number: int = 1


class Spent(Message):
    """Investigations that began in one hour of UTC, of one severity and source."""

    hour: Instant
    severity: Severity
    source: Id
    count: int


class Ledger(Message):
    """The admission state of one tenant, committed as one value by compare-and-set.

    Attributes:
        at: the time of the newest input; it never runs backwards.
        unsent: decisions that are made and perhaps not published yet. They are part of the same write as what they
            decide, so that no process can decide and die without telling.
        due: when the timer on the server is to fire; None while nothing waits.
    """

    at: Instant = EPOCH
    waiting: tuple[Request, ...] = ()
    running: tuple[Slot, ...] = ()
    spent: tuple[Spent, ...] = ()
    unsent: tuple[AdmissionDecided, ...] = ()
    due: Instant | None = None

    def request(self, incident_id: str) -> Request | None:
        """Return the place of an incident in the queue, or None."""
        return next((one for one in self.waiting if one.incident_id == incident_id), None)

    def runs(self, incident_id: str) -> bool:
        """Whether its investigation holds a slot."""
        return any(slot.incident_id == incident_id for slot in self.running)

    def knows(self, incident_id: str) -> bool:
        """Whether an incident waits or is investigated."""
        return self.runs(incident_id) or self.request(incident_id) is not None

    def prior(self, incident_id: str) -> AdmissionDecided | None:
        """Return the newest decision about an incident that is not known to be published, or None."""
        return next((one for one in reversed(self.unsent) if one.incident_id == incident_id), None)

    def without_sent(self, sent: Iterable[tuple[str, int]]) -> "Ledger":
        """Forget decisions, by incident and number, that are published."""
        gone = set(sent)
        return self.model_copy(
            update={"unsent": tuple(one for one in self.unsent if (one.incident_id, one.number) not in gone)}
        )


def request_of(incident: Incident, at: datetime, prior: AdmissionDecided | None) -> Request:
    """Return the request of an incident; one that waited before keeps its place in time."""
    waited = prior.waiting_since if prior and prior.outcome == "waiting" else None
    return Request(
        incident_id=incident.incident_id,
        severity=incident.severity,
        priority=incident.priority,
        source=incident.sources[0] if incident.sources else UNKNOWN,
        title=incident.title,
        updated_at=incident.updated_at,
        since=waited or at,
        number=prior.number if prior else 0,
        is_over=is_over(incident),
    )


def is_over(incident: Incident) -> bool:
    """Whether the incident has ended, by itself or in another one."""
    return incident.state == "resolved" or incident.merged_into is not None


def spend(spent: Iterable[Spent], begun: Request | AdmissionDecided, at: datetime) -> tuple[Spent, ...]:
    """Count a beginning in its hour, and forget the days before."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    today = {(one.hour, one.severity, one.source): one.count for one in spent if one.hour.date() == at.date()}
    key = (hour, begun.severity, begun.source)
    today[key] = today.get(key, 0) + 1
    return tuple(Spent(hour=key[0], severity=key[1], source=key[2], count=count) for key, count in today.items())


def rebuilt(decisions: Iterable[AdmissionDecided]) -> Ledger:
    """Return the ledger that published decisions add up to; the sweep frees the slots of what has ended since."""
    newest: dict[str, AdmissionDecided] = {}
    begun: list[AdmissionDecided] = []
    for one in sorted(decisions, key=lambda one: (one.at, one.number)):
        newest[one.incident_id] = one
        if one.outcome == "admitted":
            begun.append(one)
    at = max((one.at for one in newest.values()), default=EPOCH)
    spent: tuple[Spent, ...] = ()
    for one in begun:
        spent = spend(spent, one, one.at)
    return Ledger(
        at=at,
        waiting=tuple(_waited(one) for one in newest.values() if one.outcome == "waiting"),
        running=tuple(_held(one) for one in newest.values() if one.outcome == "admitted" and at - one.at < _DAY),
        spent=spent,
        due=at if any(one.outcome == "waiting" for one in newest.values()) else None,
    )


def _waited(one: AdmissionDecided) -> Request:
    return Request(
        incident_id=one.incident_id,
        severity=one.severity,
        priority=one.priority,
        source=one.source,
        title=one.title,
        updated_at=one.incident_updated_at,
        since=one.waiting_since or one.at,
        number=one.number,
        told=one.cause,
    )


def _held(one: AdmissionDecided) -> Slot:
    return Slot(
        incident_id=one.incident_id,
        investigation_id=one.investigation_id,
        severity=one.severity,
        source=one.source,
        since=one.at,
        number=one.number,
    )
