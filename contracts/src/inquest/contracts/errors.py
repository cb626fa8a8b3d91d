"""The one error base and the situations the failure policy knows (ADR 0005)."""


class InquestError(Exception):
    """Base of every error that Inquest raises on purpose; the text says what is wrong and what to do."""


class RetryLater(InquestError):
    """The fault is expected to pass: redeliver with a growing delay, dead-letter at the limit.

    `after_s` is the shortest delay that makes sense, where it is known, such as from Retry-After.
    """

    def __init__(self, *args: object, after_s: float = 0.0) -> None:
        super().__init__(*args)
        self.after_s = after_s


class Impossible(InquestError):
    """No retry can help, for instance a payload that breaks its contract: dead-letter now."""


class Conflict(RetryLater):
    """A compare-and-set lost: somebody else wrote first. Load again and decide again."""


class NotFound(InquestError):
    """What was asked for does not exist."""
