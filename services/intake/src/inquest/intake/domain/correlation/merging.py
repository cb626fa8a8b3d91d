"""Two incidents become one: because a person says so, or because nobody was told of one of them yet."""

from datetime import datetime

from inquest.intake.domain.correlation.book import Book
from inquest.intake.domain.correlation.incident import merged
from inquest.intake.domain.correlation.links import outside_s, span
from inquest.intake.domain.correlation.place import Rules
from inquest.intake.domain.correlation.state import LIKES_MAX, Kept, Spot


def absorb(book: Book, kept: Kept, other: Kept, at: datetime, why: str, rules: Rules) -> Kept:
    """Make `other` part of `kept`, and end it."""
    one = merged(kept, other, rules)
    one = one.model_copy(update={"apart": tuple(name for name in kept.apart if name != other.incident_id)})
    one = book.decide(book.put(one), at, "merged", f"took in {other.name} {why}")
    one = book.decide_each(one, at, "attached", f"came with {other.name}, merged {why}", other.incident.signal_ids)
    if not kept.is_open and other.is_open:
        one = book.amend(one, state="open", resolved_at=None, resolution=None, ended_how="")
    how = f"merged into {kept.name} {why}"
    gone = book.decide(other, at, "merged", how)
    gone = book.amend(
        gone, state="resolved", resolved_at=at, ended_how=how, merged_into=kept.incident_id, held_until=None
    )
    book.put(gone.model_copy(update={"firing": (), "ended": (), "likes": (), "given": (), "uncounted": 0}))
    book.saying(gone).resolved = True
    book.index(one)
    return one


def absorb_if_untold(book: Book, kept: Kept, other: Kept, at: datetime, why: str, rules: Rules) -> Kept:
    """Make one of two incidents part of the other, unless both are announced: then each says that it may be the other.

    Returns what has become of `kept`.
    """
    if not kept.is_held and not other.is_held:
        for one, another in ((kept, other), (other, kept)):
            apart = one.model_copy(update={"apart": (*one.apart, another.incident_id)[-LIKES_MAX:]})
            text = f"may be one fault with {another.name}: {why}; both are investigated already"
            book.decide(book.put(apart), at, "related", text)
        return book.kept[kept.incident_id]
    is_older = kept.incident.number < other.incident.number
    into, gone = (kept, other) if (other.is_held and (is_older or not kept.is_held)) else (other, kept)
    return absorb(book, into, gone, at, f"of itself: {why}", rules)


def join_others(book: Book, kept: Kept, at: datetime, rules: Rules) -> Kept:
    """Take together what is one fault as far as can be told now.

    Asked when an incident is about to be announced: what explains it has had its chance to alert by then.
    """
    return _join_siblings(book, _join_same_caller(book, kept, at, rules), at, rules)


def _join_same_caller(book: Book, kept: Kept, at: datetime, rules: Rules) -> Kept:
    """Take together incidents of one service that names others, as long as nothing that it depends on alerts."""
    callers = [spot for spot in kept.spots if spot.count]
    if len(callers) != 1 or len(kept.spots) == 1:
        return kept
    caller = callers[0]
    below = rules.catalogue.below(caller.service, rules.correlation.hops)
    for other in list(book.kept.values()):
        spot = other.spot(caller.service)
        if not other.is_open or spot is None or other.incident_id in (kept.incident_id, *kept.apart):
            continue
        loud = {one.service for one in other.spots if one.count}
        gap_s = max(outside_s(spot.first_s, spot.last_s, caller.first_s), 0.0)
        if spot.count and not loud.intersection(below) and gap_s <= rules.correlation.window_s:
            why = f"{caller.service} alerts in both, and nothing that it names does"
            return absorb_if_untold(book, kept, other, at, why, rules)
    return kept


def _join_siblings(book: Book, kept: Kept, at: datetime, rules: Rules) -> Kept:
    """Take together incidents that begin at once at most of the callers of one silent service: it is their cause."""
    for spot in kept.spots:
        for below in rules.catalogue.below(spot.service, 1) if spot.origin else {}:
            callers = rules.catalogue.callers(below)
            beginning = {
                origin.service: one
                for one in book.kept.values()
                if one.is_open and one.incident_id not in kept.apart
                for origin in one.spots
                if origin.service in callers and _begins_with(origin, spot, rules)
            }
            others = [one for one in beginning.values() if one.incident_id != kept.incident_id]
            if not others or 2 * len(beginning) <= len(callers):
                continue
            why = f"{len(beginning)} of the {len(callers)} callers of {below} began to alert within"
            for other in {one.incident_id: one for one in others}.values():
                why_now = f"{why} {span(rules.correlation.together_s)}"
                kept = absorb_if_untold(book, kept, book.kept[other.incident_id], at, why_now, rules)
            return kept
    return kept


def _begins_with(origin: Spot, spot: Spot, rules: Rules) -> bool:
    return origin.origin and abs(origin.first_s - spot.first_s) <= rules.correlation.together_s
