"""Two incidents become one: because a person says so, or because nobody was told of one of them yet."""

from datetime import datetime

from inquest.intake.domain.correlation.book import Book
from inquest.intake.domain.correlation.incident import merged
from inquest.intake.domain.correlation.links import span
from inquest.intake.domain.correlation.place import Rules
from inquest.intake.domain.correlation.state import LIKES_MAX, Kept, Spot


def absorb(book: Book, kept: Kept, other: Kept, at: datetime, why: str, rules: Rules) -> Kept:
    """Make `other` part of `kept`, and end it."""
    one = merged(kept, other, rules)
    one = one.model_copy(update={"apart": tuple(name for name in kept.apart if name != other.incident_id)})
    one = book.decide(book.put(one), at, "merged", f"took in {other.name} {why}")
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


def join_siblings(book: Book, kept: Kept, at: datetime, rules: Rules) -> Kept:
    """Take together incidents that begin at once at most of the callers of one silent service: it is their cause.

    Asked when an incident is about to be announced, since by then a cause that does alert has had its chance.
    """
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
