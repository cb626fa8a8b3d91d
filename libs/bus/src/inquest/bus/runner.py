"""Works off one durable: decode, trace, count, heartbeat, handle, settle (ADR 0005)."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError

from inquest.bus.codec import decode, find_row
from inquest.bus.connection import Connection
from inquest.bus.crashpoints import around
from inquest.bus.dead import bury, letter_of
from inquest.bus.flights import Flights, HandedBack, HandlerHung, Work
from inquest.bus.headers import handling
from inquest.bus.leftovers import Leftovers
from inquest.bus.port import BatchHandler, Delivery, Handler
from inquest.bus.pull import PullLoop
from inquest.bus.reader import envelope
from inquest.bus.settle import Settlement, settle
from inquest.contracts.errors import Impossible, InquestError, RetryLater
from inquest.contracts.topology import Consumer
from inquest.telemetry.logs import get_logger
from inquest.telemetry.metrics import DEAD_LETTERS, HANDLE_SECONDS, MESSAGES_HANDLED

CHECK_S = 5.0
MISSES_MAX = 2
HAND_BACK_S_MAX = 2.0
BATCH_FILL_S = 0.02
OUTSIDE_TABLE = frozenset({"ADVISORIES", "DEAD"})  # streams of subjects that are the server's or derived


class ConsumerLost(InquestError):
    """The durable is gone from the server: the process must exit and be restarted after `topology apply`."""


class Runner:
    """One durable. `handler` takes single messages, `batch_handler` takes batches; exactly one is set."""

    def __init__(
        self,
        connection: Connection,
        service: str,
        consumer: Consumer,
        handler: Handler | None,
        batch_handler: BatchHandler | None,
    ) -> None:
        self.consumer = consumer
        self.missed = 0
        self._connection = connection
        self._service = service
        self._handler = handler
        self._batch_handler = batch_handler
        self._flights = Flights()
        self._pulls: PullLoop | None = None
        self._draining = False
        self._handed_back = 0
        self._log = get_logger(service).bind(consumer=consumer.durable)
        self._handled = {
            outcome: MESSAGES_HANDLED.labels(service, consumer.durable, outcome)
            for outcome in ("acked", "retried", "dead")
        }
        self._seconds = HANDLE_SECONDS.labels(service, consumer.durable)
        self._ack = around(f"ack.{consumer.durable}", Msg.ack)
        self._leftovers = Leftovers(connection, consumer, self._handle_leftover, self._log)

    async def run(self) -> None:
        """Consume until cancelled. Raises ConsumerLost when the durable is gone."""
        capacity = self.consumer.batch_max * (1 if self._handler else 2)
        pulls = PullLoop(self._connection.client, self.consumer.stream, self.consumer.durable, capacity)
        self._pulls = pulls
        if self._draining:
            await pulls.pause()
        self._connection.on_reconnect.append(pulls.reset)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(pulls.run())
                group.create_task(self._heartbeats())
                group.create_task(self._watch())
                if self._handler is not None:
                    for _ in range(self.consumer.workers_max):
                        group.create_task(self._work(pulls, self._handler))
                elif self._batch_handler is not None:
                    group.create_task(self._work_batches(pulls, self._batch_handler))
        finally:
            self._connection.on_reconnect.remove(pulls.reset)

    @property
    def work(self) -> Work:
        """What it has in hand."""
        queued = self._pulls.queue.qsize() if self._pulls else 0
        return Work(self.consumer.durable, self.consumer.stream, self._flights.open, queued)

    async def drain(self, limit_s: float) -> int:
        """Take no further message; wait, at most `limit_s` seconds, for those in flight, and hand back the rest.

        Returns how many messages were handed back, so that another replica has them at once. Doing it twice is no harm.
        """
        self._draining = True
        before = self._handed_back
        if self._pulls is not None:
            await self._pulls.pause()
            while not self._pulls.queue.empty():
                await self._hand_back(self._pulls, [self._pulls.queue.get_nowait()])
        if not await self._flights.idle_within(limit_s):
            self._flights.cut(HandedBack("another replica takes it"))
            await self._flights.idle_within(HAND_BACK_S_MAX)
        return self._handed_back - before

    def resume(self) -> None:
        """Take messages again."""
        self._draining = False
        if self._pulls is not None:
            self._pulls.resume()

    async def _hand_back(self, pulls: PullLoop, messages: Sequence[Msg]) -> None:
        self._handed_back += len(messages)
        pulls.done(len(messages))
        for msg in messages:
            with suppress(NatsError, TimeoutError):  # else it comes again after the ack wait
                await msg.nak()

    @contextmanager
    def _taken(self, pulls: PullLoop, count: int) -> Iterator[None]:
        with self._flights.taken(count):
            try:
                yield
            finally:
                pulls.done(count)

    # -- one message a time ---------------------------------------------------------------------

    async def _work(self, pulls: PullLoop, handler: Handler) -> None:
        while True:
            msg = await pulls.queue.get()
            if self._draining:
                await self._hand_back(pulls, [msg])
                continue
            with self._taken(pulls, 1):
                await self._handle_one(msg, handler)

    async def _handle_one(self, msg: Msg, handler: Handler) -> None:
        delivery = envelope(msg, self.consumer.deliver_max)
        started = time.perf_counter()
        flight = self._flights.begin(msg)
        error: Exception | None = None
        with handling(delivery, self.consumer.durable):
            try:
                await handler(self._decoded(delivery), delivery)
            except Exception as raised:  # noqa: BLE001 - the failure policy decides
                error = raised
            except asyncio.CancelledError:
                error = flight.reason()
            finally:
                self._flights.end(msg)
            self._seconds.observe(time.perf_counter() - started)
            await self._settle(msg, delivery, error)

    async def _handle_leftover(self, delivery: Delivery) -> None:
        if self._handler is not None:
            with handling(delivery, self.consumer.durable):
                await self._handler(self._decoded(delivery), delivery)

    def _decoded(self, delivery: Delivery) -> Any:
        row, _ = find_row(delivery.subject)
        if row is None and self.consumer.stream not in OUTSIDE_TABLE:
            raise Impossible(f"the table of subjects has no {delivery.subject}")
        return decode(row, delivery.headers, delivery.payload)

    # -- batches --------------------------------------------------------------------------------

    async def _work_batches(self, pulls: PullLoop, handler: BatchHandler) -> None:
        while True:
            batch = await self._take(pulls)
            if self._draining:
                await self._hand_back(pulls, batch)
                continue
            with self._taken(pulls, len(batch)):
                await self._handle_batch(batch, handler)

    async def _take(self, pulls: PullLoop) -> list[Msg]:
        batch = [await pulls.queue.get()]
        if pulls.queue.empty():
            await asyncio.sleep(BATCH_FILL_S)
        while len(batch) < self.consumer.batch_max and not pulls.queue.empty():
            batch.append(pulls.queue.get_nowait())
        return batch

    async def _handle_batch(self, batch: Sequence[Msg], handler: BatchHandler) -> None:
        started = time.perf_counter()
        decoded: list[tuple[Any, Delivery]] = []
        good: list[tuple[Msg, Delivery]] = []
        for msg in batch:
            delivery = envelope(msg, self.consumer.deliver_max)
            flight = self._flights.begin(msg)
            try:
                decoded.append((self._decoded(delivery), delivery))
                good.append((msg, delivery))
            except Exception as raised:  # noqa: BLE001 - one bad message must not spoil its batch
                await self._settle(msg, delivery, raised)
        error: Exception | None = None
        errors: Mapping[int, Exception] = {}
        if good:
            with handling(good[0][1], self.consumer.durable):
                try:
                    errors = await handler(decoded) or {}
                except Exception as raised:  # noqa: BLE001 - the failure policy decides
                    error = raised
                except asyncio.CancelledError:
                    error = flight.reason()
        for msg in batch:
            self._flights.end(msg)
        self._seconds.observe(time.perf_counter() - started)
        for index, (msg, delivery) in enumerate(good):
            await self._settle(msg, delivery, errors.get(index, error))

    # -- settling -------------------------------------------------------------------------------

    async def _settle(self, msg: Msg, delivery: Delivery, error: Exception | None) -> None:
        if isinstance(error, HandedBack):
            await self._return(msg)
            return
        settlement = settle(error, delivery.attempt, delivery.attempt_max, self.consumer.delay_s_max)
        self._handled[settlement.outcome].inc()
        try:
            if settlement.outcome == "acked":
                await self._ack(msg)
                return
            self._report(delivery, error, settlement)
            if settlement.outcome == "retried":
                await msg.nak(delay=settlement.delay_s)
            else:
                await self._bury(msg, delivery, error)
        except (NatsError, TimeoutError) as lost:
            # Not settled means delivered again after the ack wait; every handler can take that.
            self._log.warning("settle_failed", subject=delivery.subject, error=str(lost))

    async def _return(self, msg: Msg) -> None:
        self._handed_back += 1
        self._handled["retried"].inc()
        with suppress(NatsError, TimeoutError):  # else it comes again after the ack wait
            await msg.nak()

    def _report(self, delivery: Delivery, error: Exception | None, settlement: Settlement) -> None:
        write = self._log.error if settlement.is_bug or settlement.outcome == "dead" else self._log.warning
        write(
            "handler_failed" if settlement.is_bug else f"message_{settlement.outcome}",
            subject=delivery.subject,
            tenant=delivery.keys.get("tenant"),
            investigation=delivery.keys.get("investigation"),
            attempt=delivery.attempt,
            outcome=settlement.outcome,
            error=f"{type(error).__name__}: {error}"[:2000],
            exc_info=error if settlement.is_bug else None,
        )

    async def _bury(self, msg: Msg, delivery: Delivery, error: Exception | None) -> None:
        """Copy to the dead letters, and only once that is acked terminate the original."""
        letter = letter_of(delivery, self.consumer.durable, error, datetime.now(UTC))
        await bury(self._connection, letter)
        DEAD_LETTERS.labels(self._service, self.consumer.durable, letter.error_type).inc()
        await msg.term()

    # -- watching -------------------------------------------------------------------------------

    async def _heartbeats(self) -> None:
        """Keep what is in flight from being delivered again, up to a limit; past it the handler is cancelled."""
        interval = self.consumer.ack_wait_s / 3
        while True:
            await asyncio.sleep(interval)
            limit_s = self.consumer.handle_s_max
            self._flights.cut(HandlerHung(f"handler ran longer than {limit_s:g} s"), limit_s)
            if self._connection.client.is_connected:
                await self._flights.beat(interval / 2)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(CHECK_S)
            try:
                info = await self._connection.js.consumer_info(self.consumer.stream, self.consumer.durable)
                self.missed = 0
                if self._handler and not self._draining and info.ack_floor:
                    await self._leftovers.look(info.ack_floor.stream_seq)
            except NotFoundError:
                # Only "not found" means gone; a time-out says nothing about the consumer.
                self.missed += 1
                self._log.error("consumer_missing", misses=self.missed)
                if self.missed >= MISSES_MAX:
                    raise ConsumerLost(
                        f"durable {self.consumer.durable} is gone: run `inquest topology apply` and restart"
                    ) from None
            except (NatsError, TimeoutError, RetryLater) as error:
                self._log.warning("consumer_unchecked", error=str(error) or type(error).__name__)
