"""When an incident is announced: a critical one at once, any other after a short hold.

A hold spares people what is over in seconds, and lets signals that come in the wrong order find each other before
anything is investigated. Its end is a timer on the server, so that it outlives any process.
"""

from datetime import datetime, timedelta

from inquest.contracts.v1.grouping import IncidentDue
from inquest.contracts.v1.signal import Signal
from inquest.intake.domain.correlation.book import Book
from inquest.intake.domain.correlation.place import Rules
from inquest.intake.domain.correlation.state import Kept

OVERDUE_S = 15.0  # a timer this late is lost: any later signal of the tenant announces instead


def hold_or_announce(book: Book, kept: Kept, signal: Signal, rules: Rules) -> Kept:
    """Announce a new incident, or hold it; announce a held one that has become critical."""
    hold_s = rules.correlation.hold_s
    incident = kept.incident
    if not kept.is_held:
        return kept
    if incident.severity == "critical" or hold_s == 0 or incident.window:
        return announce(book, kept, signal.received_at, "critical: not held" if incident.held_until else "", signal)
    if incident.held_until is not None:
        return kept
    until = signal.received_at + timedelta(seconds=hold_s)
    book.arm(kept, "hold", until)
    kept = book.decide(kept, signal.received_at, "held", f"for {hold_s} s: it is not critical, and may pass")
    return book.amend(kept, held_until=until)


def announce(book: Book, kept: Kept, at: datetime, why: str, signal: Signal | None = None) -> Kept:
    """Tell that an incident is open: from now on it is investigated."""
    if why:
        kept = book.decide(kept, at, "announced", why)
    book.saying(kept).opened = True
    kept = book.put(kept.model_copy(update={"announced_by": signal.signal_id if signal else None}))
    return book.amend(kept, announced_at=at, held_until=None)


def hold_ended(book: Book, kept: Kept, due: IncidentDue, at: datetime) -> None:
    """Announce a held incident whose time is up. One that was announced is told again: that may have been lost."""
    if kept.is_held and kept.incident.held_until is not None:
        announce(book, kept, at, "the hold has ended")
    elif kept.is_open:
        told = book.saying(kept)
        told.opened = True
        told.causes.append(f"{due.timer}-ended")


def take_up_overdue(book: Book, now: datetime) -> None:
    """Announce what is held for longer than it should be: its timer is lost."""
    for kept in list(book.kept.values()):
        until = kept.incident.held_until
        if kept.is_held and until is not None and (now - until).total_seconds() > OVERDUE_S:
            announce(book, kept, now, "the hold has ended long ago")
