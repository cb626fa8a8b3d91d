"""Which signals belong to one incident: a pure fold over one tenant's signals, with bounded state.

Same dedup key, or the same service neighbourhood close in time, is one incident. Folding a signal again
changes nothing and yields its effects again, so that a crash between commit and publish loses nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

from inquest.config import Catalogue, CorrelationConfig
from inquest.contracts.message import Id, Instant, Message, derive_id
from inquest.contracts.v1.signal import Incident, Severity, Signal

SIGNALS_MAX = 50  # listed per incident: the first and the newest
SERVICES_MAX = 50
LABELS_MAX = 50
LINKS_MAX = 20
KEYS_MAX = 100
RESOLVED_MAX = 100
RESOLVED_S_MAX = 86_400  # resolved incidents are remembered this long for late repeats
EARLY_MAX = 100
_SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")

What = Literal["opened", "updated", "resolved"]
_UPDATED: list[What] = ["updated"]


class Kept(Message):
    """An incident with what correlation must remember of it."""

    incident: Incident
    firing: tuple[str, ...] = ()  # dedup keys without a resolution
    resolved_by: Id | None = None  # the signal whose arrival closed it
    touched_at: Instant  # received_at of the newest signal


class Early(Message):
    """A resolution that overtook its alert."""

    dedup_key: str
    occurred_at: Instant
    received_at: Instant
    title: str


class Incidents(Message):
    """The correlation state of one tenant."""

    kept: tuple[Kept, ...] = ()
    early: tuple[Early, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What must be published because of a signal."""

    what: What
    incident: Incident
    signal_id: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides whether services and times are near."""

    correlation: CorrelationConfig
    catalogue: Catalogue


def fold(state: Incidents, signal: Signal, rules: Rules) -> tuple[Incidents, tuple[Effect, ...]]:
    """Return the state after a signal, and its effects."""
    if signal.kind == "change" or (signal.kind == "resolution" and not signal.dedup_key):
        return state, ()  # a change is no incident; a resolution without a key does not say of what
    for kept in state.kept:
        if signal.signal_id in kept.incident.signal_ids:
            return state, _effects(kept, signal)
    if signal.kind == "resolution":
        return _resolve(state, signal, rules)
    found = _match(state, signal, rules)
    after = _closed_early(state, _joined(found, signal) if found else _opened(signal), signal)
    return _replaced(state, found, after, signal, rules), _effects(after, signal)


def coalesced(effects: Sequence[Effect]) -> list[Effect]:
    """Return the effects of a batch without what a storm repeats: of all updates of an incident, the last.

    An incident that opens does so with everything the batch says about it, so that its investigation knows too.
    """
    newest = {effect.incident.incident_id: effect for effect in effects}
    last_update = {effect.incident.incident_id: effect for effect in effects if effect.what == "updated"}
    kept = [e for e in effects if e.what != "updated" or last_update[e.incident.incident_id] is e]
    return [replace(e, incident=newest[e.incident.incident_id].incident) if e.what == "opened" else e for e in kept]


def forgotten(before: Incidents, after: Incidents) -> tuple[str, ...]:
    """Return the ids of open incidents that were dropped, by age or by the limit, and take no more signals."""
    still = {kept.incident.incident_id for kept in after.kept}
    was = [kept.incident for kept in before.kept if kept.incident.state == "open"]
    return tuple(incident.incident_id for incident in was if incident.incident_id not in still)


def _effects(kept: Kept, signal: Signal) -> tuple[Effect, ...]:
    whats: list[What] = ["opened"] if kept.incident.signal_ids[0] == signal.signal_id else []
    if kept.resolved_by == signal.signal_id:
        whats.append("resolved")
    return tuple(Effect(what, kept.incident, signal.signal_id) for what in whats or _UPDATED)


def _match(state: Incidents, signal: Signal, rules: Rules) -> Kept | None:
    """Return the open incident that a signal belongs to: by dedup key, else the nearest in time among neighbours."""
    alive = [kept for kept in state.kept if kept.incident.state == "open"]
    if signal.dedup_key:
        for kept in alive:
            if signal.dedup_key in kept.firing:
                return kept
    hops = rules.correlation.hops
    near = {service for name in signal.services for service in rules.catalogue.neighbours(name, hops)}
    close = [
        (gap, kept.incident.incident_id, kept)
        for kept in alive
        if near.intersection(kept.incident.services)
        and (gap := _gap_s(kept.incident, signal)) <= rules.correlation.window_s
    ]
    return min(close, key=lambda row: row[:2])[2] if close else None


def _gap_s(incident: Incident, signal: Signal) -> float:
    """Return the seconds between a signal and the incident's stretch of time; 0 inside it."""
    before = (incident.opened_at - signal.occurred_at).total_seconds()
    after = (signal.occurred_at - incident.updated_at).total_seconds()
    return max(before, after, 0.0)


