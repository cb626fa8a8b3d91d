"""What the handlers need of the outside."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from inquest.contracts.latest import CapabilityTask, Domain
from inquest.worker.domain.answers import Answer
from inquest.worker.domain.examine import Examined
from inquest.worker.domain.outcome import Outcome

Clock = Callable[[], datetime]
Stopwatch = Callable[[], float]
"""Seconds from an arbitrary point, never going back."""


class Tools(Protocol):
    """The gateway."""

    async def ask(self, task: CapabilityTask, domain: Domain, *, timeout_s: float) -> Answer:
        """Return the domain's answer. A domain that cannot be read is an answer too: this does not raise for it."""
        ...


class Analyst(Protocol):
    """Where the analysis runs."""

    async def examine(self, task: CapabilityTask, answers: Sequence[Answer], *, timeout_s: float) -> Examined:
        """Return what was found; a bug or an overrun comes back as `failure`, logged and counted."""
        ...


class Outcomes(Protocol):
    """The evidence stream."""

    async def is_recorded(self, task: CapabilityTask) -> bool:
        """Say whether the step has ended already."""
        ...

    async def record(self, task: CapabilityTask, outcome: Outcome) -> None:
        """Append the outcome, all or nothing; one that is there already stays as it is."""
        ...
