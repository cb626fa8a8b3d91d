"""Why somebody is not let in."""

from inquest.contracts.errors import InquestError


class Unauthenticated(InquestError):
    """Nobody knows who asks."""


class Forbidden(InquestError):
    """It is known who asks, and that they may not."""
