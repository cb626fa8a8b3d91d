"""Works off one durable: decode, trace, count, heartbeat, handle, settle (ADR 0005)."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError

from inquest.bus.codec import decode, find_row
from inquest.bus.connection import Connection
from inquest.bus.crashpoints import around
from inquest.bus.dead import bury, letter_of
from inquest.bus.headers import handling
from inquest.bus.port import BatchHandler, Delivery, Handler
from inquest.bus.pull import PullLoop
from inquest.bus.reader import envelope
from inquest.bus.settle import Settlement, settle
from inquest.contracts.errors import Impossible, InquestError
from inquest.contracts.topology import Consumer
from inquest.telemetry.logs import get_logger
from inquest.telemetry.metrics import DEAD_LETTERS, HANDLE_SECONDS, MESSAGES_HANDLED

CHECK_S = 5.0
MISSES_MAX = 2
HANDLE_ACK_WAITS_MAX = 20  # a handler that runs longer than this many ack waits is taken to hang
BATCH_FILL_S = 0.02
OUTSIDE_TABLE = frozenset({"ADVISORIES", "DEAD"})  # streams of subjects that are the server's or derived


class ConsumerLost(InquestError):
    """The durable is gone from the server: the process must exit and be restarted after `topology apply`."""


class HandlerHung(InquestError):
    """The handler ran past its limit and was cancelled."""


@dataclass(slots=True)
class _InFlight:
    msg: Msg
    since: float
    task: asyncio.Task[Any] | None
    is_hung: bool = False


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
        self._in_flight: dict[int, _InFlight] = {}
        self._draining = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._log = get_logger(service).bind(consumer=consumer.durable)
        self._handled = {
            outcome: MESSAGES_HANDLED.labels(service, consumer.durable, outcome)
            for outcome in ("acked", "retried", "dead")
        }
        self._seconds = HANDLE_SECONDS.labels(service, consumer.durable)
        self._handle_s_max = consumer.ack_wait_s * HANDLE_ACK_WAITS_MAX
        self._ack = around(f"ack.{consumer.durable}", Msg.ack)

    async def run(self) -> None:
        """Consume until cancelled. Raises ConsumerLost when the durable is gone."""
        capacity = self.consumer.batch_max * (1 if self._handler else 2)
        pulls = PullLoop(self._connection.client, self.consumer.stream, self.consumer.durable, capacity)
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

    async def drain(self, limit_s: float) -> None:
        """Take no further message and wait, at most `limit_s` seconds, for those in flight."""
        self._draining = True
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                await self._idle.wait()

    def _begin(self, msg: Msg, since: float) -> _InFlight:
        flight = _InFlight(msg, since, asyncio.current_task())
        self._in_flight[id(msg)] = flight
        self._idle.clear()
        return flight

    def _end(self, msg: Msg) -> None:
        self._in_flight.pop(id(msg), None)
        if not self._in_flight:
            self._idle.set()

    # -- one message a time ---------------------------------------------------------------------

    async def _work(self, pulls: PullLoop, handler: Handler) -> None:
        while True:
            msg = await pulls.queue.get()
            if self._draining:
                continue  # unacked: another replica takes it after the ack wait
            try:
                await self._handle_one(msg, handler)
            finally:
                pulls.done()

    async def _handle_one(self, msg: Msg, handler: Handler) -> None:
        delivery = envelope(msg, self.consumer.deliver_max)
        started = time.perf_counter()
        flight = self._begin(msg, started)
        error: Exception | None = None
        with handling(delivery, self.consumer.durable):
            try:
                await handler(self._decoded(delivery), delivery)
            except Exception as raised:  # noqa: BLE001 - the failure policy decides
                error = raised
            except asyncio.CancelledError:
                error = self._hung(flight)
            finally:
                self._end(msg)
            self._seconds.observe(time.perf_counter() - started)
            await self._settle(msg, delivery, error)

    def _decoded(self, delivery: Delivery) -> Any:
        row, _ = find_row(delivery.subject)
        if row is None and self.consumer.stream not in OUTSIDE_TABLE:
            raise Impossible(f"the table of subjects has no {delivery.subject}")
        return decode(row, delivery.headers, delivery.payload)

    def _hung(self, flight: _InFlight) -> HandlerHung:
        """Turn the cancellation of a hung handler into an error; any other cancellation goes on."""
        if not flight.is_hung or flight.task is None:
            raise asyncio.CancelledError
        flight.task.uncancel()
        return HandlerHung(f"handler ran longer than {self._handle_s_max:.0f} s")

    # -- batches --------------------------------------------------------------------------------

    async def _work_batches(self, pulls: PullLoop, handler: BatchHandler) -> None:
        while True:
            batch = await self._take(pulls)
            if self._draining:
                continue
            try:
                await self._handle_batch(batch, handler)
            finally:
                pulls.done(len(batch))

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
            flight = self._begin(msg, started)
            try:
                row, _ = find_row(delivery.subject)
                decoded.append((decode(row, delivery.headers, delivery.payload), delivery))
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
                    error = self._hung(flight)
        for msg in batch:
            self._end(msg)
        self._seconds.observe(time.perf_counter() - started)
        for index, (msg, delivery) in enumerate(good):
            await self._settle(msg, delivery, errors.get(index, error))

    # -- settling -------------------------------------------------------------------------------

    async def _settle(self, msg: Msg, delivery: Delivery, error: Exception | None) -> None:
        settlement = settle(error, delivery.attempt, delivery.attempt_max)
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
            now = time.perf_counter()
            hung: set[asyncio.Task[Any]] = set()
            for flight in list(self._in_flight.values()):
                if now - flight.since > self._handle_s_max and flight.task is not None and not flight.is_hung:
                    flight.is_hung = True
                    hung.add(flight.task)
                elif now - flight.since >= interval / 2 and self._connection.client.is_connected:
                    await flight.msg.in_progress()
            for task in hung:
                task.cancel()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(CHECK_S)
            try:
                await self._connection.js.consumer_info(self.consumer.stream, self.consumer.durable)
                self.missed = 0
            except NotFoundError:
                # Only "not found" means gone; a time-out says nothing about the consumer.
                self.missed += 1
                self._log.error("consumer_missing", misses=self.missed)
                if self.missed >= MISSES_MAX:
                    raise ConsumerLost(
                        f"durable {self.consumer.durable} is gone: run `inquest topology apply` and restart"
                    ) from None
            except (NatsError, TimeoutError) as error:
                self._log.warning("consumer_unchecked", error=str(error) or type(error).__name__)
