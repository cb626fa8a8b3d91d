"""Why somebody is not let in."""

from typing import TYPE_CHECKING

from inquest.contracts.errors import InquestError, RetryLater

if TYPE_CHECKING:
    from inquest.identity.principal import Principal


class Unauthenticated(InquestError):
    """Nobody knows who asks."""


class Forbidden(InquestError):
    """It is known who asks, and that they may not."""


class RateLimited(RetryLater):
    """They ask too often; `after_s` says when to ask again. `who` is None for one whom nobody knows."""

    def __init__(self, text: str, after_s: float, who: "Principal | None" = None) -> None:
        super().__init__(text, after_s=after_s)
        self.who = who
