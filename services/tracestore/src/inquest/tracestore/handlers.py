"""What the trace store does with what the bus delivers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json, to_json

from inquest.bus.advisory import IGNORED_STREAMS, dead_letter, parse_advisory
from inquest.bus.headers import CONTENT_TYPE
from inquest.bus.port import Delivery
from inquest.contracts.codec import JSON
from inquest.contracts.errors import RetryLater
from inquest.contracts.message import Message
from inquest.contracts.streams import WORK_QUEUES
from inquest.contracts.topology import RAW_STREAM, consumers_of
from inquest.telemetry.logs import get_logger
from inquest.tracestore.changes import Changes
from inquest.tracestore.domain.rows import Row, make_row
from inquest.tracestore.ports import History, Store

ADVISORIES = "tracestore-advisories"
_log = get_logger("tracestore")


def replayable_streams() -> tuple[str, ...]:
    """Return the streams that the store can be filled from again; a work queue forgets what was acked."""
    return tuple(
        row.stream for row in consumers_of("tracestore") if row.durable != ADVISORIES and row.stream not in WORK_QUEUES
    )


@dataclass(frozen=True, slots=True)
class Handlers:
    """Keeps batches, catches up from the streams, and buries what the server gave up.

    Invariant: of each stream, everything up to the highest stored sequence is stored. So a batch that could not be
    written is read again before a later one is stored, and a lost or restored file is completed at start.
    """

    store: Store
    history: History
    changes: Changes
    behind: dict[str, int] = field(default_factory=dict)  # stream → lowest sequence that could not be written

    async def on_batch(self, batch: Sequence[tuple[Any, Delivery]]) -> None:
        """Store a batch of one stream. Raises RetryLater while that is not possible."""
        rows = [_row(*item) for item in batch]
        stream, lowest = rows[0].stream, min(row.seq for row in rows)
        try:
            if stream in self.behind:
                await self.catch_up(stream, after_seq=self.behind[stream] - 1)
            await self._store(rows)
        except RetryLater:
            self.behind[stream] = min(lowest, self.behind.get(stream, lowest))
            raise

    async def on_advisory(self, payload: bytes, delivery: Delivery) -> None:
        """Move the message that the server gave up to DEAD, with its reason."""
        del delivery
        advisory = parse_advisory(payload)
        if advisory.stream == RAW_STREAM:
            return  # intake's: nobody else may read raw deliveries
        if advisory.stream in IGNORED_STREAMS:
            _log.error("advisory_ignored", stream=advisory.stream, consumer=advisory.consumer)
            return
        original = await self.history.get(advisory.stream, advisory.stream_seq)
        if original is None:
            _log.warning("original_gone", stream=advisory.stream, seq=advisory.stream_seq, consumer=advisory.consumer)
            return
        letter = dead_letter(advisory, subject=original.subject, headers=original.headers, payload=original.payload)
        await self.history.bury(letter)
        keys = original.keys
        _log.error(
            "message_buried",
            subject=original.subject,
            consumer=advisory.consumer,
            tenant=keys.get("tenant"),
            investigation=keys.get("investigation"),
        )

    async def catch_up_all(self) -> None:
        """Read from the streams what the file lacks: nothing after a clean stop, everything after its loss."""
        for stream in replayable_streams():
            await self.catch_up(stream, after_seq=await self.store.last_seq(stream))

    async def catch_up(self, stream: str, *, after_seq: int) -> None:
        """Store what lies in a stream after a sequence."""
        async for batch in self.history.replay(stream, after_seq=after_seq):
            await self._store([_row(*item) for item in batch])
        self.behind.pop(stream, None)

    async def _store(self, rows: Sequence[Row]) -> None:
        if await self.store.append(rows):
            self.changes.notify()


def _row(message: Any, delivery: Delivery) -> Row:
    return make_row(
        stream=delivery.stream,
        seq=delivery.stream_seq,
        subject=delivery.subject,
        stored_at=delivery.stored_at,
        headers=delivery.headers,
        payload=_json(message, delivery),
    )


def _json(message: Any, delivery: Delivery) -> bytes:
    """Return the body as JSON, which queries rely on: what came in protobuf, and what is no message at all, too."""
    if isinstance(message, Message) and delivery.headers.get(CONTENT_TYPE, JSON) != JSON:
        return message.model_dump_json().encode()
    if isinstance(message, Message):
        return delivery.payload
    try:
        from_json(delivery.payload)
    except ValueError:
        return to_json(delivery.payload.decode(errors="replace"))
    return delivery.payload
