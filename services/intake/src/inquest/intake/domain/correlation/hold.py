"""When an incident is announced: a critical one at once, any other after a short hold.

A hold spares people what is over in seconds, and lets signals that come in the wrong order find each other before
anything is investigated. Its end is a timer on the server, so that it outlives any process.
"""

from datetime import datetime, timedelta

from inquest.contracts.v1.grouping import IncidentDue
from inquest.contracts.v1.signal import Signal
from inquest.intake.domain.correlation.book import Book
from inquest.intake.domain.correlation.merging import join_others
from inquest.intake.domain.correlation.place import Rules
from inquest.intake.domain.correlation.state import Kept

OVERDUE_S = 15.0  # a timer this late is lost: any later signal of the tenant announces instead


def hold_or_announce(book: Book, kept: Kept, signal: Signal, rules: Rules) -> None:
    """Announce a new incident, or hold it; announce a held one that has become critical."""
    hold_s = rules.correlation.hold_s
    incident = kept.incident
    if not kept.is_held:
        return
    if incident.severity == "critical" or hold_s == 0 or incident.window:
        why = "critical: no longer held" if incident.held_until else ""
        announce_or_join(book, kept, signal.received_at, why, rules, signal)
    elif incident.held_until is None:
        until = signal.received_at + timedelta(seconds=hold_s)
        book.arm(kept, "hold", until)
        kept = book.decide(kept, signal.received_at, "held", f"for {hold_s} s: it is not critical, and may pass")
        book.amend(kept, held_until=until)


def announce_or_join(
    book: Book, kept: Kept, at: datetime, why: str, rules: Rules, signal: Signal | None = None
) -> None:
    """Announce an incident, together with others that are the same fault; not at all where one of them is announced."""
    one = join_others(book, kept, at, rules)
    if one.is_held:
        announce(book, one, at, why, signal)


def announce(book: Book, kept: Kept, at: datetime, why: str, signal: Signal | None = None) -> Kept:
    """Tell that an incident is open: from now on it is investigated."""
    if why:
        kept = book.decide(kept, at, "announced", why)
    book.saying(kept).opened = True
    kept = book.put(kept.model_copy(update={"announced_by": signal.signal_id if signal else None}))
    return book.amend(kept, announced_at=at, held_until=None)


def hold_ended(book: Book, kept: Kept, due: IncidentDue, at: datetime, rules: Rules) -> None:
    """Announce a held incident whose time is up. One that was announced is told again: that may have been lost."""
    if kept.is_held and kept.incident.held_until is not None:
        announce_or_join(book, kept, at, "the hold has ended", rules)
    elif kept.is_open:
        told = book.saying(kept)
        told.opened = True
        told.causes.append(f"{due.timer}-ended")


def take_up_overdue(book: Book, now: datetime, rules: Rules) -> None:
    """Announce what is held for longer than it should be: its timer is lost."""
    for incident_id in list(book.kept):
        kept = book.kept[incident_id]
        until = kept.incident.held_until
        if kept.is_held and until is not None and (now - until).total_seconds() > OVERDUE_S:
            announce_or_join(book, kept, now, "the hold has ended long ago", rules)
