"""What the handlers need of the outside."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from inquest.contracts.latest import InvestigationRecorded, Verdict
from inquest.verifier.domain.case import Recorded

Clock = Callable[[], datetime]
Stopwatch = Callable[[], float]
"""Seconds from an arbitrary point, never going back."""


class Record(Protocol):
    """What the streams hold of an investigation."""

    async def read(self, event: InvestigationRecorded) -> Recorded:
        """Return all of it."""
        ...


class Verdicts(Protocol):
    """The verdicts of an investigation, append-only."""

    async def append(self, verdict: Verdict) -> bool:
        """Append as the next revision; False when a verdict that leaves nothing to add is there already."""
        ...
