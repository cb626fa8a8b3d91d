"""Whether an incident is investigated now, later or not at all, and why."""

from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from inquest.contracts.message import Id, Instant, Message
from inquest.contracts.v1.signal import IncidentPriority, Severity

AdmissionOutcome = Literal["admitted", "waiting", "refused", "dropped"]
AdmissionCause = Literal[
    "room",
    "running",
    "hour-budget",
    "day-budget",
    "queue-full",
    "waited-too-long",
    "not-opened",
    "resolved",
    "merged",
]


class AdmissionDecided(Message):
    """One decision of the planner about one incident; the newest counts. Numbers are gap-free from 1 per incident.

    Attributes:
        investigation_id: the one that the incident has, or would have.
        number: 1 is the first decision about this incident.
        outcome: admitted: its investigation begins; waiting: it has a place in the queue; refused: it is not
            investigated unless it becomes more severe or a person asks; dropped: it ended while it waited.
        cause: the rule that decided; `room` means that nothing stood in the way.
        reason: a sentence for people, which names the limit: "budget of source pagerduty spent: 90 of 90 this hour".
        limit_of: whose limit it is: tenant, critical, source:<name> or severity:<name>; empty where none decided.
        limit, used: of that limit.
        waiting: how many incidents of the tenant wait after this decision, this one included.
        position: its place in the queue, 1 is next; None where it does not wait.
        waiting_since: when it began to wait; None where it never did.
        waited_s: how long it waited, in seconds.
        until: when the limit is lifted; None where nobody can know, as with running investigations.
        incident_updated_at: of the incident that was judged, so that older news of it can be told from newer.
        at: when it was decided.
    """

    tenant: Id
    incident_id: Id
    investigation_id: Id
    number: PositiveInt
    outcome: AdmissionOutcome
    cause: AdmissionCause
    reason: str = Field(default="", max_length=500)
    severity: Severity
    priority: IncidentPriority = "p3"
    source: Id = "unknown"
    title: str = Field(default="", max_length=1000)
    limit_of: str = ""
    limit: NonNegativeInt = 0
    used: NonNegativeInt = 0
    waiting: NonNegativeInt = 0
    position: PositiveInt | None = None
    waiting_since: Instant | None = None
    waited_s: float = Field(default=0, ge=0)
    until: Instant | None = None
    incident_updated_at: Instant
    at: Instant


class AdmissionDue(Message):
    """A timer fired on the server: something that waits may go on, or has waited too long."""

    tenant: Id
    due_at: Instant
