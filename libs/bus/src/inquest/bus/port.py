"""What a service may ask of the bus. `Bus` implements it over NATS, `MemoryBus` (testkit) in memory."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from inquest.contracts.errors import Conflict, InquestError
from inquest.contracts.message import Message
from inquest.contracts.subjects import Subject
from inquest.contracts.topology import Bucket, Consumer
from inquest.contracts.v1.dead import DeadLetter

MessageT = TypeVar("MessageT", bound=Message)


class AlreadyRecorded(Conflict):
    """The batch or message with this deterministic id is stored already: read it, then carry on."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The envelope of a received message.

    Attributes:
        subject: the concrete subject.
        keys: the subject's key tokens by name; empty when the table does not know the subject.
        headers: as received.
        stream: where the message lies.
        stream_seq: its sequence there.
        attempt: 1 on first delivery.
        attempt_max: the consumer's limit; `attempt == attempt_max` is the last try.
        payload: the raw bytes.
        stored_at: when the server stored it, UTC.
    """

    subject: str
    keys: Mapping[str, str]
    headers: Mapping[str, str]
    stream: str
    stream_seq: int
    attempt: int
    attempt_max: int
    payload: bytes
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class Stored(Generic[MessageT]):
    """A message read back from a stream."""

    message: MessageT
    seq: int
    subject: str


@dataclass(frozen=True, slots=True)
class Published:
    """The server's acknowledgement. `duplicate` means that the same id was stored before."""

    seq: int
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message of a batch. `expect_last` is the last sequence its subject must have (0: none yet)."""

    subject: Subject
    message: Message | bytes
    keys: Mapping[str, str]
    msg_id: str | None = None
    expect_last: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a key-value bucket, with the revision that a compare-and-set names."""

    key: str
    value: bytes
    revision: int


@dataclass(frozen=True, slots=True)
class Usage:
    """How full a stream is.

    Attributes:
        size_bytes: what it holds.
        bytes_max: its limit, 0 for none.
        last_seq: the last sequence that it gave.
        settled_seq: every durable of the table has settled all up to here.
    """

    size_bytes: int
    bytes_max: int
    last_seq: int
    settled_seq: int


Handler = Callable[[Any, Delivery], Awaitable[None]]
"""Takes the decoded message (raw bytes where the subject has no model) and its envelope."""

BatchHandler = Callable[[Sequence[tuple[Any, Delivery]]], Awaitable[Mapping[int, Exception] | None]]
"""Takes a whole batch; raising settles all of it by the failure policy. Returning acks all of it, but for the
positions that the returned mapping gives an error: the policy settles each of those by its own."""

Replier = Callable[[Any], Awaitable[Message]]
"""Answers a request with a message."""


class KeyValue(Protocol):
    """A key-value bucket. Keys are tokens joined by dots."""

    async def get(self, key: str) -> Entry | None:
        """Return the newest value, or None."""
        ...

    async def create(self, key: str, value: bytes) -> int:
        """Write a key that must not exist; returns its revision. Raises Conflict when it does."""
        ...

    async def update(self, key: str, value: bytes, revision: int) -> int:
        """Write a key whose newest revision must be this one. Raises Conflict when it is not."""
        ...

    async def put(self, key: str, value: bytes) -> int:
        """Write without a condition; returns the revision."""
        ...

    async def delete(self, key: str) -> None:
        """Remove a key; unknown keys are no error."""
        ...

    async def keys(self) -> list[str]:
        """Return all keys."""
        ...

    def entries(self, prefix: str) -> AsyncIterator[Entry]:
        """Yield what is present below a key's first tokens, in the order of writing.

        A key that is written meanwhile may come twice, and the later one counts; so may one of a bucket with history.
        """
        ...

    def watch(self, key: str) -> AsyncIterator[Entry]:
        """Yield the present value, where there is one, and then each new one, until closed."""
        ...

    async def now_s(self) -> float:
        """Return the server's time in epoch seconds: one clock for all processes, whatever their own say."""
        ...


class Objects(Protocol):
    """A content-addressed bucket for payloads that are too large for a message."""

    async def put(self, tenant: str, data: bytes) -> str:
        """Store once and return the reference `<tenant>/<sha256>`."""
        ...

    async def get(self, ref: str) -> bytes:
        """Return the bytes. Raises NotFound."""
        ...


