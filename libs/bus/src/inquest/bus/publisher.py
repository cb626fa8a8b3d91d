"""Publishing with an ack: one at a time, pipelined, as one atomic batch, and by schedule."""

import asyncio
import json
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nats.errors import ConnectionClosedError, NoRespondersError, OutboundBufferLimitError
from nats.errors import TimeoutError as NatsTimeoutError

from inquest.bus import headers as h
from inquest.bus.acks import UNSENDABLE, Acks
from inquest.bus.codec import encode
from inquest.bus.connection import Connection
from inquest.bus.port import AlreadyRecorded, Outgoing, Published
from inquest.contracts.errors import Conflict, Impossible, InquestError, RetryLater
from inquest.contracts.message import Message, derive_id
from inquest.contracts.subjects import Subject
from inquest.telemetry.metrics import MESSAGES_PUBLISHED

ACK_S_MAX = 5.0
TRIES_S_MAX = 12.0
TRY_DELAY_S = 0.2
PIPELINE_MAX = 512
BATCH_MESSAGES_MAX = 1000  # the server's limit for one atomic batch

WRONG_LAST = frozenset({10071, 10164})
DUPLICATE_IN_BATCH = 10201
STORAGE_FULL = frozenset({10047, 10023, 10122})
TOO_LARGE = frozenset({10054})

_LOST = (NatsTimeoutError, NoRespondersError, ConnectionClosedError, OutboundBufferLimitError, asyncio.TimeoutError)


