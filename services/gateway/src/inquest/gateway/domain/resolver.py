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
    def services(self) -> frozenset[str]:
        """The services it knows; empty: all."""
        ...


CandidateT = TypeVar("CandidateT", bound=Ranked)


def rank(candidates: Iterable[CandidateT], services: Sequence[str]) -> tuple[CandidateT, ...]:
    """Return the candidates that know any of the services asked about (none asked: all), best first.

    Those of equal priority are in order of name, so that every gateway asks the same one.
    """
    asked = frozenset(services)
    knowing = (one for one in candidates if not asked or not one.services or asked & one.services)
    return tuple(sorted(knowing, key=lambda one: (-one.priority, one.name)))
