"""What the API needs from outside."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from inquest.api.domain.control_requests import NoticesAnswer, NoticesQuery
from inquest.api.domain.incident_requests import IncidentsAnswer, IncidentsQuery
from inquest.api.domain.requests import Investigations, ListQuery
from inquest.api.domain.view import View
from inquest.contracts.latest import IncidentStory, InvestigationStory, Message, TimelineEntry

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that happened; `kind` and `message` where the trace store knows them."""

    position: int
    investigation_id: str
    entry: TimelineEntry
    kind: str
    message: Message | None


class Notices(Protocol):
    """What became of notices. Raises Impossible for bad input, RetryLater while the trace store is away."""

    async def notices(self, view: View, query: NoticesQuery) -> NoticesAnswer:
        """Return one page, newest first."""
        ...


class IncidentStories(Protocol):
    """What happened to incidents. Raises NotFound, Impossible for bad input, RetryLater as Stories does."""

    async def incident(self, view: View, incident_id: str) -> IncidentStory:
        """Return the story of one incident, by its id or its number."""
        ...

    async def incidents(self, view: View, query: IncidentsQuery) -> IncidentsAnswer:
        """Return one page, newest first."""
        ...


class Stories(Protocol):
    """What happened. Raises NotFound, Impossible for bad input, RetryLater while the trace store is away."""

    async def get(self, view: View, investigation_id: str) -> InvestigationStory:
        """Return the whole story."""
        ...

    async def list(self, view: View, query: ListQuery) -> Investigations:
        """Return one page; with a text, the best matches."""
        ...

    async def watch(self, view: View, investigation_id: str, after: int) -> AsyncIterator[Record]:
        """Connect, then return what was recorded after a position and each new record, until closed."""
        ...