class Publisher:
    """Publishes for one service; every path waits for the server's ack."""

    def __init__(self, connection: Connection, service: str) -> None:
        self._connection = connection
        self._service = service
        self._acks = Acks(connection)

    async def publish(self, item: Outgoing) -> Published:
        """See BusPort.publish. A publish that is safe to repeat is repeated while the server is away."""
        subject = item.subject.render(**item.keys)
        headers = h.outgoing(item.keys, item.msg_id, item.expect_last, item.headers)
        repeatable = item.msg_id is not None or item.expect_last is not None
        ack = await self._send(subject, encode(item.message), headers, TRIES_S_MAX if repeatable else 0.0)
        MESSAGES_PUBLISHED.labels(self._service, item.subject.name).inc()
        return Published(int(ack["seq"]), bool(ack.get("duplicate")))

    async def _send(self, subject: str, data: bytes, headers: dict[str, str], tries_s: float) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + tries_s
        while True:
            try:
                return await self._ask(subject, data, headers)
            except _LOST as error:
                if loop.time() + TRY_DELAY_S > give_up_at:
                    raise RetryLater(_explain(subject, error)) from error
                await asyncio.sleep(TRY_DELAY_S)

    async def _ask(self, subject: str, data: bytes, headers: dict[str, str]) -> dict[str, Any]:
        async with asyncio.timeout(ACK_S_MAX):
            return parse_ack(subject, await (await self._acks.send(subject, data, headers)))

    async def publish_batch(self, items: Sequence[Outgoing]) -> int:
        """See BusPort.publish_batch. Messages travel unacked; the commit's ack covers all of them."""
        if not items:
            return 0
        if len(items) > BATCH_MESSAGES_MAX:
            raise Impossible(f"{len(items)} messages in an atomic batch; the server takes {BATCH_MESSAGES_MAX}")
        client = self._connection.client
        base = [h.outgoing(item.keys, item.msg_id, item.expect_last, item.headers) for item in items]
        # A fresh id for each try: the server drops a batch id that it has already begun.
        batch_id = derive_id(client.new_inbox())
        try:
            for index, (item, headers) in enumerate(zip(items, base, strict=True), start=1):
                headers |= {h.BATCH_ID: batch_id, h.BATCH_SEQ: str(index)}
                subject, data = item.subject.render(**item.keys), encode(item.message)
                if index < len(items):
                    await client.publish(subject, data, headers=headers)
            ack = await self._ask(subject, data, headers | {h.BATCH_COMMIT: "1"})
            return int(ack["seq"])
        except Conflict as error:
            raise AlreadyRecorded(str(error)) from error
        except UNSENDABLE as error:
            raise Impossible(f"{items[-1].subject.name} cannot be sent: {error}") from error
        except _LOST as error:
            raise RetryLater(_explain(items[-1].subject.name, error)) from error

    async def publish_many(self, items: Iterable[Outgoing]) -> int:
        """See BusPort.publish_many. At most PIPELINE_MAX acks are awaited at any time."""
        waiting: deque[_Sent] = deque()
        count = 0
        for item in items:
            waiting.append(await self._begin(item))
            count += 1
            if len(waiting) >= PIPELINE_MAX:
                await _collect(waiting, PIPELINE_MAX // 2)
        await _collect(waiting, 0)
        return count

    async def publish_each(self, items: Iterable[Outgoing]) -> list[Published | InquestError]:
        """See BusPort.publish_each. At most PIPELINE_MAX acks are awaited at any time."""
        waiting: deque[_Sent] = deque()
        found: list[Published | InquestError] = []
        for item in items:
            waiting.append(await self._begin(item))
            if len(waiting) >= PIPELINE_MAX:
                found.append(await _outcome(waiting.popleft()))
        while waiting:
            found.append(await _outcome(waiting.popleft()))
        return found

    async def _begin(self, item: Outgoing) -> "_Sent":
        subject = item.subject.render(**item.keys)
        headers = h.outgoing(item.keys, item.msg_id, item.expect_last, item.headers)
        try:
            future = await self._acks.send(subject, encode(item.message), headers)
        except _LOST as error:
            raise RetryLater(_explain(subject, error)) from error
        MESSAGES_PUBLISHED.labels(self._service, item.subject.name).inc()
        return _Sent(subject, future, asyncio.get_running_loop().time() + ACK_S_MAX)

    async def schedule(
        self, timer: Subject, target: Subject, message: Message, due_at: datetime, keys: Mapping[str, str]
    ) -> None:
        """See BusPort.schedule. The server publishes on the target; the same timer subject replaces the timer."""
        headers = h.outgoing(keys, None, None, {})
        headers[h.SCHEDULE] = f"@at {due_at.strftime('%Y-%m-%dT%H:%M:%S.%fZ')}"
        headers[h.SCHEDULE_TARGET] = target.render(**keys)
        await self._send(timer.render(**keys), encode(message), headers, TRIES_S_MAX)

    async def add(self, subject: str, amount: int) -> int:
        """Add to a counter on the server. Not repeated when the ack is lost: a repeat would count twice."""
        ack = await self._send(subject, b"", {h.COUNTER: f"{amount:+d}"}, 0.0)
        return int(ack["val"])


def _explain(subject: str, error: BaseException) -> str:
    reason = "no stream keeps this subject" if isinstance(error, NoRespondersError) else "no ack in time"
    return f"{subject}: {reason}; is nats-server up and `inquest topology apply` done?"


def parse_ack(subject: str, data: bytes) -> dict[str, Any]:
    """Return the server's ack. Raises Conflict, RetryLater or Impossible for what it says instead."""
    ack: dict[str, Any] = json.loads(data)
    error = ack.get("error")
    if error is None:
        return ack
    raise _refusal(subject, int(error.get("err_code", 0)), str(error.get("description", "")))


def _refusal(subject: str, code: int, text: str) -> InquestError:
    if code in WRONG_LAST or code == DUPLICATE_IN_BATCH:
        return Conflict(f"{subject}: {text} ({code})")
    if code in TOO_LARGE:
        return Impossible(f"{subject}: {text} ({code})")
    hint = "; the store is full: free disk space or raise the stream's limit" if code in STORAGE_FULL else ""
    return RetryLater(f"{subject}: the server refused: {text} ({code}){hint}")


@dataclass(frozen=True, slots=True)
class _Sent:
    """A message in flight; its ack must be there at `until`, a time of the event loop."""

    subject: str
    future: asyncio.Future[bytes]
    until: float

    async def acked(self) -> dict[str, Any]:
        """Return the ack. Raises as parse_ack does, and RetryLater when there is none."""
        try:
            async with asyncio.timeout_at(self.until):
                return parse_ack(self.subject, await self.future)
        except _LOST as error:
            raise RetryLater(f"{self.subject}: no ack in time: {error}") from error


async def _collect(waiting: deque[_Sent], leave: int) -> None:
    while len(waiting) > leave:
        await waiting.popleft().acked()


async def _outcome(sent: _Sent) -> Published | InquestError:
    try:
        ack = await sent.acked()
    except InquestError as error:
        return error
    return Published(int(ack["seq"]), bool(ack.get("duplicate")))
