"""What the notifier needs from outside."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from inquest.config import Config
from inquest.config.channels import Channel
from inquest.contracts.errors import InquestError, RetryLater
from inquest.contracts.latest import Notice

Clock = Callable[[], datetime]
CurrentConfig = Callable[[], Awaitable[Config]]
"""Returns the newest applied configuration, never a copy: switching a channel off counts at once."""


class Refused(InquestError):
    """The channel will not take the notice, however often it is tried."""


class NotDelivered(RetryLater):
    """The attempt surely did not arrive; another one may."""


class MaybeDelivered(RetryLater):
    """Nobody can know whether the attempt arrived."""


class Sender(Protocol):
    """Takes a notice to its channel."""

    async def send(self, notice: Notice, channel: Channel) -> None:
        """Return once the channel took it. Raises Refused, NotDelivered or MaybeDelivered."""
        ...
