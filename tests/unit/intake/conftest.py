"""Folds signals and keeps what was told."""

import pytest
from inquest.config import Catalogue, CorrelationConfig
from inquest.contracts.message import derive_id
from inquest.contracts.v1.signal import Signal
from inquest.intake.domain.correlation import Incidents, Rules, fold, fold_due
from inquest.intake.domain.correlation.state import Kept
from inquest.testkit.signals import SHOP


class Folder:
    """Folds one batch after another and keeps what was told."""

    def __init__(self, of: Catalogue = SHOP, state: Incidents | None = None, **correlation) -> None:
        self.rules = Rules(CorrelationConfig(**{"hold_s": 0, **correlation}), of)
        self.state = state or Incidents()
        self.effects = []
        self.timers = {}

    def take(self, folded):
        self.state = folded.state or self.state
        self.effects += folded.effects
        self.timers |= {(due.incident_id, due.timer): due for due in folded.timers}
        return [effect.what for effect in folded.effects]

    def fold(self, *signals: Signal) -> list[str]:
        return self.take(fold(self.state, self.rules, signals))

    def each(self, *signals: Signal) -> list[list[str]]:
        return [self.fold(one) for one in signals]

    def due(self, timer: str = "hold", at=None, until=None) -> list[str]:
        """Fire the timers of a kind; until a time, those that are due by then."""
        ready = [key for key, one in self.timers.items() if until is None or one.due_at <= until]
        fired = [self.timers.pop(key) for key in ready if key[1] == timer]
        at = at or max((one.due_at for one in fired), default=None)
        return self.take(fold_due(self.state, self.rules, fired, at)) if fired else []

    @property
    def kept(self) -> list[Kept]:
        return list(self.state.kept)

    @property
    def open(self) -> list[Kept]:
        return [kept for kept in self.state.kept if kept.is_open]

    def of(self, name: str) -> Kept:
        """Return the incident that lists a signal."""
        alone = [kept for kept in self.state.kept if kept.incident.merged_into is None]
        (found,) = [kept for kept in alone if derive_id(name) in kept.incident.signal_ids]
        return found

    def why(self, name: str) -> str:
        """Return the newest decision about a signal."""
        said = [one for effect in self.effects for one in effect.incident.taken if one.signal_id == derive_id(name)]
        return f"{said[-1].what}: {said[-1].why}"

    def groups(self) -> set[frozenset[str]]:
        """Return which signals, by id, were told as one incident; merged ones count as one."""
        into = {kept.incident_id: kept.incident.merged_into for kept in self.state.kept}
        found: dict[str, set[str]] = {}
        for effect in self.effects:
            home = effect.incident.incident_id
            while into.get(home):
                home = into[home]
            found.setdefault(home, set()).update(one.signal_id for one in effect.incident.taken if one.signal_id)
        return {frozenset(group) for group in found.values() if group}


@pytest.fixture(scope="session")
def folder():
    """Makes what folds: `folder(hold_s=5)`."""
    return Folder
