"""Which providers are asked, and in what order."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar


class Ranked(Protocol):
    """What the resolver needs to know of a candidate."""

    @property
    def name(self) -> str:
        """The provider's name."""
        ...

    @property
    def priority(self) -> int:
        """The highest is asked first."""
        ...

    @property
    def turn(self) -> int:
        """The lowest is asked first, whatever its priority: which side leads is switched."""
        ...

    @property
    def services(self) -> frozenset[str]:
        """The services it knows; empty: all."""
        ...


CandidateT = TypeVar("CandidateT", bound=Ranked)


def rank(candidates: Iterable[CandidateT], services: Sequence[str]) -> tuple[CandidateT, ...]:
    """Return the candidates that know any of the services asked about (none asked: all), best first.

    Who knows all of them comes before who knows some, whatever the priorities: a fallback must not hide half of the
    system. Those of equal priority are in order of name, so that every gateway asks the same one.
    """
    asked = frozenset(services)
    knowing = (one for one in candidates if not asked or not one.services or asked & one.services)
    return tuple(sorted(knowing, key=lambda one: (unknown(one, services) != "", one.turn, -one.priority, one.name)))


def unknown(candidate: Ranked, services: Sequence[str]) -> str:
    """Say which of the services asked about a candidate does not know; empty when it knows them all."""
    if not candidate.services:
        return ""
    if not services:
        return f"{candidate.name} knows only {', '.join(sorted(candidate.services))}"
    missing = frozenset(services) - candidate.services
    return f"{candidate.name} does not know {', '.join(sorted(missing))}" if missing else ""
