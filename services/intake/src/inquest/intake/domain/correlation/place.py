"""What a signal is about: its services, those it names beside them, and what makes two alerts alike."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from inquest.config import Catalogue, CorrelationConfig
from inquest.contracts.v1.signal import Signal

MARK_CHARS_MAX = 64
_LIKENESS_CHARS = 12
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]|[A-Za-z0-9]")
_VARYING = re.compile(r"[0-9a-f]*[0-9][0-9a-f]*|\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides whether services and times are near."""

    correlation: CorrelationConfig
    catalogue: Catalogue


@dataclass(frozen=True, slots=True)
class Place:
    """Where a signal belongs on the map.

    Attributes:
        own: the services that alert.
        named: services which they call and that the alert names: it says where the trouble is.
        at_s: when it happened, in seconds since 1970.
        mark: its dedup key, hashed where it is long; empty for none.
        like: the same for alerts that differ in numbers and ids only.
    """

    own: tuple[str, ...]
    named: tuple[str, ...]
    at_s: float
    mark: str
    like: str

    @property
    def about(self) -> tuple[str, ...]:
        """The services that decide where it belongs: an alert that names a dependency is about that dependency."""
        return self.named or self.own


def place(signal: Signal, rules: Rules) -> Place:
    """Return what a signal is about. Its labels and title may name services that its own call directly."""
    named = _named(signal, rules) if signal.services and signal.kind != "resolution" else ()
    return Place(
        own=signal.services,
        named=named,
        at_s=signal.occurred_at.timestamp(),
        mark=mark_of(signal.dedup_key),
        like=_likeness(signal, named),
    )


def mark_of(dedup_key: str) -> str:
    """Return a short stand-in for a dedup key."""
    return dedup_key if len(dedup_key) <= MARK_CHARS_MAX else hashlib.sha256(dedup_key.encode()).hexdigest()[:32]


def _named(signal: Signal, rules: Rules) -> tuple[str, ...]:
    below = {callee for service in signal.services for callee in rules.catalogue.below(service, 1)}
    if not below:
        return ()
    found: dict[str, None] = {}
    for word in _words(signal):
        resolved = rules.catalogue.resolve(word, signal.source)
        if resolved in below and resolved not in signal.services:
            found[resolved] = None
    return tuple(found)


def _words(signal: Signal) -> Iterator[str]:
    """Yield what may be the name of a service: whole labels, then the words of the title."""
    yield from signal.labels.values()
    yield from _WORD.findall(signal.title)


def _likeness(signal: Signal, named: tuple[str, ...]) -> str:
    where = (signal.source, *sorted(signal.services), *sorted(named), signal.metric or "")
    text = "\n".join((*where, _VARYING.sub(" ", signal.title)))
    return hashlib.sha256(text.encode()).hexdigest()[:_LIKENESS_CHARS]
