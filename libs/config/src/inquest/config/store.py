"""Applied configuration: numbered revisions in a key-value bucket, and a cache that follows the newest."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Protocol

from pydantic import ValidationError

from inquest.config.model import Config
from inquest.contracts.errors import Conflict, Impossible, NotFound, RetryLater
from inquest.contracts.message import Instant, Message
from inquest.contracts.payloads import decode, encode
from inquest.contracts.text import flaws

CURRENT = "current"
STORED_BYTES_MAX = 900_000  # below the server's default message limit of 1 MiB, with room for headers
_PINNED_MAX = 64
POLL_S = 10.0


class Stored(Protocol):
    """A value with the revision that a compare-and-set names."""

    @property
    def value(self) -> bytes:
        """The bytes."""
        ...

    @property
    def revision(self) -> int:
        """The bucket's revision, not ours."""
        ...


class Keys(Protocol):
    """What this needs of a key-value bucket; the bus's KeyValue fits."""

    async def get(self, key: str) -> Stored | None:
        """Return the newest value, or None."""
        ...

    async def create(self, key: str, value: bytes) -> int:
        """Write a key that must not exist. Raises Conflict."""
        ...

    async def update(self, key: str, value: bytes, revision: int) -> int:
        """Write a key whose newest revision must be this one. Raises Conflict."""
        ...

    def watch(self, key: str) -> AsyncIterator[Stored]:
        """Yield the present value and then each new one."""
        ...


class Revision(Message):
    """One applied configuration. Number 0 is the built-in default, when nothing was applied."""

    number: int
    config: Config
    applied_by: str = "built-in"
    applied_at: Instant = datetime(1970, 1, 1, tzinfo=UTC)


DEFAULT = Revision(number=0, config=Config())


class _Envelope(Message):
    """A revision on the wire: the configuration as text, so that a newer writer's fields are dropped, not refused."""

    number: int
    applied_by: str
    applied_at: Instant
    config_json: str


def _pack(revision: Revision) -> bytes:
    data = encode(
        _Envelope(
            number=revision.number,
            applied_by=revision.applied_by,
            applied_at=revision.applied_at,
            config_json=revision.config.model_dump_json(),
        )
    ).data
    if len(data) > STORED_BYTES_MAX:
        raise Impossible(f"the configuration takes {len(data)} bytes compressed; at most {STORED_BYTES_MAX} fit")
    return data


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector from looking through a thousand tenants again and again while they are made: half the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _unpack(data: bytes) -> Revision:
    envelope = decode(data, _Envelope)
    try:
        with _uncollected():
            config = Config.model_validate_json(envelope.config_json, extra="ignore")
    except ValidationError as error:
        raise Impossible(
            f"configuration revision {envelope.number} cannot be read by this version: {flaws(error)}"
        ) from error
    return Revision(
        number=envelope.number, config=config, applied_by=envelope.applied_by, applied_at=envelope.applied_at
    )


