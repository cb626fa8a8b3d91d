"""One signal after another into the state. Folding a signal again changes nothing and tells again what it did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inquest.contracts.message import derive_id
from inquest.contracts.v1.grouping import IncidentDue
from inquest.contracts.v1.signal import TAKEN_MAX, Decision, Incident, Signal
from inquest.intake.domain.correlation import changes
from inquest.intake.domain.correlation.book import Book, Told, What
from inquest.intake.domain.correlation.endings import (
    await_quiet,
    close_early,
    count_return,
    quiet_ended,
    reopen,
    resolve,
)
from inquest.intake.domain.correlation.hold import hold_ended, hold_or_announce, take_up_overdue
from inquest.intake.domain.correlation.incident import early_s, joined, listed, opened
from inquest.intake.domain.correlation.links import Link, explained, link, span
from inquest.intake.domain.correlation.merging import absorb_if_untold
from inquest.intake.domain.correlation.place import Place, Rules, place
from inquest.intake.domain.correlation.priority import priority
from inquest.intake.domain.correlation.pruning import prune
from inquest.intake.domain.correlation.spots import unnamed
from inquest.intake.domain.correlation.state import Incidents, Kept


@dataclass(frozen=True, slots=True)
class Effect:
    """What must be published because of a batch.

    Attributes:
        what: the event.
        incident: its content.
        cause: differs for events with other decisions in them, and is the same when they are told again.
        trace: traceparent of the signal that opened the incident.
    """

    what: What
    incident: Incident
    cause: str
    trace: str


@dataclass(frozen=True, slots=True)
class Folded:
    """What a batch made of the state. `state` is None where it changed nothing."""

    state: Incidents | None
    effects: tuple[Effect, ...]
    timers: tuple[IncidentDue, ...]


def fold(state: Incidents, rules: Rules, signals: Sequence[Signal], traces: Mapping[str, str] | None = None) -> Folded:
    """Return what a batch of signals makes of the state. `traces` is each signal's traceparent."""
    book = Book.of(state)
    for signal in signals:
        fold_signal(book, signal, rules, (traces or {}).get(signal.signal_id, ""))
    return finish(book, max((signal.received_at for signal in signals), default=None), rules)


def finish(book: Book, now: datetime | None, rules: Rules) -> Folded:
    """Return the state and everything that follows from what was folded."""
    if now is not None:
        take_up_overdue(book, now, rules)
        if book.changed:
            prune(book, now, rules)
    effects: list[Effect] = []
    for incident_id, told in book.told.items():
        kept = book.kept.get(incident_id) or book.gone[incident_id]
        rank, why = priority(kept.incident, rules)
        if (rank, why) != (kept.incident.priority, kept.incident.priority_why):
            update = {"priority": rank, "priority_why": why}
            kept = kept.model_copy(update={"incident": kept.incident.model_copy(update=update)})
            if incident_id in book.kept:
                book.put(kept)
        effects.extend(_effects(kept, told))
    timers = [due for told in book.told.values() for due in told.timers.values()]
    return Folded(_state(book) if book.changed else None, tuple(effects), tuple(timers))


def _effects(kept: Kept, told: Told) -> list[Effect]:
    whats: list[What] = ["opened"] if told.opened else []
    whats += ["resolved"] if told.resolved else []
    taken: tuple[Decision, ...] = (*told.taken, *told.again)[:TAKEN_MAX]
    cause = derive_id(*told.causes, *(one.signal_id or one.what for one in taken))
    made = []
    for what in whats or ["updated"]:
        made.append(Effect(what, kept.incident.model_copy(update={"taken": taken}), cause, kept.trace))
        taken = ()  # told once
    return made


def _state(book: Book) -> Incidents:
    return Incidents(
        kept=tuple(book.kept.values()),
        early=tuple(book.early.values()),
        changes=tuple(book.changes.values()),
        recent=tuple((signal, *row) for signal, row in book.recent.items()),
        numbered=book.numbered,
    )


def fold_signal(book: Book, signal: Signal, rules: Rules, trace: str = "") -> None:
    """Fold one signal."""
    if _told_again(book, signal, rules):
        return
    if signal.kind == "change":
        if signal.signal_id not in book.changes:
            changes.received(book, signal, rules)
        return
    seen = place(signal, rules)
    if signal.kind == "resolution":
        if signal.dedup_key:  # without a key it does not say of what
            resolve(book, signal, seen, rules)
        return
    found = link(book, signal, seen, rules)
    if not signal.opens and (found is None or not found.kept.is_open):
        book.remember(signal, None, "passed-over")  # it only adds to what is open
        return
    kept = _joined(book, found, signal, seen, rules) if found else _opened(book, signal, seen, rules, trace)
    if kept.is_open:
        kept = _with_those_explained(book, kept, signal, seen, rules)
        kept = changes.list_changes(book, kept, signal, rules)
        hold_or_announce(book, kept, signal, rules)
        close_early(book, signal, rules)


