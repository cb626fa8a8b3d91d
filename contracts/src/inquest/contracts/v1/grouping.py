"""What people say about which signals are one incident, and the timers of incidents."""

from typing import Literal

from pydantic import Field

from inquest.contracts.message import Id, Instant, Message

IncidentTimer = Literal["hold", "quiet"]
SPLIT_SIGNALS_MAX = 200


class MergeIncidents(Message):
    """A person says that two incidents are one; `merged_id` becomes part of `incident_id`."""

    tenant: Id
    incident_id: Id
    merged_id: Id
    reason: str = Field(default="", max_length=200)
    requested_by: str = Field(max_length=200)


class SplitIncident(Message):
    """A person says that some signals of an incident are another one."""

    tenant: Id
    incident_id: Id
    signal_ids: tuple[Id, ...] = Field(max_length=SPLIT_SIGNALS_MAX)
    reason: str = Field(default="", max_length=200)
    requested_by: str = Field(max_length=200)


class IncidentDue(Message):
    """A timer of an incident fired on the server: `hold` announces it, `quiet` closes one that flapped."""

    tenant: Id
    incident_id: Id
    timer: IncidentTimer
    due_at: Instant
