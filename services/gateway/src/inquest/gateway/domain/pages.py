"""Rows that lie in memory, a page at a time. The cursor is the number of rows that were answered before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from inquest.contracts.latest import ChangeData, ChangesRequest, DomainRequest, FlagsRequest
from inquest.gateway.domain.failure import ProviderError

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """`left` rows come after it; `next_cursor` leads to them, and is empty where there are none."""

    rows: Sequence[RowT]
    left: int
    next_cursor: str


def page(rows: Sequence[RowT], request: DomainRequest, *, newest: bool = False) -> Page[RowT]:
    """Return the page of `rows` that is asked for; `newest` pages from the end, each page still in order.

    Raises ProviderError (malformed) for a cursor that is not ours.
    """
    done = offset(request.cursor)
    size = max(0, min(request.rows_max, len(rows) - done))
    start = len(rows) - done - size if newest else done
    left = max(0, len(rows) - done - size)
    return Page(rows[start : start + size], left, str(done + size) if left else "")


def offset(cursor: str) -> int:
    """Return how many rows were answered before. Raises ProviderError (malformed)."""
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 16):
        raise ProviderError("malformed", "the cursor is not one that this provider gave")
    return int(cursor)


def is_asked(change: ChangeData, request: DomainRequest) -> bool:
    """Say whether a change is asked for, whatever its time; one without a service is never left out for its service."""
    if request.services and change.service is not None and change.service not in request.services:
        return False
    if isinstance(request, FlagsRequest):
        return not request.names or change.ref in request.names
    if isinstance(request, ChangesRequest):
        return (
            (not request.kinds or change.kind in request.kinds)
            and (not request.ids or change.ref in request.ids)
            and (not request.repository or not change.repository or change.repository == request.repository)
        )
    return True


_LEVELS = (
    ("trace",),
    ("debug", "verbose"),
    ("info", "information", "notice"),
    ("warning", "warn"),
    ("error", "err", "severe"),
    ("critical", "fatal", "emergency", "alert", "panic", "crit", "emerg"),
)
_RANK = {word: rank for rank, words in enumerate(_LEVELS) for word in words}


def is_severe(severity: str, least: str | None) -> bool:
    """Say whether a line is at least as severe; one whose severity is unknown may be."""
    if least is None:
        return True
    return _RANK.get(severity.lower(), len(_LEVELS)) >= _RANK[least]


def words_below(least: str | None) -> tuple[str, ...]:
    """Return the words of severities that lie below the least one asked for, in lower case."""
    return () if least is None else tuple(word for words in _LEVELS[: _RANK[least]] for word in words)
