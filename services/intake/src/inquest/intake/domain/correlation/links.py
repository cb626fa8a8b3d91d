"""Which incident a signal belongs to, and why. Faults travel from a service to those that depend on it.

An alert belongs where the same alert fires, else where a person put its like, else to the incident nearest in time
among those that show at its services, at a service below that may be the cause, or at a service above that it may
explain. Only an origin can be explained: a service that suffers from one incident does not draw in what is below it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from inquest.contracts.v1.signal import Signal
from inquest.intake.domain.correlation.book import Book
from inquest.intake.domain.correlation.place import Place, Rules
from inquest.intake.domain.correlation.state import Kept, Spot

HOP_S = 30.0  # what a call between two services counts as seconds, against an alert of the very same service
CHANGE_SERVICES_MAX = 10  # a change of more services says little about two of them


@dataclass(frozen=True, slots=True)
class Link:
    """An incident that a signal may belong to; of several the one with the lowest cost in seconds takes it."""

    kept: Kept
    cost_s: float
    why: str


def link(book: Book, signal: Signal, seen: Place, rules: Rules) -> Link | None:
    """Return where a signal belongs, or None where nothing speaks for any incident."""
    owner = book.owner(seen.mark)
    if owner and owner.is_open:
        return Link(owner, 0.0, "same alert")
    free = [kept for kept in book.kept.values() if not (kept.barred and _of(kept.barred, seen))]
    alive = [kept for kept in free if kept.is_open]
    for kept in alive:
        if kept.given and _of(kept.given, seen):
            return Link(kept, 0.0, "a person put this alert here")
    if seen.mark and (again := _reopened(free, seen, rules, by_key=True)):
        return again
    late = [kept for kept in free if _may_be_late(kept, signal, rules)]
    found = list(_near(alive, late, seen, rules)) or list(_same_change(book, alive, seen, rules))
    if found:
        return min(found, key=lambda one: (one.cost_s, one.kept.incident.number))
    return _reopened(free, seen, rules, by_key=False)


def _of(listed: tuple[str, ...], seen: Place) -> bool:
    return seen.like in listed or (seen.mark != "" and seen.mark in listed)


def _reopened(free: Iterable[Kept], seen: Place, rules: Rules, *, by_key: bool) -> Link | None:
    """Return the incident that ended a moment ago and to which the same alert, or one like it, belonged."""
    found = []
    for kept in free:
        ended = kept.incident.resolved_at
        if ended is None or kept.incident.merged_into:
            continue
        since_s = seen.at_s - ended.timestamp()
        known = seen.mark in kept.ended if by_key else seen.like in kept.likes
        if 0 < since_s <= rules.correlation.reopen_s and known:
            found.append(Link(kept, since_s, f"the same alert {span(since_s)} after {kept.name} was over"))
    return min(found, key=lambda one: one.cost_s) if found else None


def _may_be_late(kept: Kept, signal: Signal, rules: Rules) -> bool:
    ended = kept.incident.resolved_at
    return (
        ended is not None
        and not kept.is_open
        and not kept.incident.merged_into
        and signal.occurred_at <= ended
        and (signal.received_at - ended).total_seconds() <= rules.correlation.late_s
    )


def _near(alive: Sequence[Kept], late: Sequence[Kept], seen: Place, rules: Rules) -> Iterator[Link]:
    for kept in late:
        if seen.mark and seen.mark in kept.ended:
            yield Link(kept, 0.0, "same alert")
    for kept in (*alive, *late):
        yield from _links(kept, seen, rules)


def _links(kept: Kept, seen: Place, rules: Rules) -> Iterator[Link]:
    if not seen.own:
        gap_s = outside_s(kept.incident.opened_at.timestamp(), kept.incident.updated_at.timestamp(), seen.at_s)
        if seen.like in kept.likes and gap_s <= rules.correlation.window_s:
            yield Link(kept, gap_s, f"names no service; an alert like it {span(gap_s)} apart")
        return
    for spot in kept.spots:
        for service in seen.about:
            if (found := _at(kept, spot, service, seen, rules)) is not None:
                yield found


def _at(kept: Kept, spot: Spot, service: str, seen: Place, rules: Rules) -> Link | None:
    terms = rules.correlation
    if spot.service == service:
        if spot.count == 0 and service in seen.own and _is_another_matter(kept, service, rules):
            return None
        gap_s = outside_s(spot.first_s, spot.last_s, seen.at_s)
        which = "same service" if service in seen.own else f"it names {service}"
        return Link(kept, gap_s, f"{which}, {span(gap_s)} apart") if gap_s <= terms.window_s else None
    onset_s = abs(seen.at_s - spot.first_s)
    distance = rules.catalogue.below(service, terms.hops).get(spot.service)
    if distance and spot.first_s - terms.overtake_s <= seen.at_s <= spot.last_s + terms.spread_s:
        why = f"{service} depends on {spot.service}, which alerts {span(onset_s)} apart"
        return Link(kept, onset_s + HOP_S * distance, why)
    distance = rules.catalogue.below(spot.service, terms.hops).get(service)
    if distance and spot.origin and -terms.spread_s <= seen.at_s - spot.first_s <= terms.overtake_s:
        why = f"{spot.service} depends on {service}, and nothing else explains its alert {span(onset_s)} apart"
        return Link(kept, onset_s + HOP_S * distance, why)
    return None


def _is_another_matter(kept: Kept, service: str, rules: Rules) -> bool:
    """Return whether a service that others only named there, and which now speaks, has nothing to do with the origin.

    A caller that names two silent services joins them; when both alert, and neither depends on the other, they are two.
    """
    hops = rules.correlation.hops
    return any(
        spot.count
        and spot.origin
        and service not in rules.catalogue.below(spot.service, hops)
        and spot.service not in rules.catalogue.below(service, hops)
        for spot in kept.spots
    )


def _same_change(book: Book, alive: Iterable[Kept], seen: Place, rules: Rules) -> Iterator[Link]:
    """Yield incidents at services that were touched by one change with this one, shortly before both began."""
    lasting_s = rules.correlation.change_s
    for change in book.changes.values():
        since_s = seen.at_s - change.at.timestamp()
        touched = set(change.services)
        if not 0 <= since_s <= lasting_s or len(touched) > CHANGE_SERVICES_MAX or not touched.intersection(seen.own):
            continue
        for kept in alive:
            for spot in kept.spots:
                if spot.service in touched and 0 <= spot.first_s - change.at.timestamp() <= lasting_s:
                    what = change.change.ref or change.title
                    why = f"{what} touched {spot.service} and {', '.join(touched.intersection(seen.own))}"
                    yield Link(kept, abs(seen.at_s - spot.first_s), f"{why}, {span(since_s)} before")


def explained(book: Book, kept: Kept, seen: Place, rules: Rules) -> Iterator[tuple[Kept, str]]:
    """Yield the other open incidents that a signal ties to its own, and how.

    They begin at a service above what it is about; or it is about an origin of its own incident, and they show below.
    """
    origins = {spot.service for spot in kept.spots if spot.origin}.intersection(seen.about)
    for other in list(book.kept.values()):
        if not other.is_open or other.incident_id == kept.incident_id or other.incident_id in kept.apart:
            continue
        if why := next(_ties(other, seen, origins, rules), ""):
            yield other, why


def _ties(other: Kept, seen: Place, origins: Iterable[str], rules: Rules) -> Iterator[str]:
    terms = rules.correlation
    for spot in other.spots:
        apart = span(abs(seen.at_s - spot.first_s))
        below = rules.catalogue.below(spot.service, terms.hops) if spot.origin else {}
        if -terms.spread_s <= seen.at_s - spot.first_s <= terms.overtake_s:
            yield from (f"{spot.service} depends on {one}, {apart} apart" for one in seen.about if one in below)
        if spot.first_s - terms.overtake_s <= seen.at_s <= spot.last_s + terms.spread_s:
            yield from (
                f"{one} depends on {spot.service}, {apart} apart"
                for one in origins
                if spot.service in rules.catalogue.below(one, terms.hops)
            )


def outside_s(first_s: float, last_s: float, at_s: float) -> float:
    """Return the seconds between a time and a stretch of time; 0 inside it."""
    return max(first_s - at_s, at_s - last_s, 0.0)


def span(seconds: float) -> str:
    """Return a length of time for people."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.0f} h"