def _told_again(book: Book, signal: Signal, rules: Rules) -> bool:
    """Tell again what was decided about a signal that is folded again."""
    if signal.signal_id in book.recent:
        incident_id, what, why = book.recent[signal.signal_id]
        if not incident_id:
            return True
        kept = book.find(incident_id)
    else:
        kept = next((one for one in book.kept.values() if signal.signal_id in one.incident.signal_ids), None)
        kept = kept and book.find(kept.incident_id)
        what, why = "repeated", "delivered again long after it was handled"
    if kept is None:
        return False
    told = book.saying(kept)
    told.taken.append(Decision(at=signal.received_at, signal_id=signal.signal_id, what=what, why=why))
    told.opened = told.opened or kept.announced_by == signal.signal_id
    told.resolved = told.resolved or kept.resolved_by == signal.signal_id
    if kept.is_held and kept.incident.held_until is not None:
        book.arm(kept, "hold", kept.incident.held_until)
    await_quiet(book, kept, rules)
    return True


def _opened(book: Book, signal: Signal, seen: Place, rules: Rules, trace: str) -> Kept:
    for other in [one for one in book.kept.values() if one.is_open and _only_names(one, seen.own)]:
        book.put(other.model_copy(update={"spots": unnamed(other.spots, seen.own, rules)}))
    book.numbered += 1
    kept = book.put(opened(signal, seen, rules, book.numbered, trace))
    book.owners[seen.mark] = kept.incident_id
    why = f"no open incident is near {', '.join(seen.about)}" if seen.about else "names no service"
    kept = book.decide(kept, signal.received_at, "opened", why, signal)
    book.remember(signal, kept, "opened", why)
    return kept


def _only_names(kept: Kept, services: Sequence[str]) -> bool:
    return any(spot.count == 0 and spot.service in services for spot in kept.spots)


def _joined(book: Book, found: Link, signal: Signal, seen: Place, rules: Rules) -> Kept:
    kept, why = found.kept, found.why
    returns = bool(seen.mark and seen.mark in kept.ended) or (not kept.is_open and seen.like in kept.likes)
    ended_at = kept.incident.resolved_at
    if returns and seen.at_s <= kept.ended_at.get(seen.mark, 0.0):
        ended_at = signal.occurred_at  # its own end is known, whatever else of the incident still fires
    if ended_at is not None and signal.occurred_at <= ended_at:
        over = "its alert" if kept.is_open else kept.name
        what, why = "late", f"{why}; it happened before {over} was over"
        late = kept.model_copy(update={"incident": listed(kept.incident, signal)})
        kept = book.decide(book.put(late), signal.received_at, what, why, signal)
    else:
        what = "attached" if kept.is_open else "reopened"
        if not kept.is_open:
            kept = reopen(book, kept, signal, why)
        if before_s := early_s(kept.incident, seen, rules):
            said = signal.labels.get("clock_skew") or f"the source said {signal.occurred_at.isoformat()}"
            why = f"{why}; its time does not count, {span(before_s)} before {kept.name} began: {said}"
        kept = book.put(joined(kept, signal, seen, rules))
        book.owners[seen.mark] = kept.incident_id
        if what == "attached":
            kept = book.decide(kept, signal.received_at, what, why, signal)
        if returns:
            kept = count_return(book, kept, signal, seen, rules)
    book.remember(signal, kept, what, why)
    return kept


def _with_those_explained(book: Book, kept: Kept, signal: Signal, seen: Place, rules: Rules) -> Kept:
    """Take in other incidents that this signal explains."""
    for other, why in explained(book, kept, seen, rules):
        kept = absorb_if_untold(book, kept, other, signal.received_at, why, rules)
    return kept


def fold_due(state: Incidents, rules: Rules, due: Sequence[IncidentDue], at: datetime) -> Folded:
    """Return what timers that fired make of the state. A timer is believed, never compared with a clock."""
    book = Book.of(state)
    for one in due:
        kept = book.kept.get(one.incident_id)
        if kept is not None and kept.incident.merged_into is None:
            if one.timer == "hold":
                hold_ended(book, kept, one, at, rules)
            else:
                quiet_ended(book, kept, at)
    return finish(book, at, rules)
