"""The state while a batch is folded into it, and what must be told because of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from inquest.contracts.v1.grouping import IncidentDue, IncidentTimer
from inquest.contracts.v1.signal import Decision, NearChange, Signal
from inquest.intake.domain.correlation.state import RECENT_MAX, Early, Incidents, Kept, Spot

NEWEST_MAX = 10  # decisions kept of those that only say that a signal joined
NOTABLE_MAX = 20
WHY_CHARS_MAX = 300
ROUTINE = frozenset({"attached", "ended", "moved", "repeated"})

What = Literal["opened", "updated", "resolved"]


@dataclass(slots=True)
class Told:
    """What there is to say of one incident after a batch."""

    taken: list[Decision] = field(default_factory=list)
    again: list[Decision] = field(default_factory=list)  # of signals told of before: left out where there is no room
    opened: bool = False
    resolved: bool = False
    timers: dict[IncidentTimer, IncidentDue] = field(default_factory=dict)
    causes: list[str] = field(default_factory=list)  # beside what was decided


@dataclass(slots=True)
class Book:
    """A working copy of the state. `finish` (in fold) turns it back into a value."""

    kept: dict[str, Kept]
    early: dict[str, Early]
    changes: dict[str, NearChange]
    recent: dict[str, tuple[str, str, str]]
    numbered: int
    owners: dict[str, str] = field(default_factory=dict)  # the incident of each mark; open ones go first
    gone: dict[str, Kept] = field(default_factory=dict)  # forgotten while folding
    told: dict[str, Told] = field(default_factory=dict)
    changed: bool = False

    @classmethod
    def of(cls, state: Incidents) -> "Book":
        """Return a working copy."""
        book = cls(
            kept={kept.incident_id: _with_spots(kept) for kept in state.kept},
            early={early.dedup_key: early for early in state.early},
            changes={change.signal_id: change for change in state.changes},
            recent={signal: (incident, what, why) for signal, incident, what, why in state.recent},
            numbered=state.numbered,
        )
        for kept in sorted(state.kept, key=lambda kept: kept.is_open):
            book.index(kept)
        return book

    def index(self, kept: Kept) -> None:
        """Note which marks an incident has."""
        self.owners.update(dict.fromkeys((*kept.ended, *kept.firing), kept.incident_id))

    def owner(self, mark: str) -> Kept | None:
        """Return the incident in which an alert fires or has ended, or None."""
        kept = self.kept.get(self.owners.get(mark, "")) if mark else None
        return kept if kept and (mark in kept.firing or mark in kept.ended) else None

    def put(self, kept: Kept) -> Kept:
        """Write an incident."""
        self.kept[kept.incident_id] = kept
        self.changed = True
        return kept

    def amend(self, kept: Kept, **update: Any) -> Kept:
        """Write an incident with these fields of its own changed."""
        return self.put(kept.model_copy(update={"incident": kept.incident.model_copy(update=update)}))

    def saying(self, kept: Kept) -> Told:
        """Return what is told of an incident."""
        return self.told.setdefault(kept.incident_id, Told())

    def decide(self, kept: Kept, at: datetime, what: str, why: str, signal: Signal | None = None) -> Kept:
        """Put a decision on an incident; one about a signal is told with its next event and remembered."""
        signal_id = signal.signal_id if signal else None
        decision = Decision(at=at, signal_id=signal_id, what=what, why=why[:WHY_CHARS_MAX])
        self.saying(kept).taken.append(decision)
        return self.amend(kept, decisions=_listed((*kept.incident.decisions, decision)))

    def decide_each(self, kept: Kept, at: datetime, what: str, why: str, signal_ids: Iterable[str]) -> Kept:
        """Put one decision about several signals on an incident, so that each says why it is there or is not."""
        why = why[:WHY_CHARS_MAX]
        decisions = [Decision(at=at, signal_id=one, what=what, why=why) for one in signal_ids]
        self.saying(kept).again.extend(decisions)
        return self.amend(kept, decisions=_listed((*kept.incident.decisions, *decisions)))

    def remember(self, signal: Signal, kept: Kept | None, what: str, why: str = "") -> None:
        """Keep what was decided about a signal, so that it can be told again; without an incident nothing is told."""
        self.recent[signal.signal_id] = (kept.incident_id if kept else "", what, why[:WHY_CHARS_MAX])
        self.changed = True
        if len(self.recent) > RECENT_MAX:
            del self.recent[next(iter(self.recent))]

    def arm(self, kept: Kept, timer: IncidentTimer, due_at: datetime) -> None:
        """Ask for a timer."""
        incident = kept.incident
        self.saying(kept).timers[timer] = IncidentDue(
            tenant=incident.tenant, incident_id=incident.incident_id, timer=timer, due_at=due_at
        )

    def find(self, incident_id: str) -> Kept | None:
        """Return an incident, or the one it was merged into."""
        kept = self.kept.get(incident_id)
        for _ in range(len(self.kept)):
            if kept is None or kept.incident.merged_into is None:
                return kept
            kept = self.kept.get(kept.incident.merged_into)
        return kept


def _listed(decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """Return the decisions worth keeping: those that changed something, and the newest of the others."""
    notable = [one for one in decisions if one.what not in ROUTINE]
    if len(notable) > NOTABLE_MAX:
        notable = [*notable[: NOTABLE_MAX // 2], *notable[-NOTABLE_MAX // 2 :]]
    newest = [one for one in decisions if one.what in ROUTINE][-NEWEST_MAX:]
    chosen = {id(one) for one in (*notable, *newest)}
    return tuple(one for one in decisions if id(one) in chosen)


def _with_spots(kept: Kept) -> Kept:
    """Give an incident that was written before there were spots one for each of its services."""
    incident = kept.incident
    if kept.spots or not incident.services:
        return kept
    first_s, last_s = incident.opened_at.timestamp(), incident.updated_at.timestamp()
    spots = tuple(Spot(service=name, first_s=first_s, last_s=last_s, count=1) for name in incident.services)
    announced_at = incident.announced_at or incident.opened_at
    return kept.model_copy(
        update={"spots": spots, "incident": incident.model_copy(update={"announced_at": announced_at})}
    )
