"""A delivery that can never become a signal, with what to tell its sender."""

import traceback
from pathlib import Path

from inquest.contracts.errors import Impossible


class Refused(Impossible):
    """Over HTTP it becomes the answer; from the bus, a dead letter."""

    def __init__(self, outcome: str, message: str, hint: str = "") -> None:
        self.outcome = outcome  # the metric's label
        self.message = message
        self.hint = hint
        super().__init__(f"{message}; {hint}" if hint else message)


def where(error: Exception) -> str:
    """Return what kind of error it is and where it arose; its own text may be a part of a raw delivery."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
