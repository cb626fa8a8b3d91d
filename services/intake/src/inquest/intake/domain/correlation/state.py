"""What correlation remembers of one tenant: a value with limits, written with one compare-and-set."""

from collections.abc import Mapping
from itertools import chain, repeat
from typing import Any

from pydantic import Field

from inquest.contracts.message import Id, Instant, Message
from inquest.contracts.v1.signal import Incident, NearChange

SIGNALS_MAX = 50  # listed per incident: the first and the newest
SERVICES_MAX = 50
LABELS_MAX = 50
LINKS_MAX = 20
MARKS_MAX = 2000  # firing alerts of one incident; what is beyond is counted, not remembered
LIKES_MAX = 300
CYCLES_MAX = 50
RESOLVED_MAX = 100
RESOLVED_S_MAX = 86_400  # resolved incidents are remembered this long for late repeats
EARLY_MAX = 100
CHANGES_MAX = 100
RECENT_MAX = 1000  # signals whose decision can be told again, after a crash between commit and publish
WEIGHT_MAX = 750_000  # bytes of the marks and spots of all incidents; NATS takes 1 MiB, and the value holds more


class Spot(Message):
    """A service where an incident shows. Times are seconds since 1970.

    `count` is the number of its own alerts; 0 means that only alerts of its callers name it. An origin is a service
    that nothing else in the incident explains: it depends on no other that alerts.
    """

    service: str
    first_s: float
    last_s: float
    count: int = 0
    origin: bool = True


class Kept(Message):
    """An incident with what correlation must remember of it.

    A mark is the dedup key of an alert; a likeness is what two alerts share that differ in their numbers and ids only.
    """

    incident: Incident
    spots: tuple[Spot, ...] = ()
    firing: tuple[str, ...] = ()  # marks without a resolution
    uncounted: int = 0  # alerts that fire beyond MARKS_MAX
    ended: tuple[str, ...] = ()  # marks that were resolved
    firing_s: tuple[float, ...] = ()  # when each of `firing` last fired; `ended_s` is when each of `ended` last ended
    ended_s: tuple[float, ...] = ()
    likes: tuple[str, ...] = ()
    given: tuple[str, ...] = ()  # marks and likenesses that a person gave to it
    barred: tuple[str, ...] = ()  # marks and likenesses that a person took from it
    apart: tuple[Id, ...] = ()  # incidents that are not merged with it of themselves
    cycles: tuple[tuple[str, int, float], ...] = ()  # likeness, returns, since when
    announced_by: Id | None = None  # the signal that ended the hold
    resolved_by: Id | None = None  # the signal whose arrival closed it
    touched_at: Instant  # received_at of the newest signal
    trace: str = ""  # traceparent of the signal that opened it: its investigation belongs to that trace

    @property
    def incident_id(self) -> str:
        """The incident's id."""
        return self.incident.incident_id

    @property
    def is_open(self) -> bool:
        """Whether it takes signals."""
        return self.incident.state == "open"

    @property
    def is_held(self) -> bool:
        """Whether nobody was told of it yet."""
        return self.is_open and self.incident.announced_at is None

    @property
    def name(self) -> str:
        """What people call it."""
        return f"INC-{self.incident.number}" if self.incident.number else self.incident_id

    @property
    def fired_at(self) -> dict[str, float]:
        """When each mark that fires last fired, in seconds since 1970; 0 in a state that did not note it."""
        return dict(zip(self.firing, chain(self.firing_s, repeat(0.0)), strict=False))

    @property
    def ended_at(self) -> dict[str, float]:
        """When each mark that is over last ended, in seconds since 1970; 0 in a state that did not note it."""
        return dict(zip(self.ended, chain(self.ended_s, repeat(0.0)), strict=False))

    def spot(self, service: str) -> Spot | None:
        """Return where it shows at a service, or None."""
        return next((spot for spot in self.spots if spot.service == service), None)


def marks(fired_at: Mapping[str, float], ended_at: Mapping[str, float]) -> dict[str, Any]:
    """Return the fields of a Kept whose alerts last fired and ended at these times; the newest ended stay."""
    over = list(ended_at.items())[-MARKS_MAX:]
    return {
        "firing": tuple(fired_at),
        "firing_s": tuple(fired_at.values()),
        "ended": tuple(mark for mark, _ in over),
        "ended_s": tuple(at_s for _, at_s in over),
    }


class Early(Message):
    """A resolution that overtook its alert."""

    dedup_key: str
    occurred_at: Instant
    received_at: Instant
    title: str


class Incidents(Message):
    """The correlation state of one tenant. `recent` is signal, incident, what was decided and why, oldest first."""

    kept: tuple[Kept, ...] = ()
    early: tuple[Early, ...] = ()
    changes: tuple[NearChange, ...] = ()
    recent: tuple[tuple[str, str, str, str], ...] = Field(default=())
    numbered: int = 0
