"""A bus in memory for wiring tests: the same port, no server, and nothing happens until `settle()`.

It keeps what handlers rely on; what only a server shows (windows, replicas) is tested on the real one.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from inquest.bus.codec import decode, decoded, encode, find_row
from inquest.bus.port import (
    AlreadyRecorded,
    BatchHandler,
    Delivery,
    Handler,
    Outgoing,
    Published,
    Replier,
    Stored,
    Usage,
)
from inquest.bus.settle import settle
from inquest.contracts.doorsteps import DOORSTEP_DURABLE
from inquest.contracts.errors import Conflict, InquestError, RetryLater
from inquest.contracts.latest import DeadLetter, Message
from inquest.contracts.subjects import DOORSTEP_DELIVERY, Subject
from inquest.contracts.topology import Bucket, Consumer
from inquest.testkit.memory_rows import Queue, Row, consumes, gone, lies_in, matches
from inquest.testkit.memory_stores import MemoryCounters, MemoryKeyValue, MemoryObjects

STEPS_MAX = 10_000  # a wiring test that needs more deliveries than this is looping


class MemoryBus(MemoryCounters):
    """Implements BusPort in memory. `dead` lists what was given up as (subject, reason)."""

    def __init__(self, now: datetime | None = None) -> None:
        super().__init__()
        self.now = now or datetime(2026, 1, 1, tzinfo=UTC)
        self.dead: list[tuple[str, str]] = []
        self.bytes_max = 0  # of each stream; nothing is refused here
        self.errors: list[BaseException] = []
        self.timers: dict[str, tuple[datetime, Subject, Message, dict[str, str]]] = {}
        self._rows: list[Row] = []
        self._ids: dict[tuple[str, str], int] = {}
        self._queues: list[Queue] = []
        self._repliers: list[tuple[Subject, Replier]] = []
        self._stores: dict[str, Any] = {}

    def published(self, subject: Subject, **keys: str) -> list[Any]:
        """Return the messages on a subject, oldest first."""
        return [stored.message for stored in self._stored(subject, keys)]

    def _stored(self, subject: Subject, keys: Mapping[str, str], since: datetime | None = None) -> list[Stored[Any]]:
        pattern = subject.pattern(**keys)
        return [
            Stored(decode(subject, row.headers, row.payload), row.seq, row.subject)
            for row in self._rows
            if matches(pattern, row.subject) and (since is None or row.stored_at >= since)
        ]

    async def last(self, subject: Subject, **keys: str) -> Stored[Any] | None:
        """See BusPort."""
        found = self._stored(subject, keys)
        return found[-1] if found else None

    async def read(self, subject: Subject, *, since: datetime | None = None, **keys: str) -> list[Stored[Any]]:
        """See BusPort."""
        return self._stored(subject, keys, since)

    async def get(self, stream: str, seq: int) -> Delivery | None:
        """See BusPort."""
        for row in self._rows:
            if row.stream == stream and row.seq == seq:
                return self._envelope(row, 1, 1)
        return None

    async def newest(self, stream: str, pattern: str, *, back_max: int) -> AsyncIterator[Delivery]:
        """See BusPort."""
        rows = [row for row in self._rows if row.stream == stream and matches(pattern, row.subject)]
        for row in reversed([row for row in rows if row.seq > rows[-1].seq - back_max]):
            yield self._envelope(row, 1, 1)

    async def replay(
        self, stream: str, *, after_seq: int = 0, batch_max: int = 500, patterns: Sequence[str] = ()
    ) -> AsyncIterator[Sequence[tuple[Any, Delivery]]]:
        """See BusPort."""
        rows = [row for row in self._rows if row.seq > after_seq and lies_in(row, stream, patterns)]
        for start in range(0, len(rows), batch_max):
            yield [decoded(self._envelope(row, 1, 1)) for row in rows[start : start + batch_max]]

    async def remove(self, stream: str, seq: int) -> None:
        """See BusPort."""
        self._rows = [gone(row) if (row.stream, row.seq) == (stream, seq) else row for row in self._rows]

    async def usage(self, stream: str) -> Usage:
        """See BusPort."""
        rows = [row for row in self._rows if row.stream == stream]
        open_ = [row.seq for queue in self._queues for row, _ in queue.pending if row.stream == stream]
        last = max((row.seq for row in rows), default=0)
        return Usage(sum(len(row.payload) for row in rows), self.bytes_max, last, min([last, *(s - 1 for s in open_)]))

    async def purge(self, subject: Subject, *, below_seq: int, **keys: str) -> None:
        """See BusPort."""
        pattern = subject.pattern(**keys)
        self._rows = [gone(row) if row.seq < below_seq and matches(pattern, row.subject) else row for row in self._rows]

    async def purge_keys(self, bucket: Bucket, keys: Iterable[str]) -> None:
        """See BusPort."""
        await asyncio.gather(*(self.kv(bucket).delete(key) for key in keys))

    async def bury(self, letter: DeadLetter) -> None:
        """See BusPort."""
        self.dead.append((letter.subject, letter.reason))

    async def subjects(self, subject: Subject, **keys: str) -> dict[str, int]:
        """See BusPort."""
        return dict(Counter(stored.subject for stored in self._stored(subject, keys)))

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
        """See BusPort."""
        return self._accept(Outgoing(subject, message, keys, msg_id, expect_last, headers or {}))

    def _accept(self, item: Outgoing) -> Published:
        concrete = item.subject.render(**item.keys)
        stream = item.subject.stream or ""
        if item.msg_id is not None and (stream, item.msg_id) in self._ids:
            return Published(self._ids[stream, item.msg_id], duplicate=True)
        self._check(concrete, item.expect_last)
        row = Row(concrete, encode(item.message), dict(item.headers), stream, len(self._rows) + 1, self.now)
        self._store(row, item.msg_id)
        return Published(row.seq)

    def _check(self, concrete: str, expect_last: int | None) -> None:
        if expect_last is None:
            return
        last = max((row.seq for row in self._rows if row.subject == concrete), default=0)
        if last != expect_last:
            raise Conflict(f"{concrete}: last sequence is {last}, not {expect_last}")

    def _store(self, row: Row, msg_id: str | None) -> None:
        if msg_id is not None:
            self._ids[row.stream, msg_id] = row.seq
        self._rows.append(row)
        for queue in self._queues:
            if consumes(queue.consumer, row):
                queue.pending.append((row, 1))

    async def publish_batch(self, items: Sequence[Outgoing]) -> int:
        """See BusPort."""
        for item in items:
            stream = item.subject.stream or ""
            if item.msg_id is not None and (stream, item.msg_id) in self._ids:
                raise AlreadyRecorded(f"{item.msg_id} is recorded already")
            try:
                self._check(item.subject.render(**item.keys), item.expect_last)
            except Conflict as error:
                raise AlreadyRecorded(str(error)) from error
        await self.publish_many(items)
        return len(self._rows)

    async def publish_many(self, items: Iterable[Outgoing]) -> int:
        """See BusPort."""
        return len([self._accept(item) for item in items])

    async def publish_each(self, items: Iterable[Outgoing]) -> list[Published | InquestError]:
        """See BusPort."""
        found: list[Published | InquestError] = []
        for item in items:
            try:
                found.append(self._accept(item))
            except InquestError as error:
                found.append(error)
        return found

    async def schedule(
        self, timer_subject: Subject, target: Subject, message: Message, *, due_at: datetime, **keys: str
    ) -> None:
        """See BusPort."""
        self.timers[timer_subject.render(**keys)] = (due_at, target, message, keys)

    async def fire_timers(self, until: datetime | None = None) -> int:
        """Publish the timers that are due by `until` (all, when None); returns how many."""
        due = [key for key, (at, *_) in self.timers.items() if until is None or at <= until]
        for key in due:
            _, target, message, keys = self.timers.pop(key)
            self._accept(Outgoing(target, message, keys))
        return len(due)

    async def request(self, subject: Subject, message: Message, *, timeout_s: float, **keys: str) -> Any:
        """See BusPort. The first replier of the subject answers."""
        concrete = subject.render(**keys)
        for row, replier in self._repliers:
            if row.name == subject.name:
                return await replier(decode(subject, {}, encode(message)))
        raise RetryLater(f"nobody answers {concrete} within {timeout_s} s")

    def reply(self, subject: Subject, replier: Replier) -> None:
        """See BusPort."""
        self._repliers.append((subject, replier))

    def kv(self, bucket: Bucket) -> MemoryKeyValue:
        """See BusPort."""
        store = self._stores.setdefault(bucket.name, MemoryKeyValue())
        assert isinstance(store, MemoryKeyValue)
        return store

    def objects(self, bucket: Bucket) -> MemoryObjects:
        """See BusPort."""
        store = self._stores.setdefault(bucket.name, MemoryObjects())
        assert isinstance(store, MemoryObjects)
        return store

    def handle(self, consumer: Consumer, handler: Handler) -> None:
        """See BusPort."""
        self._subscribe(Queue(consumer, handler, None))

    def handle_batch(self, consumer: Consumer, handler: BatchHandler) -> None:
        """See BusPort."""
        self._subscribe(Queue(consumer, None, handler))

    def handle_doorsteps(self, handler: BatchHandler) -> None:
        """See BusPort. All tenants share one queue here."""
        self.handle_batch(Consumer(DOORSTEP_DURABLE, "", "intake", (DOORSTEP_DELIVERY.pattern(),)), handler)

    def _subscribe(self, queue: Queue) -> None:
        queue.pending.extend((row, 1) for row in self._rows if consumes(queue.consumer, row))
        self._queues.append(queue)

    async def settle(self) -> int:
        """Deliver until nothing is pending; returns the number of deliveries. Fails when it does not end."""
        deliveries = 0
        while busy := [queue for queue in self._queues if queue.pending]:
            for queue in busy:
                deliveries += await self._step(queue)
            assert deliveries < STEPS_MAX, "the wiring does not come to rest"
        return deliveries

    async def redeliver(self, durable: str) -> None:
        """Deliver again everything a durable has seen, as after a lost ack."""
        for queue in self._queues:
            if queue.consumer.durable == durable:
                queue.pending.extend((row, 2) for row in self._rows if consumes(queue.consumer, row))
        await self.settle()

    async def _step(self, queue: Queue) -> int:
        if queue.batch_handler is None:
            batch = [queue.pending.popleft()]
        else:
            size = min(queue.consumer.batch_max, len(queue.pending))
            batch = [queue.pending.popleft() for _ in range(size)]
        errors: Mapping[int, Exception] = {}
        try:
            errors = await self._call(queue, batch) or {}
        except Exception as raised:  # noqa: BLE001 - the failure policy decides, as on the real bus
            errors = dict.fromkeys(range(len(batch)), raised)
        self.errors.extend(dict.fromkeys(errors.values()))
        for index, (row, attempt) in enumerate(batch):
            error = errors.get(index)
            settlement = settle(error, attempt, queue.consumer.deliver_max, queue.consumer.delay_s_max)
            if settlement.outcome == "retried":
                queue.pending.append((row, attempt + 1))
            elif settlement.outcome == "dead":
                self.dead.append((row.subject, str(error)))
        return len(batch)

    async def _call(self, queue: Queue, batch: list[tuple[Row, int]]) -> Mapping[int, Exception] | None:
        decoded = [self._decode(queue.consumer, row, attempt) for row, attempt in batch]
        if queue.batch_handler is not None:
            return await queue.batch_handler(decoded)
        if queue.handler is not None:
            await queue.handler(*decoded[0])
        return None

    def _decode(self, consumer: Consumer, row: Row, attempt: int) -> tuple[Any, Delivery]:
        delivery = self._envelope(row, attempt, consumer.deliver_max)
        return decode(find_row(row.subject)[0], row.headers, row.payload), delivery

    def _envelope(self, row: Row, attempt: int, attempt_max: int) -> Delivery:
        keys = find_row(row.subject)[1]
        return Delivery(
            row.subject, keys, row.headers, row.stream, row.seq, attempt, attempt_max, row.payload, self.now
        )
