"""The one error base and the situations the failure policy knows (ADR 0005)."""


class InquestError(Exception):
    """Base of every error that Inquest raises on purpose; the text says what is wrong and what to do."""


class RetryLater(InquestError):
    """The fault is expected to pass: redeliver with a growing delay, dead-letter at the limit."""


class Impossible(InquestError):
    """No retry can help, for instance a payload that breaks its contract: dead-letter now."""


class Conflict(RetryLater):
    """A compare-and-set lost: somebody else wrote first. Load again and decide again."""


class NotFound(InquestError):
    """What was asked for does not exist."""