def _opened(signal: Signal) -> Kept:
    incident = Incident(
        incident_id=derive_id("incident", signal.tenant, signal.signal_id),
        tenant=signal.tenant,
        severity=signal.severity,
        title=signal.title,
        services=signal.services,
        signal_ids=(signal.signal_id,),
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
        firing=(signal.dedup_key,) if signal.dedup_key else (),
        touched_at=signal.received_at,
    )


def _joined(kept: Kept, signal: Signal) -> Kept:
    old = kept.incident
    incident = _changed(
        old,
        signal,
        severity=max(old.severity, signal.severity, key=_SEVERITIES.index),
        services=_union(old.services, signal.services, SERVICES_MAX),
        opened_at=min(old.opened_at, signal.occurred_at),
        metric=old.metric or signal.metric,
        labels=dict(list({**signal.labels, **old.labels}.items())[:LABELS_MAX]),
        links=_union(old.links, signal.links, LINKS_MAX),
        window=old.window or signal.window,
        baseline=old.baseline or signal.baseline,
    )
    keys = (signal.dedup_key,) if signal.dedup_key else ()
    return kept.model_copy(
        update={
            "incident": incident,
            "firing": _union(kept.firing, keys, KEYS_MAX),
            "touched_at": max(kept.touched_at, signal.received_at),
        }
    )


def _changed(incident: Incident, signal: Signal, **update: Any) -> Incident:
    first, *rest = incident.signal_ids
    listed = (first, *(*rest, signal.signal_id)[-(SIGNALS_MAX - 1) :])
    updated_at = max(incident.updated_at, signal.occurred_at)
    return incident.model_copy(update={"signal_ids": listed, "updated_at": updated_at, **update})


def _union(old: Iterable[str], new: Iterable[str], count_max: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))[:count_max]


def _resolve(state: Incidents, signal: Signal, rules: Rules) -> tuple[Incidents, tuple[Effect, ...]]:
    """Take a key from the incident it fires in; the last one closes it."""
    for kept in state.kept:
        if kept.incident.state != "open" or signal.dedup_key not in kept.firing:
            continue
        if signal.occurred_at < kept.incident.opened_at:
            return state, ()  # it ended an earlier incident, and was late
        after = _ended(kept, signal.dedup_key, signal, signal)
        return _replaced(state, kept, after, signal, rules), _effects(after, signal)
    early = Early(
        dedup_key=signal.dedup_key,
        occurred_at=signal.occurred_at,
        received_at=signal.received_at,
        title=signal.title,
    )
    others = [one for one in state.early if one.dedup_key != signal.dedup_key]
    return _pruned(state.model_copy(update={"early": (*others, early)}), signal, rules), ()


def _ended(kept: Kept, dedup_key: str, said: Signal | Early, signal: Signal) -> Kept:
    firing = tuple(key for key in kept.firing if key != dedup_key)
    incident = kept.incident
    if signal.signal_id not in incident.signal_ids:
        incident = _changed(incident, signal)
    if not firing:
        ended = {"state": "resolved", "resolved_at": said.occurred_at, "resolution": said.title}
        incident = incident.model_copy(update=ended)
    return kept.model_copy(
        update={
            "incident": incident,
            "firing": firing,
            "resolved_by": None if firing else signal.signal_id,
            "touched_at": max(kept.touched_at, signal.received_at),
        }
    )


def _closed_early(state: Incidents, kept: Kept, signal: Signal) -> Kept:
    """Close the key of an alert at once when its resolution has overtaken it."""
    for early in state.early:
        if early.dedup_key == signal.dedup_key and signal.occurred_at <= early.occurred_at:
            return _ended(kept, signal.dedup_key, early, signal)
    return kept


def _replaced(state: Incidents, old: Kept | None, new: Kept, signal: Signal, rules: Rules) -> Incidents:
    kept = (*(one for one in state.kept if one is not old), new)
    early = tuple(one for one in state.early if one.dedup_key != signal.dedup_key)
    return _pruned(Incidents(kept=kept, early=early), signal, rules)


def _pruned(state: Incidents, signal: Signal, rules: Rules) -> Incidents:
    """Forget what is resolved or silent for long, and the least recently touched beyond the limits."""
    now = signal.received_at
    resolved_since = now - timedelta(seconds=RESOLVED_S_MAX)
    open_since = now - timedelta(seconds=rules.correlation.open_s_max)
    newest = sorted(state.kept, key=lambda kept: kept.touched_at)
    alive = [kept for kept in newest if kept.incident.state == "open" and kept.touched_at >= open_since]
    done = [kept for kept in newest if kept.incident.state == "resolved" and kept.touched_at >= resolved_since]
    early = [one for one in state.early if one.received_at >= resolved_since]
    return Incidents(
        kept=(*done[-RESOLVED_MAX:], *alive[-rules.correlation.incidents_open_max :]),
        early=tuple(early[-EARLY_MAX:]),
    )
