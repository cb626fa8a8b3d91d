"""Where an incident shows, and which of those services explain which."""

from collections.abc import Iterable

from inquest.intake.domain.correlation.place import Place, Rules
from inquest.intake.domain.correlation.state import SERVICES_MAX, Spot


def marked(spots: tuple[Spot, ...], seen: Place, rules: Rules) -> tuple[Spot, ...]:
    """Return the spots after an alert: its own services, and those that it names."""
    known = {spot.service: spot for spot in spots}
    for service in (*seen.own, *seen.named):
        known[service] = _seen(known.get(service), service, seen.at_s, int(service in seen.own))
    kept = tuple(known.values())[:SERVICES_MAX]
    return kept if len(kept) == len(spots) and not _earlier(spots, kept) else with_origins(kept, rules)


def _seen(spot: Spot | None, service: str, at_s: float, count: int) -> Spot:
    if spot is None:
        return Spot(service=service, first_s=at_s, last_s=at_s, count=count)
    update = {"first_s": min(spot.first_s, at_s), "last_s": max(spot.last_s, at_s), "count": spot.count + count}
    return spot.model_copy(update=update)


def _earlier(before: tuple[Spot, ...], after: tuple[Spot, ...]) -> bool:
    return any(old.first_s != new.first_s for old, new in zip(before, after, strict=True))


def joined(spots: Iterable[Spot], others: Iterable[Spot], rules: Rules) -> tuple[Spot, ...]:
    """Return the spots of two incidents that are one."""
    known = {spot.service: spot for spot in spots}
    for other in others:
        mine = known.get(other.service)
        known[other.service] = (
            other
            if mine is None
            else mine.model_copy(
                update={
                    "first_s": min(mine.first_s, other.first_s),
                    "last_s": max(mine.last_s, other.last_s),
                    "count": mine.count + other.count,
                }
            )
        )
    return with_origins(tuple(known.values())[:SERVICES_MAX], rules)


def unnamed(spots: tuple[Spot, ...], services: Iterable[str], rules: Rules) -> tuple[Spot, ...]:
    """Return the spots without those services that were only named there, and which turn out to be another matter."""
    gone = set(services)
    return with_origins(tuple(spot for spot in spots if spot.count or spot.service not in gone), rules)


def with_origins(spots: tuple[Spot, ...], rules: Rules) -> tuple[Spot, ...]:
    """Return the spots, each told whether another explains it."""
    return tuple(
        spot if spot.origin == is_origin else spot.model_copy(update={"origin": is_origin})
        for spot in spots
        for is_origin in [not any(explains(other, spot, rules) for other in spots if other is not spot)]
    )


def explains(below: Spot, above: Spot, rules: Rules) -> bool:
    """Return whether the trouble of one service may come from another: it depends on it, and did not begin first.

    Of two that depend on each other the earlier one explains the later.
    """
    hops = rules.correlation.hops
    if below.service not in rules.catalogue.below(above.service, hops):
        return False
    if below.first_s > above.first_s + rules.correlation.overtake_s:
        return False
    mutual = above.service in rules.catalogue.below(below.service, hops)
    return not mutual or (below.first_s, below.service) < (above.first_s, above.service)