class BusPort(Protocol):
    """Publish, read, handle, request. Keys are the subject's tokens by name: `tenant="acme"`."""

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
        """Publish and wait for the ack.

        `msg_id` lets the server drop repeats within the stream's window. `expect_last` is the last sequence
        on exactly this subject (0: none yet). Raises Conflict when it is not, RetryLater when there is no ack.
        """
        ...

    async def publish_batch(self, items: Sequence[Outgoing]) -> int:
        """Publish all or nothing, to one stream, one after the other; returns the sequence of the last.

        Raises AlreadyRecorded when a condition or id says that it is there.
        """
        ...

    async def publish_many(self, items: Iterable[Outgoing]) -> int:
        """Publish pipelined, for bulk paths; returns how many. Raises RetryLater naming the first that failed."""
        ...

    async def publish_each(self, items: Iterable[Outgoing]) -> list[Published | InquestError]:
        """Publish pipelined and return what became of each, in order, where one must not spoil the others.

        An item's headers are made when it is drawn from `items`: a generator may set each one's context.
        """
        ...

    async def last(self, subject: Subject, **keys: str) -> Stored[Any] | None:
        """Return the last message on one concrete subject, or None."""
        ...

    async def read(self, subject: Subject, *, since: datetime | None = None, **keys: str) -> list[Stored[Any]]:
        """Return all messages on a subject, oldest first; keys that are left out match anything.

        With `since`, those alone that were stored at or after it.
        """
        ...

    async def get(self, stream: str, seq: int) -> Delivery | None:
        """Return a stored message by its sequence, undecoded, or None when it is gone."""
        ...

    def newest(self, stream: str, pattern: str, *, back_max: int) -> AsyncIterator[Delivery]:
        """Read what a stream holds on a pattern, newest first, undecoded; no further back than so many sequences."""
        ...

    def replay(
        self, stream: str, *, after_seq: int = 0, batch_max: int = 500, patterns: Sequence[str] = ()
    ) -> AsyncIterator[Sequence[tuple[Any, Delivery]]]:
        """Read a stream from a sequence to its present end, without any durable's state; all of it without patterns.

        A message that does not decode comes as its bytes; nothing is dropped.
        """
        ...

    async def usage(self, stream: str) -> Usage:
        """Return how full a stream is, and how far it was worked off. Raises RetryLater."""
        ...

    async def purge(self, subject: Subject, *, below_seq: int, **keys: str) -> None:
        """Remove what lies on a subject below a sequence; keys that are left out match anything. Raises RetryLater."""
        ...

    async def purge_keys(self, bucket: Bucket, keys: Iterable[str]) -> None:
        """Remove keys with all that they held, leaving no mark. Raises RetryLater."""
        ...

    async def remove(self, stream: str, seq: int) -> None:
        """Delete one stored message; one that is gone is no error. Raises RetryLater."""
        ...

    async def bury(self, letter: DeadLetter) -> None:
        """Keep a dead letter under `dead.<subject>`, once per message and consumer; delete a work queue's original."""
        ...

    async def subjects(self, subject: Subject, **keys: str) -> dict[str, int]:
        """Return the concrete subjects that hold messages, with how many."""
        ...

    async def request(self, subject: Subject, message: Message, *, timeout_s: float, **keys: str) -> Any:
        """Ask and wait for the reply. Raises RetryLater on a timeout or when nobody answers."""
        ...

    async def schedule(
        self, timer_subject: Subject, target: Subject, message: Message, *, due_at: datetime, **keys: str
    ) -> None:
        """Have the server publish `message` on `target` at `due_at`. The same keys replace an earlier timer."""
        ...

    async def add(self, *tokens: str, amount: int) -> int:
        """Add to the counter `budget.<tokens>` and return its new value."""
        ...

    async def count(self, *tokens: str) -> int:
        """Return the value of the counter `budget.<tokens>`, which costs no write; 0 where nothing was added."""
        ...

    def handle(self, consumer: Consumer, handler: Handler) -> None:
        """Work off a durable, one message a call, up to `workers_max` at once, with heartbeat and settling."""
        ...

    def handle_batch(self, consumer: Consumer, handler: BatchHandler) -> None:
        """Work off a durable in batches of up to `batch_max`, one batch at a time."""
        ...

    def handle_doorsteps(self, handler: BatchHandler) -> None:
        """Work off, in batches, what the outside producers of each tenant sent; tenants may come and go meanwhile."""
        ...

    def reply(self, subject: Subject, replier: Replier) -> None:
        """Answer requests on a subject, sharing them with the other replicas of this service."""
        ...

    def kv(self, bucket: Bucket) -> KeyValue:
        """Return a key-value bucket."""
        ...

    def objects(self, bucket: Bucket) -> Objects:
        """Return an object bucket."""
        ...
