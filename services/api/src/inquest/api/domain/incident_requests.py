"""Parameters and answers of the operations on incidents."""

from pydantic import AwareDatetime, Field

from inquest.api.domain.requests import Answer, Asked, TenantQuery, Words
from inquest.contracts.latest import AdmissionOutcome, Id, IncidentState, IncidentStory, IncidentSummary
from inquest.contracts.v1.grouping import SPLIT_SIGNALS_MAX


class IncidentsQuery(TenantQuery):
    """Which incidents to list."""

    state: tuple[IncidentState, ...] = Field(default=(), description="Any of these; repeat the parameter.")
    admission: tuple[AdmissionOutcome, ...] = Field(
        default=(),
        description="What became of their investigation, any of these: refused and waiting are not looked at.",
    )
    service: str | None = Field(default=None, max_length=200, description="That the incident names.")
    since: AwareDatetime | None = Field(default=None, description="Opened at this time or later (RFC 3339).")
    until: AwareDatetime | None = Field(default=None, description="Opened before this time (RFC 3339).")
    page_size: int = Field(default=50, ge=1, le=500)
    page_token: str = Field(default="", max_length=500, description="`next_page_token` of the page before.")


class IncidentsAnswer(Answer):
    """One page, newest first."""

    incidents: tuple[IncidentSummary, ...]
    next_page_token: str = Field(default="", description="Empty on the last page.")


class MergeBody(Asked):
    """Two incidents are one."""

    other: str = Field(min_length=1, max_length=48, description="The incident that becomes part: its id or number.")
    reason: Words = Field(default="", max_length=200)


class SplitBody(Asked):
    """Some signals of an incident are another one. Later alerts like them go there too."""

    signal_ids: tuple[Id, ...] = Field(min_length=1, max_length=SPLIT_SIGNALS_MAX)
    reason: Words = Field(default="", max_length=200)


class Regrouped(Answer):
    """The command is durable; the incident says when it is done."""

    incident_id: str


def signals_of(story: IncidentStory) -> frozenset[str]:
    """Return the ids of the signals that are of an incident now: those that were moved elsewhere are not."""
    newest = {one.signal_id: one.what for one in story.decisions if one.signal_id}
    listed = (*story.incident.signal_ids, *(signal.signal_id for signal in story.signals))
    return frozenset(one for one in (*newest, *listed) if newest.get(one) != "moved")
