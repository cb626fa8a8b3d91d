"""What intake's handlers need of the world."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from inquest.bus.port import Delivery, Entry, Outgoing, Published, Stored
from inquest.config import Catalogue, Revision
from inquest.contracts.errors import InquestError
from inquest.contracts.message import Message
from inquest.contracts.subjects import Subject
from inquest.contracts.v1.dead import DeadLetter
from inquest.intake.domain.sealing import Content


class Publisher(Protocol):
    """Publishes and waits for the ack."""

    async def publish(
        self,
        subject: Subject,
        message: Message | bytes,
        *,
        msg_id: str | None = None,
        expect_last: int | None = None,
        headers: Mapping[str, str] | None = None,
        **keys: str,
    ) -> Published:
        """See BusPort.publish."""
        ...

    async def publish_each(self, items: Iterable[Outgoing]) -> list[Published | InquestError]:
        """See BusPort.publish_each."""
        ...


class IncidentBus(Publisher, Protocol):
    """Publishes, sets timers, and reads a signal back."""

    async def schedule(
        self, timer_subject: Subject, target: Subject, message: Message, *, due_at: datetime, **keys: str
    ) -> None:
        """See BusPort.schedule."""
        ...

    async def last(self, subject: Subject, **keys: str) -> Stored[Any] | None:
        """See BusPort.last."""
        ...


class Keeper(Protocol):
    """Seals raw deliveries, and opens them again."""

    async def sealed(self, tenant: str, source: str, identity: str, content: Content) -> Outgoing:
        """Return the message that keeps a delivery; what is large is in the object store by then.

        `identity` tells it from others of its tenant and source. Raises RetryLater while it cannot be sealed.
        """
        ...

    async def opened(self, delivery: Delivery) -> Content:
        """Return what was kept. Raises RetryLater while its key is not there, Impossible where it does not open."""
        ...

    def hashed(self, tenant: str, body: bytes) -> str:
        """Return the keyed hash of a body; 40 hex digits."""
        ...


class Raw(Protocol):
    """Where raw deliveries lie."""

    async def get(self, stream: str, seq: int) -> Delivery | None:
        """See BusPort.get."""
        ...

    async def remove(self, stream: str, seq: int) -> None:
        """See BusPort.remove."""
        ...

    async def bury(self, letter: DeadLetter) -> None:
        """See BusPort.bury."""
        ...

    async def publish_each(self, items: Iterable[Outgoing]) -> list[Published | InquestError]:
        """See BusPort.publish_each."""
        ...


class States(Protocol):
    """Correlation state by tenant."""

    async def get(self, key: str) -> Entry | None:
        """Return the newest value, or None."""
        ...

    async def create(self, key: str, value: bytes) -> int:
        """Write a key that must not exist. Raises Conflict."""
        ...

    async def update(self, key: str, value: bytes, revision: int) -> int:
        """Write a key whose newest revision must be this one. Raises Conflict."""
        ...


class Configuration(Protocol):
    """The applied configuration."""

    @property
    def current(self) -> Revision:
        """The newest revision."""
        ...

    def catalogue(self, tenant: str) -> Catalogue:
        """Return the service catalogue of a tenant; an empty one for a tenant that is gone."""
        ...
