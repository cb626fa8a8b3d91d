"""What lies in a work queue although its consumer is past it (ADR 0033).

A server that is killed, or whose disk is full, between writing down an ack and removing the message keeps the message
for ever and delivers it to nobody. One that it gave up looks the same, when the advisory was lost with the server. Both
are handled once more: every handler can take a message twice, and then the second was done before, or else is done now.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from nats.errors import Error as NatsError

from inquest.bus.connection import Connection
from inquest.bus.dead import bury, letter_of
from inquest.bus.gets import ask
from inquest.bus.port import Delivery
from inquest.contracts.errors import Impossible, RetryLater
from inquest.contracts.streams import WORK_QUEUES
from inquest.contracts.topology import Consumer

LOOK_S = 30.0
SEEN_S = 60.0  # what is being removed, or reported as given up, is gone by then
TAKEN_MAX = 100  # in one look

Handle = Callable[[Delivery], Awaitable[None]]


@dataclass(slots=True)
class Leftovers:
    """Those of one consumer. `handle` raises what its handler raises."""

    connection: Connection
    consumer: Consumer
    handle: Handle
    log: Any
    now_s: Callable[[], float] = time.monotonic
    _looked_s: float = float("-inf")
    _seen_s: dict[int, float] = field(default_factory=dict)

    async def look(self, floor_seq: int) -> None:
        """Take what was there a while ago already, at or below the consumer's floor. Raises RetryLater."""
        now_s = self.now_s()
        if self.consumer.stream not in WORK_QUEUES or now_s - self._looked_s < LOOK_S:
            return
        self._looked_s = now_s
        there = await self._there(floor_seq)
        self._seen_s = {one.stream_seq: self._seen_s.get(one.stream_seq, now_s) for one in there}
        for one in there:
            if now_s - self._seen_s[one.stream_seq] >= SEEN_S:
                await self._take(one)

    async def _there(self, floor_seq: int) -> list[Delivery]:
        found: list[Delivery] = []
        for pattern in self.consumer.filters:
            after = 0
            while len(found) < TAKEN_MAX:
                one = await ask(self.connection, self.consumer.stream, seq=after + 1, next_by_subj=pattern)
                if one is None or one.stream_seq > floor_seq:
                    break
                after = one.stream_seq
                found.append(replace(one, attempt_max=self.consumer.deliver_max))
        return found

    async def _take(self, one: Delivery) -> None:
        try:
            await self.handle(one)
        except Impossible as error:
            await bury(self.connection, letter_of(one, self.consumer.durable, error, datetime.now(UTC)))
        except Exception as error:  # noqa: BLE001 - it stays, and the next look takes it again
            self.log.warning("leftover_stays", subject=one.subject, error=f"{type(error).__name__}: {error}"[:2000])
            return
        try:
            await self.connection.js.delete_msg(self.consumer.stream, one.stream_seq)
        except (NatsError, TimeoutError) as error:
            raise RetryLater(f"cannot remove {one.stream_seq} of {self.consumer.stream}: {error}") from error
        self.log.warning("leftover_taken", subject=one.subject, seq=one.stream_seq, tenant=one.keys.get("tenant"))
