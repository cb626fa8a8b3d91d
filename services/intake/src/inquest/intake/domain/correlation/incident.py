"""An incident when a signal opens it or joins it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from inquest.contracts.message import derive_id
from inquest.contracts.v1.signal import Incident, Severity, Signal
from inquest.intake.domain.correlation.place import Place, Rules
from inquest.intake.domain.correlation.spots import joined as joined_spots
from inquest.intake.domain.correlation.spots import marked
from inquest.intake.domain.correlation.state import (
    LABELS_MAX,
    LIKES_MAX,
    LINKS_MAX,
    MARKS_MAX,
    SERVICES_MAX,
    SIGNALS_MAX,
    Kept,
    marks,
)

SOURCES_MAX = 20
SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")


def opened(signal: Signal, seen: Place, rules: Rules, number: int, trace: str) -> Kept:
    """Return the incident that a signal opens; nothing but the signal is in it yet."""
    incident = Incident(
        incident_id=derive_id("incident", signal.tenant, signal.signal_id),
        tenant=signal.tenant,
        number=number,
        severity=signal.severity,
        title=signal.title,
        services=signal.services,
        signal_ids=(signal.signal_id,),
        signals_count=1,
        sources=(signal.source,),
        opened_at=signal.occurred_at,
        updated_at=signal.occurred_at,
        metric=signal.metric,
        labels=signal.labels,
        links=signal.links,
        window=signal.window,
        baseline=signal.baseline,
    )
    return Kept(
        incident=incident,
        spots=marked((), seen, rules),
        firing=(seen.mark,) if seen.mark else (),
        firing_s=(seen.at_s,) if seen.mark else (),
        likes=(seen.like,),
        touched_at=signal.received_at,
        trace=trace,
    )


def joined(kept: Kept, signal: Signal, seen: Place, rules: Rules) -> Kept:
    """Return an open incident with a signal that belongs to it; its own time counts unless it is too early."""
    if early_s(kept.incident, seen, rules):
        seen = replace(seen, at_s=kept.incident.opened_at.timestamp())
    holds = signal.opens and seen.mark != ""  # what only joins keeps nothing open
    added = _firing(kept, seen) if holds else kept
    return added.model_copy(
        update={
            "incident": _told(kept.incident, signal, seen),
            "spots": marked(kept.spots, seen, rules),
            "likes": kept.likes if seen.like in kept.likes else (*kept.likes, seen.like)[-LIKES_MAX:],
            "touched_at": max(kept.touched_at, signal.received_at),
        }
    )


def early_s(incident: Incident, seen: Place, rules: Rules) -> float:
    """Return by how many seconds a signal says to be older than its incident, if more than `window_s`; else 0."""
    before_s = incident.opened_at.timestamp() - seen.at_s
    return before_s if before_s > rules.correlation.window_s else 0.0


def _firing(kept: Kept, seen: Place) -> Kept:
    fired_at, ended_at = kept.fired_at, kept.ended_at
    ended_at.pop(seen.mark, None)
    if seen.mark not in fired_at and len(fired_at) >= MARKS_MAX:
        return kept.model_copy(update={"uncounted": kept.uncounted + 1, **marks(fired_at, ended_at)})
    fired_at[seen.mark] = max(fired_at.get(seen.mark, 0.0), seen.at_s)
    return kept.model_copy(update=marks(fired_at, ended_at))


def _told(old: Incident, signal: Signal, seen: Place) -> Incident:
    incident = listed(old, signal)
    return incident.model_copy(
        update={
            "severity": max(old.severity, signal.severity, key=SEVERITIES.index),
            "services": union(old.services, signal.services, SERVICES_MAX),
            "sources": union(old.sources, (signal.source,), SOURCES_MAX),
            "opened_at": signal.occurred_at if seen.at_s < old.opened_at.timestamp() else old.opened_at,
            "metric": old.metric or signal.metric,
            "labels": dict(list({**signal.labels, **old.labels}.items())[:LABELS_MAX]),
            "links": union(old.links, signal.links, LINKS_MAX),
            "window": old.window or signal.window,
            "baseline": old.baseline or signal.baseline,
        }
    )


def listed(incident: Incident, signal: Signal) -> Incident:
    """Return an incident that lists a signal as its newest."""
    first, *rest = incident.signal_ids
    update = {
        "signal_ids": (first, *(*rest, signal.signal_id)[-(SIGNALS_MAX - 1) :]),
        "signals_count": incident.signals_count + 1,
        "updated_at": max(incident.updated_at, signal.occurred_at),
    }
    return incident.model_copy(update=update)


def merged(kept: Kept, other: Kept, rules: Rules) -> Kept:
    """Return an incident with everything that another one knows."""
    mine, theirs = kept.incident, other.incident
    first, *rest = mine.signal_ids
    signal_ids = (first, *(*rest, *theirs.signal_ids)[-(SIGNALS_MAX - 1) :])
    update = {
        "severity": max(mine.severity, theirs.severity, key=SEVERITIES.index),
        "services": union(mine.services, theirs.services, SERVICES_MAX),
        "sources": union(mine.sources, theirs.sources, SOURCES_MAX),
        "signal_ids": signal_ids,
        "signals_count": mine.signals_count + theirs.signals_count,
        "opened_at": min(mine.opened_at, theirs.opened_at),
        "updated_at": max(mine.updated_at, theirs.updated_at),
        "labels": dict(list({**theirs.labels, **mine.labels}.items())[:LABELS_MAX]),
        "links": union(mine.links, theirs.links, LINKS_MAX),
        "metric": mine.metric or theirs.metric,
        "window": mine.window or theirs.window,
        "baseline": mine.baseline or theirs.baseline,
        "flapping": mine.flapping or theirs.flapping,
    }
    fired_at, ended_at = _newest(kept.fired_at, other.fired_at), _newest(kept.ended_at, other.ended_at)
    return kept.model_copy(
        update={
            "incident": mine.model_copy(update=update),
            "spots": joined_spots(kept.spots, other.spots, rules),
            **marks(dict(list(fired_at.items())[:MARKS_MAX]), ended_at),
            "uncounted": kept.uncounted + other.uncounted + max(0, len(fired_at) - MARKS_MAX),
            "likes": union(kept.likes, other.likes, LIKES_MAX),
            "given": union(kept.given, other.given, LIKES_MAX),
            "touched_at": max(kept.touched_at, other.touched_at),
        }
    )


def _newest(mine: Mapping[str, float], theirs: Mapping[str, float]) -> dict[str, float]:
    return {mark: max(mine.get(mark, 0.0), theirs.get(mark, 0.0)) for mark in (*mine, *theirs)}


def union(old: Iterable[str], new: Iterable[str], count_max: int) -> tuple[str, ...]:
    """Return both without repeats, the old ones first."""
    return tuple(dict.fromkeys((*old, *new)))[:count_max]
