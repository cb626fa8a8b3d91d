"""Changes: kept for a while, and put on the incidents that begin near them at the services they touched."""

from collections.abc import Iterable

from inquest.contracts.v1.signal import CHANGES_MAX as LISTED_MAX
from inquest.contracts.v1.signal import NearChange, Signal, SignalChange
from inquest.intake.domain.correlation.book import Book
from inquest.intake.domain.correlation.links import span
from inquest.intake.domain.correlation.place import Rules
from inquest.intake.domain.correlation.state import CHANGES_MAX, Kept

AFTER_S = 60.0  # a change whose record is this much later than the onset may still have been before it


def received(book: Book, signal: Signal, rules: Rules) -> None:
    """Keep a change, and put it on the open incidents that it may have caused."""
    change = NearChange(
        signal_id=signal.signal_id,
        at=signal.occurred_at,
        title=signal.title,
        services=signal.services,
        change=signal.change or SignalChange(),
    )
    if any(_same(one, change) for one in book.changes.values()):
        return  # a deployment is told when it begins, and again when it ends
    book.changes[signal.signal_id] = change
    if len(book.changes) > CHANGES_MAX:
        del book.changes[next(iter(book.changes))]
    book.changed = True
    for kept in list(book.kept.values()):
        if kept.is_open:
            list_changes(book, kept, signal, rules, [change])


def list_changes(
    book: Book, kept: Kept, signal: Signal, rules: Rules, changes: Iterable[NearChange] | None = None
) -> Kept:
    """Put the changes near its onset on an incident."""
    known = {change.signal_id for change in kept.incident.changes}
    for change in list(book.changes.values()) if changes is None else changes:
        if change.signal_id in known or len(kept.incident.changes) >= LISTED_MAX:
            continue
        for spot in kept.spots:
            before_s = spot.first_s - change.at.timestamp()
            if spot.service in change.services and -AFTER_S <= before_s <= rules.correlation.change_s:
                what = change.change.ref or change.title
                order = f"{span(before_s)} before" if before_s >= 0 else f"{span(-before_s)} after"
                why = f"{change.change.kind} {what} of {spot.service}, {order} it began to alert"
                kept = book.decide(kept, signal.received_at, "change", why)
                kept = book.amend(kept, changes=(*kept.incident.changes, change))
                break
    return kept


def _same(one: NearChange, other: NearChange) -> bool:
    fields = {"kind", "ref", "repository", "environment"}
    return bool(one.change.ref) and one.change.model_dump(include=fields) == other.change.model_dump(include=fields)
