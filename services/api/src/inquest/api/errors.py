"""What a request can be answered with instead of a result. The rest comes from `inquest.contracts.errors`."""

from inquest.contracts.errors import InquestError, RetryLater


class TooLarge(InquestError):
    """The body is over the limit."""


class NotAllowed(InquestError):
    """The path is served, the method is not."""


class Busy(RetryLater):
    """A limit of the trace store is reached."""
