"""What can go wrong with a provider: a closed set, for which the gateway knows what to do."""

from inquest.contracts.errors import InquestError
from inquest.contracts.latest import ErrorKind

PASSING: frozenset[ErrorKind] = frozenset({"retryable", "limited", "timeout", "unreachable"})
"""Errors that may pass. For all others asking again asks for the same refusal."""


class ProviderError(InquestError):
    """The provider could not answer. `kind` is one of a closed set; the text says why and what to do.

    `retry_after_s` is how long the source wants to be left alone, where it says so; else 0.
    """

    def __init__(self, kind: ErrorKind, reason: str, *, retry_after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.kind: ErrorKind = kind
        self.retry_after_s = retry_after_s

    @property
    def passing(self) -> bool:
        """Whether asking again may help."""
        return self.kind in PASSING
