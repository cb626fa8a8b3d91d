"""What is forgotten: incidents that are over for long, or silent, and the least recently touched beyond the limits."""

from datetime import datetime, timedelta

from inquest.intake.domain.correlation.book import Book
from inquest.intake.domain.correlation.endings import close
from inquest.intake.domain.correlation.hold import announce
from inquest.intake.domain.correlation.links import span
from inquest.intake.domain.correlation.place import Rules
from inquest.intake.domain.correlation.state import RESOLVED_MAX, RESOLVED_S_MAX, WEIGHT_MAX, Kept


def prune(book: Book, now: datetime, rules: Rules) -> None:
    """Keep the state within its limits. An open incident that takes no more signals says so."""
    terms = rules.correlation
    for kept in list(book.kept.values()):
        idle_s = (now - kept.touched_at).total_seconds()
        if kept.is_open and idle_s > terms.open_s_max:
            close(book, kept, now, "", f"nothing was heard of it for {span(idle_s)}")
    since = now - timedelta(seconds=RESOLVED_S_MAX)
    newest = sorted(book.kept.values(), key=lambda kept: (kept.touched_at, kept.incident.number), reverse=True)
    over = [kept for kept in newest if not kept.is_open]
    alive = [kept for kept in newest if kept.is_open]
    stale = [kept for kept in over if kept.touched_at < since and kept.incident_id not in book.told]
    too_many = [kept for kept in over[RESOLVED_MAX:] if kept.incident_id not in book.told]
    for kept in (*stale, *too_many):
        _drop(book, kept)
    for kept in alive[terms.incidents_open_max :]:
        _forget(book, kept, now, f"there are more than {terms.incidents_open_max} open incidents")
    _lighten(book, now)
    book.early = {key: early for key, early in book.early.items() if early.received_at >= since}


def _lighten(book: Book, now: datetime) -> None:
    """Drop what is over, then what is open, the least recently touched first, until the state is light enough."""
    weights = {key: _weight(kept) for key, kept in book.kept.items()}
    total = sum(weights.values())
    if total <= WEIGHT_MAX:
        return
    for kept in sorted(book.kept.values(), key=lambda kept: (kept.is_open, kept.touched_at)):
        if total <= WEIGHT_MAX:
            return
        total -= weights[kept.incident_id]
        if kept.is_open:
            _forget(book, kept, now, "the open incidents together hold too many alerts")
        else:
            _drop(book, kept)


def _weight(kept: Kept) -> int:
    """Return roughly the bytes that the lists of an incident take: marks with their times, likenesses and spots."""
    marks = (*kept.firing, *kept.ended)
    return len("".join(marks).encode()) + 20 * len(marks) + 15 * len(kept.likes) + 100 * len(kept.spots)


def _drop(book: Book, kept: Kept) -> None:
    book.gone[kept.incident_id] = book.kept.pop(kept.incident_id)
    book.changed = True


def _forget(book: Book, kept: Kept, now: datetime, why: str) -> None:
    if kept.is_held:
        kept = announce(book, kept, now, why)
    _drop(book, book.decide(kept, now, "forgotten", f"takes no more signals: {why}"))
