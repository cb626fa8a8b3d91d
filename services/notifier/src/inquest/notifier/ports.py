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


class CannotTell(InquestError):
    """The channel has no way to say whether a notice is there."""


class Sender(Protocol):
    """Takes a notice to its channel.

    `thread` is what the channel called the last message about the same incident: a Slack time stamp, the id of a
    comment. None where there was none, or where the channel keeps no threads.
    """

    def render(self, notice: Notice, channel: Channel, thread: str | None) -> str:
        """Return exactly what `send` would hand over, as text and without secrets. Does no I/O."""
        ...

    async def find(self, notice: Notice, channel: Channel, thread: str | None) -> str | None:
        """Look for a notice whose sending was interrupted; return what the channel calls it, None if it is not there.

        Asked only after an attempt whose end is not known. Raises CannotTell where the channel has no way to look,
        and RetryLater where it cannot be reached now.
        """
        ...

    async def send(self, notice: Notice, channel: Channel, thread: str | None) -> str | None:
        """Return, once the channel took it, what later notices are to update or answer (None: nothing).

        A wait that the channel asked for goes into `after_s` of the error. Raises Refused, NotDelivered or
        MaybeDelivered.
        """
        ...
