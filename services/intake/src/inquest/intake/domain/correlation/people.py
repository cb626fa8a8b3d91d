"""What a person decides about which signals are one incident. Later signals follow."""

from collections.abc import Sequence
from datetime import datetime

from inquest.contracts.errors import Impossible
from inquest.contracts.message import derive_id
from inquest.contracts.v1.grouping import MergeIncidents, SplitIncident
from inquest.contracts.v1.signal import Signal
from inquest.intake.domain.correlation.book import Book
from inquest.intake.domain.correlation.hold import announce
from inquest.intake.domain.correlation.incident import joined, opened, union
from inquest.intake.domain.correlation.merging import absorb
from inquest.intake.domain.correlation.place import Place, Rules, place
from inquest.intake.domain.correlation.spots import with_origins
from inquest.intake.domain.correlation.state import LIKES_MAX, Kept, marks


def merge(book: Book, command: MergeIncidents, at: datetime, rules: Rules) -> None:
    """Make one incident part of another. Raises Impossible for incidents that are forgotten, or one and the same."""
    kept, other = _known(book, command.incident_id), _known(book, command.merged_id)
    if kept.incident_id == other.incident_id:
        if book.kept[command.merged_id].incident.merged_into is None:
            raise Impossible(f"{kept.name} cannot be merged with itself")
        book.saying(kept).causes.append("merge")  # the command came twice: tell it again
        return
    reason = f": {command.reason}" if command.reason else ""
    was_held = kept.is_held and not other.is_held
    one = absorb(book, kept, other, at, f"by {command.requested_by}{reason}", rules)
    if was_held:
        announce(book, one, at, f"{other.name} was announced already")


def split(book: Book, command: SplitIncident, signals: Sequence[Signal], at: datetime, rules: Rules) -> None:
    """Make some signals of an incident another one, which takes later alerts like them. Raises Impossible."""
    kept = _known(book, command.incident_id)
    made_of = [signal for signal in signals if signal.kind in {"alert", "ticket"}]
    if not made_of:
        raise Impossible(f"{kept.name}: none of these signals is known as an alert of it")
    reason = f": {command.reason}" if command.reason else ""
    new_id = derive_id("incident", command.tenant, "split", kept.incident_id, *sorted(command.signal_ids))
    if again := book.kept.get(new_id):
        book.saying(again).opened = True  # the command came twice: tell it again
        book.saying(again).causes.append("split")
        return
    seen = [place(signal, rules) for signal in made_of]
    book.numbered += 1
    new = _made_of(book.numbered, new_id, kept, made_of, seen, rules)
    why = f"from {kept.name} by {command.requested_by}{reason}"
    new = book.decide(book.put(new), at, "split", f"{why}: {len(made_of)} signals")
    for signal in made_of:
        new = book.decide(new, at, "attached", why, signal)
        book.remember(signal, new, "attached", why)
    announce(book, new, at, "")
    book.index(book.kept[new_id])
    left = book.put(_without(kept, made_of, seen, new_id, rules))
    left = book.decide(left, at, "split", f"{new.name} split off by {command.requested_by}{reason}")
    moved = [signal.signal_id for signal in made_of]
    book.decide_each(left, at, "moved", f"to {new.name} by {command.requested_by}{reason}", moved)


def _known(book: Book, incident_id: str) -> Kept:
    kept = book.find(incident_id)
    if kept is None:
        raise Impossible(f"incident {incident_id} is unknown, or too old to change")
    return kept


def _made_of(
    number: int, new_id: str, kept: Kept, made_of: Sequence[Signal], seen: Sequence[Place], rules: Rules
) -> Kept:
    new = opened(made_of[0], seen[0], rules, number, kept.trace)
    for signal, where in zip(made_of[1:], seen[1:], strict=True):
        new = joined(new, signal, where, rules)
    fired_at = {mark: at_s for mark, at_s in new.fired_at.items() if mark not in kept.ended}
    ended_at = {mark: at_s for mark, at_s in kept.ended_at.items() if mark in new.firing}
    incident = new.incident.model_copy(update={"incident_id": new_id, "split_from": kept.incident_id})
    return new.model_copy(
        update={
            "incident": incident,
            **marks(fired_at, ended_at),
            "given": _marks(seen),
            "apart": (kept.incident_id,),
        }
    )


def _marks(seen: Sequence[Place]) -> tuple[str, ...]:
    return union((where.mark for where in seen if where.mark), (where.like for where in seen), LIKES_MAX)


def _without(kept: Kept, made_of: Sequence[Signal], seen: Sequence[Place], new_id: str, rules: Rules) -> Kept:
    """Return what is left of an incident: services that showed in nothing but these signals are no longer its."""
    taken = set(_marks(seen))
    counts = {spot.service: spot.count for spot in kept.spots}
    for service in (name for where in seen for name in where.own):
        counts[service] = counts.get(service, 0) - 1
    spots = tuple(
        spot.model_copy(update={"count": counts[spot.service]})
        for spot in kept.spots
        if counts[spot.service] > 0 or spot.count == 0
    )
    ids = {signal.signal_id for signal in made_of}
    incident = kept.incident
    gone = {spot.service for spot in kept.spots} - {spot.service for spot in spots}
    update = {
        "signal_ids": tuple(one for one in incident.signal_ids if one not in ids) or incident.signal_ids[:1],
        "signals_count": max(1, incident.signals_count - len(ids)),
        "services": tuple(name for name in incident.services if name not in gone),
    }
    return kept.model_copy(
        update={
            "incident": incident.model_copy(update=update),
            "spots": with_origins(spots, rules),
            **marks(
                {mark: at_s for mark, at_s in kept.fired_at.items() if mark not in taken},
                {mark: at_s for mark, at_s in kept.ended_at.items() if mark not in taken},
            ),
            "likes": tuple(like for like in kept.likes if like not in taken),
            "given": tuple(mark for mark in kept.given if mark not in taken),
            "barred": union(kept.barred, taken, LIKES_MAX),
            "apart": union(kept.apart, (new_id,), LIKES_MAX),
        }
    )
