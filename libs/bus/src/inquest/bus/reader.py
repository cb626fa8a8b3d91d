"""Reading back: the last message of a subject, all of them, and which subjects exist."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from inquest.bus.codec import decode, decoded, find_row
from inquest.bus.connection import API_S_MAX, Connection
from inquest.bus.gets import Start, ask, backwards, scan
from inquest.bus.port import Delivery, Stored
from inquest.contracts.errors import Impossible, RetryLater
from inquest.contracts.subjects import Subject

READ_MESSAGES_MAX = 50_000
FETCH_MESSAGES_MAX = 1_000
_V1_TOKENS = 9  # of an ack subject; with domain and account there are more


class Reader:
    """Reads streams through the leader, so that what was just acked is seen."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def last(self, subject: Subject, keys: Mapping[str, str]) -> Stored[Any] | None:
        """See BusPort.last."""
        found = await ask(self._connection, _stream(subject), last_by_subj=subject.render(**keys))
        if found is None:
            return None
        return Stored(decode(subject, found.headers, found.payload), found.stream_seq, found.subject)

    async def read(self, subject: Subject, keys: Mapping[str, str], since: datetime | None = None) -> list[Stored[Any]]:
        """See BusPort.read. Raises Impossible past READ_MESSAGES_MAX messages."""
        found: list[Stored[Any]] = []
        patterns = (subject.pattern(**keys),)
        async for batch in scan(self._connection, _stream(subject), patterns, Start(since=since), FETCH_MESSAGES_MAX):
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
        async for batch in scan(self._connection, stream, patterns, Start(after_seq), batch_max):
            yield [decoded(delivery) for delivery in batch]

    async def newest(self, stream: str, pattern: str, back_max: int) -> AsyncIterator[Delivery]:
        """See BusPort.newest."""
        async for delivery in backwards(self._connection, stream, pattern, back_max):
            yield delivery

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
        return await ask(self._connection, stream, seq=seq)


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
        _stored_at(msg.reply),
    )


def _stored_at(reply: str) -> datetime:
    """Return when the server stored a message, cut to microseconds, as reading it back does: one row, one time.

    nats-py goes by way of a float, which is off by a microsecond now and then.
    """
    tokens = reply.split(".")
    stamp_ns = int(tokens[7] if len(tokens) == _V1_TOKENS else tokens[9])
    return datetime.fromtimestamp(stamp_ns // 10**9, UTC) + timedelta(microseconds=stamp_ns % 10**9 // 1000)
