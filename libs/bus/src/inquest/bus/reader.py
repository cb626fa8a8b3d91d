"""Reading back: the last message of a subject, all of them, and which subjects exist."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from inquest.bus.codec import decode, decoded, find_row
from inquest.bus.connection import API_S_MAX, Connection
from inquest.bus.port import Delivery, Stored
from inquest.contracts.errors import Impossible, RetryLater
from inquest.contracts.subjects import Subject

READ_MESSAGES_MAX = 50_000
FETCH_MESSAGES_MAX = 1_000
INACTIVE_S = 30.0


class Reader:
    """Reads streams through the leader, so that what was just acked is seen."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def last(self, subject: Subject, keys: Mapping[str, str]) -> Stored[Any] | None:
        """See BusPort.last."""
        js = self._connection.js
        try:
            raw = await js.get_last_msg(_stream(subject), subject.render(**keys))
        except NotFoundError:
            return None
        except (NatsError, TimeoutError) as error:
            raise RetryLater(f"cannot read {subject.name}: {error}") from error
        message = decode(subject, raw.headers or {}, raw.data or b"")
        return Stored(message, int(raw.seq or 0), str(raw.subject))

    async def read(self, subject: Subject, keys: Mapping[str, str], since: datetime | None = None) -> list[Stored[Any]]:
        """See BusPort.read. Raises Impossible past READ_MESSAGES_MAX messages."""
        found: list[Stored[Any]] = []
        async for batch in self._scan(
            _stream(subject), (subject.pattern(**keys),), _start(since=since), FETCH_MESSAGES_MAX
        ):
            for delivery in batch:
                message = decode(subject, delivery.headers, delivery.payload)
                found.append(Stored(message, delivery.stream_seq, delivery.subject))
            if len(found) > READ_MESSAGES_MAX:
                raise Impossible(f"{subject.pattern(**keys)} holds more than {READ_MESSAGES_MAX} messages")
        return found

    async def replay(
        self, stream: str, after_seq: int, batch_max: int, patterns: Sequence[str] = ()
    ) -> AsyncIterator[Sequence[tuple[Any, Delivery]]]:
        """See BusPort.replay."""
        async for batch in self._scan(stream, patterns, _start(after_seq=after_seq), batch_max):
            yield [decoded(delivery) for delivery in batch]

    async def _scan(
        self, stream: str, patterns: Sequence[str], start: Mapping[str, Any], batch_max: int
    ) -> AsyncIterator[list[Delivery]]:
        """Yield what a stream holds now, through a short-lived consumer that keeps no state on disk."""
        js = self._connection.js
        config = ConsumerConfig(
            ack_policy=AckPolicy.NONE,
            **start,
            filter_subject=patterns[0] if len(patterns) == 1 else None,
            filter_subjects=list(patterns) if len(patterns) > 1 else None,
            inactive_threshold=INACTIVE_S,
            mem_storage=True,
            num_replicas=1,
        )
        try:
            info = await js.add_consumer(stream, config)
            pending = info.num_pending or 0
            if pending:
                subscription = await js.pull_subscribe_bind(stream=stream, consumer=info.name)
                while pending > 0:
                    batch = await subscription.fetch(min(pending, batch_max), timeout=API_S_MAX)
                    pending -= len(batch)
                    yield [envelope(msg, 1) for msg in batch]
                await subscription.unsubscribe()
            await js.delete_consumer(stream, info.name)
        except (NatsError, TimeoutError) as error:
            raise RetryLater(f"cannot read {stream} {' '.join(patterns)}: {error}") from error

    async def subjects(self, subject: Subject, keys: Mapping[str, str]) -> dict[str, int]:
        """See BusPort.subjects."""
        found: dict[str, int] = {}
        asked, total = f"$JS.API.STREAM.INFO.{_stream(subject)}", 1
        try:
            while len(found) < total:  # the server lists 100,000 at a time
                body = {"subjects_filter": subject.pattern(**keys), "offset": len(found)}
                answer = await self._connection.client.request(asked, json.dumps(body).encode(), timeout=API_S_MAX)
                info = json.loads(answer.data)
                if "error" in info:
                    raise RetryLater(f"cannot list {subject.name}: {info['error'].get('description')}")
                page = info["state"].get("subjects") or {}
                found |= page
                total = info.get("total", 0) if page else 0
        except (NatsError, TimeoutError) as error:
            raise RetryLater(f"cannot list {subject.name}: {error}") from error
        return found

    async def last_seq(self, stream: str) -> int:
        """Return the last sequence that a stream gave, also to what is gone since. Raises RetryLater."""
        try:
            return int((await self._connection.js.stream_info(stream)).state.last_seq)
        except (NatsError, TimeoutError) as error:
            raise RetryLater(f"cannot read {stream}: {error}") from error

    async def remove(self, stream: str, seq: int) -> None:
        """See BusPort.remove."""
        try:
            await self._connection.js.delete_msg(stream, seq)
        except (NatsError, TimeoutError) as error:
            if await self.get(stream, seq) is not None:
                raise RetryLater(f"cannot remove {stream}:{seq}: {error}") from error

    async def get(self, stream: str, seq: int) -> Delivery | None:
        """See BusPort.get."""
        try:
            raw = await self._connection.js.get_msg(stream, seq)
        except NotFoundError:
            return None
        except (NatsError, TimeoutError) as error:
            raise RetryLater(f"cannot read {stream}:{seq}: {error}") from error
        subject = str(raw.subject)
        stored_at = raw.time if isinstance(raw.time, datetime) else datetime.now(UTC)
        keys = find_row(subject)[1]
        return Delivery(subject, keys, dict(raw.headers or {}), stream, seq, 1, 1, raw.data or b"", stored_at)


def _start(*, after_seq: int = 0, since: datetime | None = None) -> Mapping[str, Any]:
    if since is not None:
        return {"deliver_policy": DeliverPolicy.BY_START_TIME, "opt_start_time": since}
    if after_seq:
        return {"deliver_policy": DeliverPolicy.BY_START_SEQUENCE, "opt_start_seq": after_seq + 1}
    return {"deliver_policy": DeliverPolicy.ALL}


def _stream(subject: Subject) -> str:
    if subject.stream is None:
        raise Impossible(f"{subject.name} is not kept in a stream")
    return subject.stream


def envelope(msg: Msg, attempt_max: int) -> Delivery:
    """Return the envelope of a JetStream message; everything in it comes from the message itself."""
    meta = msg.metadata
    _, keys = find_row(msg.subject)
    return Delivery(
        msg.subject,
        keys,
        msg.headers or {},
        meta.stream,
        meta.sequence.stream,
        meta.num_delivered,
        attempt_max,
        msg.data,
        meta.timestamp,
    )
