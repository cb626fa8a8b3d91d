"""Filters of a list, the words of a search, and the token of the next page. Pure."""

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from inquest.contracts.errors import Impossible

PAGE_SIZE_DEFAULT = 50
PAGE_SIZE_MAX = 500
WORDS_MAX = 20
TEXT_CHARS_MAX = 500
_WORD = re.compile(r"[^\s\"]*\w[^\s\"]*")  # `service-1` is one word: FTS5 reads it as a phrase


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list shows; None and empty tuples mean no restriction.

    Attributes:
        states: of the investigation, any of these.
        service: that the incident names.
        opened_after: opened at this time or later.
        opened_before: opened before this time.
        scope: that name one of these services; an empty scope shows nothing.
    """

    states: tuple[str, ...] = ()
    service: str | None = None
    opened_after: datetime | None = None
    opened_before: datetime | None = None
    scope: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class IncidentFilters:
    """Which incidents a list shows; None and empty tuples mean no restriction.

    Attributes:
        states: of the incident, any of these.
        admissions: what its newest admission decision says, any of these.
        service: that it names.
        opened_after: opened at this time or later.
        opened_before: opened before this time.
        scope: that name one of these services; an empty scope shows nothing.
    """

    states: tuple[str, ...] = ()
    admissions: tuple[str, ...] = ()
    service: str | None = None
    opened_after: datetime | None = None
    opened_before: datetime | None = None
    scope: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class NoticeFilters:
    """Which notices a list shows; None means no restriction. `outcome` is also what held a notice back."""

    notice_id: str | None = None
    investigation_id: str | None = None
    channel: str | None = None
    kind: str | None = None
    outcome: str | None = None
    scope: frozenset[str] | None = None


def is_in_scope(services: Iterable[str], scope: frozenset[str] | None) -> bool:
    """Whether what names these services may be seen."""
    return scope is None or not scope.isdisjoint(services)


def page_size(wanted: int) -> int:
    """Return the number of lines of a page. Raises Impossible on a negative number."""
    if wanted < 0:
        raise Impossible(f"page_size is {wanted}; give 1 to {PAGE_SIZE_MAX}")
    return min(wanted or PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX)


def words_of(text: str) -> tuple[str, ...]:
    """Return each word as an FTS5 query, the last as a prefix; quoted, so that nothing typed is read as syntax.

    Raises Impossible past the limits.
    """
    if len(text) > TEXT_CHARS_MAX:
        raise Impossible(f"query has {len(text)} characters; at most {TEXT_CHARS_MAX} are searched")
    words = [f'"{word}"' for word in _WORD.findall(text.replace("\0", " "))]  # SQLite would end the query there
    if len(words) > WORDS_MAX:
        raise Impossible(f"query has {len(words)} words; at most {WORDS_MAX} are searched")
    return (*words[:-1], words[-1] + "*") if words else ()


def encode_token(opened_at: str, investigation_id: str) -> str:
    """Return the token that continues after this line."""
    raw = json.dumps([opened_at, investigation_id]).encode()
    return base64.urlsafe_b64encode(raw).decode()


def decode_token(token: str) -> tuple[str, str]:
    """Return (opened_at, investigation_id) of the last line seen. Raises Impossible on anything but our own token."""
    try:
        opened_at, investigation_id = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError, RecursionError) as error:
        raise Impossible("page_token is not one of ours; leave it out to start at the first page") from error
    if not isinstance(opened_at, str) or not isinstance(investigation_id, str):
        raise Impossible("page_token is not one of ours; leave it out to start at the first page")
    return opened_at, investigation_id
