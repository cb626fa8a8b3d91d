"""A delivery that can never become a signal, with what to tell its sender."""

from inquest.contracts.errors import Impossible


class Refused(Impossible):
    """Over HTTP it becomes the answer; from the bus, a dead letter."""

    def __init__(self, outcome: str, message: str, hint: str = "") -> None:
        self.outcome = outcome  # the metric's label
        self.message = message
        self.hint = hint
        super().__init__(f"{message}; {hint}" if hint else message)
