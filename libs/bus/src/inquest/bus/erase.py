"""Erasing single messages: the server overwrites each on its disk, where a purge would only unlink it.

For operators: no service may delete from these streams.
"""

import asyncio
import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError

from inquest.bus.connection import Connection
from inquest.bus.reader import Reader
from inquest.contracts.errors import RetryLater
from inquest.contracts.topology import Bucket

AT_ONCE = 16
READ_MESSAGES = 500


@dataclass(frozen=True, slots=True)
class Lying:
    """A message that is to be erased: where it lies, and the hash of what it holds."""

    stream: str
    seq: int
    subject: str
    sha256: str


async def lying(
    connection: Connection, stream: str, patterns: Sequence[str], before: datetime | None = None
) -> list[Lying]:
    """Return what lies on subjects, stored before a time where one is given. Raises RetryLater."""
    return [
        Lying(stream, one.stream_seq, one.subject, hashlib.sha256(one.payload).hexdigest())
        async for batch in Reader(connection).replay(stream, 0, READ_MESSAGES, patterns)
        for _, one in batch
        if before is None or one.stored_at < before
    ]


async def erase(connection: Connection, found: Sequence[Lying]) -> None:
    """Overwrite and remove these messages; those that are gone are no error. Raises RetryLater.

    The server lets nobody overwrite a value of a key-value bucket: its key is purged, so that its block goes in time.
    """
    turns = asyncio.Semaphore(AT_ONCE)
    keys = {(message.stream, message.subject) for message in found if message.stream.startswith("KV_")}
    await drop(connection, sorted(keys))

    async def one(message: Lying) -> None:
        async with turns:
            await _erase(connection, message)

    await asyncio.gather(*(one(message) for message in found if not message.stream.startswith("KV_")))


async def _erase(connection: Connection, message: Lying) -> None:
    js = connection.js
    try:
        await js.delete_msg(message.stream, message.seq)
    except (NatsError, TimeoutError) as error:
        if await Reader(connection).get(message.stream, message.seq) is not None:
            raise RetryLater(f"cannot erase {message.stream}:{message.seq}: {error or type(error).__name__}") from error


async def drop(connection: Connection, patterns: Sequence[tuple[str, str]]) -> None:
    """Remove what lies on subjects, by (stream, pattern), without overwriting it. Raises RetryLater."""
    try:
        for stream, pattern in patterns:
            await connection.js.purge_stream(stream, subject=pattern)
    except (NatsError, TimeoutError) as error:
        raise RetryLater(f"cannot purge {stream} {pattern}: {error or type(error).__name__}") from error


async def keep_newest(connection: Connection, stream: str, subject: str) -> None:
    """Remove all but the newest message on a subject, without overwriting them. Raises RetryLater."""
    try:
        await connection.js.purge_stream(stream, subject=subject, keep=1)
    except (NatsError, TimeoutError) as error:
        raise RetryLater(f"cannot purge {stream} {subject}: {error or type(error).__name__}") from error


async def object_subjects(connection: Connection, bucket: Bucket, names: Sequence[str]) -> list[str]:
    """Return the subjects that the parts of these objects lie on. Raises RetryLater."""
    found: list[str] = []
    for name in names:
        meta = f"$O.{bucket.name}.M.{base64.urlsafe_b64encode(name.encode()).decode()}"
        try:
            raw = await connection.js.get_last_msg(f"OBJ_{bucket.name}", meta)
        except NotFoundError:
            continue
        except (NatsError, TimeoutError) as error:
            raise RetryLater(f"cannot read {bucket.name}: {error or type(error).__name__}") from error
        found += [meta, f"$O.{bucket.name}.C.{json.loads(raw.data or b'{}').get('nuid', '')}"]
    return found
