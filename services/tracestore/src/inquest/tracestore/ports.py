"""What the trace store needs from outside."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from inquest.bus.port import Delivery
from inquest.contracts.latest import (
    DeadLetter,
    IncidentStory,
    IncidentSummary,
    InvestigationStory,
    InvestigationSummary,
    NoticeSent,
)
from inquest.tracestore.domain.rows import Row
from inquest.tracestore.domain.search import Filters, IncidentFilters, NoticeFilters


@dataclass(frozen=True, slots=True)
class Page:
    """Lines of a list, newest first; `next_token` is empty on the last page."""

    summaries: tuple[InvestigationSummary, ...]
    next_token: str = ""


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """Incidents, newest first; `next_token` is empty on the last page."""

    summaries: tuple[IncidentSummary, ...]
    next_token: str = ""


@dataclass(frozen=True, slots=True)
class NoticePage:
    """What became of notices, newest first; `next_token` is empty on the last page."""

    notices: tuple[NoticeSent, ...]
    next_token: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One investigation that matched a search, with the line that matched best."""

    summary: InvestigationSummary
    snippet: str


@dataclass(frozen=True, slots=True)
class Positioned:
    """A row at its place in this store; positions ascend with arrival and start at 1."""

    position: int
    investigation_id: str
    row: Row


class Store(Protocol):
    """Keeps rows and answers questions about them. Raises RetryLater while the disk does not play along."""

    async def append(self, rows: Sequence[Row]) -> int:
        """Keep the rows that are new, all or none; returns how many were."""
        ...

    async def last_seq(self, stream: str) -> int:
        """Return the highest sequence kept of a stream, 0 when there is none."""
        ...

    async def story(self, tenant: str, investigation_id: str) -> InvestigationStory | None:
        """Return everything known of one investigation, or None."""
        ...

    async def page(self, tenant: str, filters: Filters, size: int, token: str) -> Page:
        """Return one page of the list, newest first. Raises Impossible on a token that is not ours."""
        ...

    async def incident(self, tenant: str, wanted: str) -> IncidentStory | None:
        """Return everything known of one incident, by its id or its number (7, INC-7), or None."""
        ...

    async def incidents(self, tenant: str, filters: IncidentFilters, size: int, token: str) -> IncidentPage:
        """Return one page of incidents, newest first. Raises Impossible on a token that is not ours."""
        ...

    async def notices(self, tenant: str, filters: NoticeFilters, size: int, token: str) -> NoticePage:
        """Return one page of notices, newest first. Raises Impossible on a token that is not ours."""
        ...

    async def search(self, tenant: str, words: Sequence[str], filters: Filters, size: int) -> tuple[Hit, ...]:
        """Return the investigations in which every word occurs, best match first."""
        ...

    async def records(
        self, tenant: str, investigation_id: str, after: int, size: int, scope: frozenset[str] | None = None
    ) -> list[Positioned]:
        """Return the rows after a position, of one investigation (with its incident) or, when empty, of the tenant.

        With a scope there are none while the investigation names no service of it.
        """
        ...


class History(Protocol):
    """What the trace store asks of the streams beside its own consumers; BusPort serves it."""

    async def get(self, stream: str, seq: int) -> Delivery | None:
        """Return a stored message by its sequence, or None when it is gone."""
        ...

    async def bury(self, letter: DeadLetter) -> None:
        """Keep a dead letter and, where the original lies in a work queue, delete the original."""
        ...

    def replay(
        self, stream: str, *, after_seq: int = 0, batch_max: int = 500
    ) -> AsyncIterator[Sequence[tuple[Any, Delivery]]]:
        """Read a stream from a sequence to its present end."""
        ...