class ConfigStore:
    """Reads and applies revisions. `current` is the one truth; `rev.<n>` keep what it was."""

    def __init__(self, kv: Keys) -> None:
        self._kv = kv
        self._read: tuple[bytes, Revision] | None = None

    async def apply(self, config: Config, by: str, now: datetime, *, expect: int | None = None) -> Revision:
        """Make a configuration current and return its revision; an unchanged one makes no new revision.

        Args:
            config: what to apply.
            by: who applies it.
            now: when, with a zone.
            expect: the number that must be current, for instance the one a shown diff started from.

        Raises Conflict when somebody else applied in between.
        """
        entry = await self._kv.get(CURRENT)
        before = _unpack(entry.value) if entry else DEFAULT
        if expect is not None and before.number != expect:
            raise Conflict(f"revision {before.number} is current, not {expect}: look at the difference again")
        if entry and before.config == config:
            return before
        revision = Revision(number=before.number + 1, config=config, applied_by=by, applied_at=now)
        data = _pack(revision)
        if entry:
            # A writer that died after the swap below left its copy unwritten; it must exist before the next swap.
            await self._keep(before.number, entry.value)
            await self._kv.update(CURRENT, data, entry.revision)
        else:
            await self._kv.create(CURRENT, data)
        await self._keep(revision.number, data)
        return revision

    async def _keep(self, number: int, data: bytes) -> None:
        try:
            await self._kv.create(f"rev.{number}", data)
        except Conflict:
            return  # kept already

    async def current(self) -> Revision:
        """Return the newest revision; number 0 when nothing was applied."""
        entry = await self._kv.get(CURRENT)
        return DEFAULT if entry is None else self._parsed(entry.value)

    def _parsed(self, value: bytes) -> Revision:
        """Return what was stored. What did not change is not parsed again: a thousand tenants take half a second."""
        if self._read is None or self._read[0] != value:
            self._read = value, _unpack(value)
        return self._read[1]

    async def at(self, number: int) -> Revision:
        """Return a revision by number. Raises NotFound."""
        if number == 0:
            return DEFAULT
        entry = await self._kv.get(f"rev.{number}")
        if entry:
            return _unpack(entry.value)
        current = await self.current()
        if current.number == number:
            return current
        raise NotFound(f"configuration revision {number} does not exist; the newest is {current.number}")

    async def watch(self) -> AsyncIterator[Revision | Impossible]:
        """Yield the current revision, where one was applied, and each new one; an unreadable one as its error."""
        async for entry in self._kv.watch(CURRENT):
            try:
                yield self._parsed(entry.value)
            except Impossible as error:
                yield error


class ConfigCache:
    """The newest configuration, readable without waiting.

    Wire `start` to a service's on_start, `follow` to its tasks and `ping` to its pings.
    """

    def __init__(
        self, store: ConfigStore, on_change: Callable[[Revision], None] | None = None, poll_s: float = POLL_S
    ) -> None:
        self._store = store
        self._poll_s = poll_s
        self._on_change = on_change
        self._current = DEFAULT
        self._pinned: dict[int, Revision] = {}
        self._problem: str | None = None

    @property
    def current(self) -> Revision:
        """The newest readable revision."""
        return self._current

    async def start(self) -> None:
        """Load once, so that nothing is decided on the default while another revision is current."""
        self._take(await self._store.current())

    async def follow(self) -> None:
        """Follow new revisions until cancelled. One that cannot be read is not taken, and makes `ping` fail."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch())
            group.create_task(self._poll())

    async def _watch(self) -> None:
        async for revision in self._store.watch():
            self._learn(revision)

    async def _poll(self) -> None:
        # A watch lives in the server's memory and falls silent when the server is restarted.
        older: tuple[Revision, Revision] | None = None  # what was read, and what was current here when it was
        while True:
            await asyncio.sleep(self._poll_s)
            last, older = older, None
            try:
                read = await self._store.current()
            except Impossible as error:
                self._learn(error)
                continue
            except RetryLater:
                continue  # the bus's own ping reports a server that is away
            self._learn(read)
            if 0 < read.number <= self._current.number and read != self._current:
                older = read, self._current
                if older == last:
                    self._go_back(read)

    def _go_back(self, read: Revision) -> None:
        """Take an older revision, or another one of this number, that two polls in turn found: a backup was restored.

        Read once it may be what was current until a moment ago. Where nothing is stored, what is known stays.
        """
        self._pinned.clear()
        self._set(read)

    def _learn(self, revision: Revision | Impossible) -> None:
        if isinstance(revision, Impossible):
            self._problem = str(revision)
        else:
            self._problem = None
            if revision.number < self._current.number:  # perhaps of a backup: its later numbers may be others
                self._pinned.clear()
            self._take(revision)

    async def at(self, number: int) -> Revision:
        """Return the revision that an investigation pinned; kept in memory. Raises NotFound."""
        if number == self._current.number:
            return self._current
        if number not in self._pinned:
            if len(self._pinned) >= _PINNED_MAX:
                del self._pinned[next(iter(self._pinned))]
            self._pinned[number] = await self._store.at(number)
        return self._pinned[number]

    async def ping(self) -> None:
        """Raise RetryLater while the newest revision cannot be read by this process."""
        if self._problem:
            raise RetryLater(self._problem)

    def _take(self, revision: Revision) -> None:
        if revision.number > self._current.number:
            self._set(revision)

    def _set(self, revision: Revision) -> None:
        self._current = revision
        if self._on_change:
            self._on_change(revision)
