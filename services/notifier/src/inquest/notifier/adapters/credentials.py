"""Secrets of channels: looked up anew for each notice, so that a rotated one counts at once."""

from collections.abc import Callable
from dataclasses import dataclass

from inquest.config.secrets import resolve
from inquest.contracts.errors import Impossible, RetryLater
from inquest.notifier.ports import NotDelivered, Refused


@dataclass(frozen=True, slots=True)
class Credentials:
    """Looks up references."""

    resolve: Callable[[str], str] = resolve

    def get(self, ref: str) -> str:
        """Return the secret. Raises NotDelivered while there is none, Refused for a malformed reference."""
        try:
            return self.resolve(ref)
        except RetryLater as error:
            raise NotDelivered(str(error)) from error
        except Impossible as error:
            raise Refused(str(error)) from error
