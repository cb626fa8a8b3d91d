"""The bus over NATS: one object per process and service that puts the parts together."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from nats.errors import Error as NatsError

from inquest.bus import keeping, rpc
from inquest.bus.connection import CONNECT_S_MAX, BusUnavailable, Connection
from inquest.bus.dead import bury, remove_original
from inquest.bus.doorsteps import Doorsteps
from inquest.bus.flights import Work
from inquest.bus.gets import counted
from inquest.bus.port import BatchHandler, Delivery, Handler, Outgoing, Published, Replier, Stored, Usage
from inquest.bus.publisher import Publisher
from inquest.bus.reader import Reader
from inquest.bus.runner import Runner
from inquest.bus.stores import BusKeyValue, BusObjects
from inquest.bus.tls import TlsFiles
from inquest.contracts.errors import InquestError, RetryLater
from inquest.contracts.message import Message
from inquest.contracts.subjects import Subject
from inquest.contracts.topology import Bucket, Consumer
from inquest.contracts.v1.dead import DeadLetter

COUNTERS = "BUDGETS"
COUNTER_PREFIX = "budget"
PING_S_MAX = 2.0
PONG_S_MAX = 60  # longer than a connection lives whose server does not answer


class Bus:
    """Implements BusPort. Register handlers, `connect()`, `run()` until cancelled, `close()`."""

    def __init__(
        self,
        url: str,
        service: str,
        user: str | None = None,
        password_file: Path | None = None,
        tls: TlsFiles | None = None,
    ) -> None:
        self.service = service
        self.connection = Connection(url, service, user, password_file, tls)
        self._publisher = Publisher(self.connection, service)
        self._reader = Reader(self.connection)
        self._runners: list[Runner] = []
        self._pong: asyncio.Task[None] | None = None
        self._doorsteps: list[Doorsteps] = []
        self._answering: list[rpc.Answering] = []

    # -- life cycle -----------------------------------------------------------------------------

    async def connect(self, limit_s: float = CONNECT_S_MAX) -> None:
        """Connect and begin to answer requests. Raises BusUnavailable after `limit_s` seconds, or where it may not."""
        await self.connection.open(limit_s)
        await self.connection.client.subscribe(self.connection.client.new_inbox())  # is the inbox ours to listen to?
        await self.connection.broker.start()
        # nats-py's PING may overtake a pending SUB; after the second flush the server knows all subscriptions.
        for _ in range(2):
            await self.connection.client.flush()
        if refused := self.connection.denials.subscriptions:
            raise BusUnavailable(
                f"{self.service} may not subscribe to {', '.join(refused)}: is INQUEST_NATS_USER the user of this "
                "service, and are the permissions of this release on nats-server?"
            )

    async def run(self) -> None:
        """Work off all registered durables until cancelled. Raises ConsumerLost (in a group) when one is gone."""
        async with asyncio.TaskGroup() as group:
            for part in self._parts:
                group.create_task(part.run())
            await asyncio.Event().wait()  # a service that only answers requests has no runner to wait for

    @property
    def _parts(self) -> "list[Runner | Doorsteps]":
        return [*self._runners, *self._doorsteps]

    async def drain(self, limit_s: float) -> int:
        """Take nothing new; wait for what is in flight, and hand back what takes longer than `limit_s` seconds.

        Returns how many messages were handed back. Doing it twice is no harm; `resume` undoes it.
        """
        parts = [part.drain(limit_s) for part in self._parts]
        done = await asyncio.gather(*parts, *(one.drain(limit_s) for one in self._answering))
        return sum(done[: len(parts)])

    async def resume(self) -> None:
        """Take work again."""
        for part in self._parts:
            part.resume()
        for one in self._answering:
            await one.resume()

    @property
    def work(self) -> list[Work]:
        """What each consumer, and the requests of each subject, have in hand."""
        doorsteps = [work for one in self._doorsteps for work in one.work]
        return [*(runner.work for runner in self._runners), *doorsteps, *(one.work for one in self._answering)]

    async def close(self) -> None:
        """Flush and disconnect."""
        await self.connection.close()

    async def ping(self) -> None:
        """Raise RetryLater unless the server answers and all durables were there at the last check."""
        if not self.connection.client.is_connected:
            raise RetryLater("not connected to nats-server")
        try:
            async with asyncio.timeout(PING_S_MAX):
                await asyncio.shield(self._ponged())
        except (NatsError, TimeoutError) as error:
            raise RetryLater(f"nats-server does not answer: {error or 'no answer in time'}") from error
        if refused := self.connection.denials.subscriptions:
            raise RetryLater(f"nats-server refuses the subscription to {', '.join(refused)}")
        if missing := [runner.consumer.durable for runner in self._runners if runner.missed]:
            raise RetryLater(f"durables are missing: {', '.join(missing)}; run `inquest topology apply`")

    def _ponged(self) -> "asyncio.Task[None]":
        """Return the wait for an answer, one for all who ask meanwhile.

        Nobody cancels it while the server may still answer: nats-py breaks the connection at an answer that nobody
        waits for any more.
        """
        if self._pong is None or self._pong.done():
            self._pong = asyncio.create_task(self.connection.client.flush(timeout=PONG_S_MAX))
            self._pong.add_done_callback(lambda task: task.cancelled() or task.exception())  # whoever asked was told
        return self._pong

    # -- BusPort --------------------------------------------------------------------------------

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
        return await self._publisher.publish(Outgoing(subject, message, keys, msg_id, expect_last, headers or {}))

    async def publish_batch(self, items: Sequence[Outgoing]) -> int:
        """See BusPort."""
        return await self._publisher.publish_batch(items)

    async def publish_many(self, items: Iterable[Outgoing]) -> int:
        """See BusPort."""
        return await self._publisher.publish_many(items)

    async def publish_each(self, items: Iterable[Outgoing]) -> list[Published | InquestError]:
        """See BusPort."""
        return await self._publisher.publish_each(items)

    async def purge_keys(self, bucket: Bucket, keys: Iterable[str]) -> None:
        """See BusPort."""
        await keeping.purge_keys(self.connection, bucket, keys)

    async def bury(self, letter: DeadLetter) -> None:
        """See BusPort."""
        try:
            await bury(self.connection, letter)
            await remove_original(self.connection, letter)
        except (NatsError, TimeoutError) as error:
            raise RetryLater(f"dead letter of {letter.subject}: {error}") from error

    async def remove(self, stream: str, seq: int) -> None:
        """See BusPort."""
        await self._reader.remove(stream, seq)

    async def last(self, subject: Subject, **keys: str) -> Stored[Any] | None:
        """See BusPort."""
        return await self._reader.last(subject, keys)

    async def read(self, subject: Subject, *, since: datetime | None = None, **keys: str) -> list[Stored[Any]]:
        """See BusPort."""
        return await self._reader.read(subject, keys, since)

    async def get(self, stream: str, seq: int) -> Delivery | None:
        """See BusPort."""
        return await self._reader.get(stream, seq)

    def newest(self, stream: str, pattern: str, *, back_max: int) -> AsyncIterator[Delivery]:
        """See BusPort."""
        return self._reader.newest(stream, pattern, back_max)

    def replay(
        self, stream: str, *, after_seq: int = 0, batch_max: int = 500, patterns: Sequence[str] = ()
    ) -> AsyncIterator[Sequence[tuple[Any, Delivery]]]:
        """See BusPort."""
        return self._reader.replay(stream, after_seq, batch_max, patterns)

    async def usage(self, stream: str) -> Usage:
        """See BusPort."""
        return await keeping.usage(self.connection, stream)

    async def purge(self, subject: Subject, *, below_seq: int, **keys: str) -> None:
        """See BusPort."""
        await keeping.purge(self.connection, subject, keys, below_seq)

    async def last_seq(self, stream: str) -> int:
        """Return the last sequence that a stream gave, also to what is gone since."""
        return await self._reader.last_seq(stream)

    async def subjects(self, subject: Subject, **keys: str) -> dict[str, int]:
        """See BusPort."""
        return await self._reader.subjects(subject, keys)

    async def request(self, subject: Subject, message: Message, *, timeout_s: float, **keys: str) -> Any:
        """See BusPort."""
        return await rpc.request(self.connection, subject, message, timeout_s, keys)

    async def schedule(
        self, timer_subject: Subject, target: Subject, message: Message, *, due_at: datetime, **keys: str
    ) -> None:
        """See BusPort."""
        await self._publisher.schedule(timer_subject, target, message, due_at, keys)

    async def add(self, *tokens: str, amount: int) -> int:
        """See BusPort."""
        return await self._publisher.add(".".join((COUNTER_PREFIX, *tokens)), amount)

    async def count(self, *tokens: str) -> int:
        """See BusPort."""
        return await counted(self.connection, COUNTERS, ".".join((COUNTER_PREFIX, *tokens)))

    def handle(self, consumer: Consumer, handler: Handler) -> None:
        """See BusPort."""
        self._runners.append(Runner(self.connection, self.service, consumer, handler, None))

    def handle_batch(self, consumer: Consumer, handler: BatchHandler) -> None:
        """See BusPort."""
        self._runners.append(Runner(self.connection, self.service, consumer, None, handler))

    def handle_doorsteps(self, handler: BatchHandler) -> None:
        """See BusPort."""
        self._doorsteps.append(Doorsteps(self.connection, self.service, handler))

    def reply(self, subject: Subject, replier: Replier) -> None:
        """See BusPort."""
        self._answering.append(rpc.Answering(self.connection, self.service, subject, replier))

    def kv(self, bucket: Bucket) -> BusKeyValue:
        """See BusPort."""
        return BusKeyValue(self.connection, bucket)

    def objects(self, bucket: Bucket) -> BusObjects:
        """See BusPort."""
        return BusObjects(self.connection, bucket)
