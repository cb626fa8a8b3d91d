"""What the handlers need of the outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from inquest.config.admission import AdmissionConfig
from inquest.contracts.latest import InvestigationRecorded, Mode, StartInvestigation
from inquest.planner.domain.state import Investigation
from inquest.planner.domain.terms import Terms


@dataclass(frozen=True, slots=True)
class History:
    """The fold of everything recorded so far, and the stream sequence of its last event (0: none yet).

    One that is archived has no state any more: its end alone is left, so that nobody opens it anew.
    """

    state: Investigation | None
    seq: int
    is_archived: bool = False


class Histories(Protocol):
    """Event-sourced storage of investigations."""

    async def load(self, tenant: str, investigation_id: str) -> History:
        """Return the history as the server has it now. Raises UnreadableHistory, RetryLater."""
        ...

    async def append(self, history: History, event: InvestigationRecorded) -> History:
        """Append the next event. Raises Conflict when somebody else appended since the history was loaded."""
        ...


class Configuration(Protocol):
    """The applied inquest.yaml, as far as the planner cares."""

    async def terms(self, tenant: str, mode: Mode | None = None) -> Terms:
        """Return the terms of a new investigation; no mode means the tenant's own. Raises RetryLater."""
        ...

    async def granted(self, tenant: str, services: Sequence[str], start: StartInvestigation | None = None) -> Terms:
        """Return the terms with the budget that the run, its user, the team of these services and the tenant chose.

        `start` is what a person asked for; None: a page. Raises RetryLater.
        """
        ...

    def admission(self, tenant: str) -> AdmissionConfig:
        """Return how many investigations a tenant may have; the defaults for one that is gone."""
        ...
