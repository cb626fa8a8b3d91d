"""Reading stored messages by asking for one after the other, several at a time.

A short-lived consumer would be the usual way. But who may make a consumer may have the server deliver anywhere, as if
it were allowed to publish there, and may change and delete the consumers of others: no permission of NATS tells these
apart (ADR 0019). Asking needs no more than the right to read, and on a cluster it is the quicker way too.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesParser
from typing import Any

from nats.errors import Error as NatsError

from inquest.bus.codec import find_row
from inquest.bus.connection import API_S_MAX, Connection
from inquest.bus.port import Delivery
from inquest.contracts.errors import RetryLater

PARALLEL_MAX = 8
BACK_FIRST = 64  # sequences looked at first, from the newest back
WINDOW_MAX = 100_000  # sequences looked at in one go
EVERYTHING = ">"
_NO_MESSAGE = 10037
_HEADERS_START = len(b"NATS/1.0\r\n")


@dataclass(frozen=True, slots=True)
class Start:
    """Where to begin: after a sequence, or at a time."""

    after_seq: int = 0
    since: datetime | None = None


async def ask(connection: Connection, stream: str, **wanted: Any) -> Delivery | None:
    """Return the message that fits, or None. Raises RetryLater.

    `seq` alone is exactly that one; with `next_by_subj` the first from there on; `last_by_subj` is the newest.
    """
    found = await _asked(connection, stream, wanted)
    return _delivery(stream, found) if found else None


async def counted(connection: Connection, stream: str, subject: str) -> int:
    """Return what a counter stands at; 0 where nothing was ever added. Raises RetryLater."""
    found = await _asked(connection, stream, {"last_by_subj": subject})
    return int(json.loads(base64.b64decode(found["data"]))["val"]) if found else 0


async def _asked(connection: Connection, stream: str, wanted: dict[str, Any]) -> dict[str, Any] | None:
    try:
        reply = await connection.client.request(
            f"$JS.API.STREAM.MSG.GET.{stream}", json.dumps(wanted).encode(), timeout=API_S_MAX
        )
    except (NatsError, TimeoutError) as error:
        raise RetryLater(f"cannot read {stream}: {error or type(error).__name__}") from error
    answer = json.loads(reply.data)
    if failure := answer.get("error"):
        if failure.get("err_code") == _NO_MESSAGE:
            return None
        raise RetryLater(f"cannot read {stream}: {failure.get('description')}")
    message: dict[str, Any] = answer["message"]
    return message


def _delivery(stream: str, message: dict[str, Any]) -> Delivery:
    subject = str(message["subject"])
    raw = base64.b64decode(message.get("hdrs", ""))
    headers = dict(BytesParser().parsebytes(raw[_HEADERS_START:], headersonly=True).items()) if raw else {}
    stored_at = datetime.fromisoformat(message["time"]).astimezone(UTC)
    payload = base64.b64decode(message.get("data", ""))
    return Delivery(subject, find_row(subject)[1], headers, stream, int(message["seq"]), 1, 1, payload, stored_at)


async def scan(
    connection: Connection, stream: str, patterns: Sequence[str], start: Start, batch_max: int
) -> AsyncIterator[list[Delivery]]:
    """Yield what a stream holds now on any of these patterns (none: on all), in order, some `batch_max` at a time."""
    wanted = tuple(patterns) or (EVERYTHING,)
    ends = await asyncio.gather(*(_ends(connection, stream, pattern, start) for pattern in wanted))
    present = {pattern: end for pattern, end in zip(wanted, ends, strict=True) if end is not None}
    if not present:
        return
    low, high = min(first for first, _ in present.values()), max(last for _, last in present.values())
    # All of a stream may be much, and is taken a piece at a time; what fits a pattern is spread thin.
    width = batch_max if EVERYTHING in present else WINDOW_MAX
    while low <= high:
        window = range(low, min(low + width, high + 1))
        parts = await asyncio.gather(*(_window(connection, stream, one, window) for one in present))
        found = sorted((row for part in parts for row in part), key=lambda row: row.stream_seq)
        for index in range(0, len(found), batch_max):
            yield found[index : index + batch_max]
        low = window.stop
        if len(found) < batch_max // 2:  # where much was removed, look further at once
            width = min(width * 4, WINDOW_MAX)


async def backwards(connection: Connection, stream: str, pattern: str, back_max: int) -> AsyncIterator[Delivery]:
    """Yield what a stream holds now on a pattern, newest first; no further back than so many sequences."""
    high = await _last(connection, stream, pattern)
    low, width = max(high - back_max, 0), BACK_FIRST
    while high > low:
        window = range(max(high - width, low) + 1, high + 1)
        found = await _window(connection, stream, pattern, window)
        for row in sorted(found, key=lambda row: row.stream_seq, reverse=True):
            yield row
        high, width = window.start - 1, min(2 * width, back_max)  # who wants one of the newest asks for little


async def _ends(connection: Connection, stream: str, pattern: str, start: Start) -> tuple[int, int] | None:
    begin = {"start_time": start.since.isoformat()} if start.since else {"seq": start.after_seq + 1}
    first, last = await asyncio.gather(
        ask(connection, stream, next_by_subj=pattern, **begin), _last(connection, stream, pattern)
    )
    return (first.stream_seq, last) if first and first.stream_seq <= last else None


async def _last(connection: Connection, stream: str, pattern: str) -> int:
    """Return the sequence of the newest message on a pattern, or where it was; 0 where there is none."""
    if pattern != EVERYTHING:
        found = await ask(connection, stream, last_by_subj=pattern)
        return found.stream_seq if found else 0
    try:  # asked for the last of all, nats-server finds none where that one was removed
        return int((await connection.js.stream_info(stream)).state.last_seq)
    except (NatsError, TimeoutError) as error:
        raise RetryLater(f"cannot read {stream}: {error or type(error).__name__}") from error


async def _window(connection: Connection, stream: str, pattern: str, window: range) -> list[Delivery]:
    """Return what lies in these sequences: parts of it are walked through at the same time."""
    step = -(-len(window) // PARALLEL_MAX)
    parts = [range(low, min(low + step, window.stop)) for low in range(window.start, window.stop, step)]
    walked = await asyncio.gather(*(_walk(connection, stream, pattern, part) for part in parts))
    return [row for part in walked for row in part]


async def _walk(connection: Connection, stream: str, pattern: str, part: range) -> list[Delivery]:
    found: list[Delivery] = []
    seq = part.start
    while seq < part.stop:
        row = await ask(connection, stream, seq=seq, next_by_subj=pattern)
        if row is None or row.stream_seq >= part.stop:
            break
        found.append(row)
        seq = row.stream_seq + 1
    return found
