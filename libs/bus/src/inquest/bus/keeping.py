"""How full a stream is, how far everybody has worked it off, and purging what was archived."""

from collections.abc import Iterable, Mapping

from nats.errors import Error as NatsError

from inquest.bus.connection import Connection
from inquest.bus.port import Usage
from inquest.contracts.errors import Impossible, RetryLater
from inquest.contracts.subjects import Subject
from inquest.contracts.topology import CONSUMERS, Bucket


async def usage(connection: Connection, stream: str) -> Usage:
    """See BusPort.usage."""
    js = connection.js
    try:
        info = await js.stream_info(stream)
        last = info.state.last_seq
        settled = last
        for row in CONSUMERS:
            if row.stream == stream:
                durable = await js.consumer_info(stream, row.durable)
                if durable.num_pending or durable.num_ack_pending:
                    settled = min(settled, durable.ack_floor.stream_seq if durable.ack_floor else 0)
    except (NatsError, TimeoutError) as error:
        raise RetryLater(f"cannot look at {stream}: {error or type(error).__name__}") from error
    return Usage(info.state.bytes, max(0, info.config.max_bytes or 0), last, settled)


async def purge(connection: Connection, subject: Subject, keys: Mapping[str, str], below_seq: int) -> None:
    """See BusPort.purge."""
    if subject.stream is None or below_seq <= 0:
        raise Impossible(f"{subject.name}: nothing to purge below {below_seq}")
    pattern = subject.pattern(**keys)
    try:
        await connection.js.purge_stream(subject.stream, seq=below_seq, subject=pattern)
    except (NatsError, TimeoutError) as error:
        raise RetryLater(f"cannot purge {pattern}: {error or type(error).__name__}") from error


async def purge_keys(connection: Connection, bucket: Bucket, keys: Iterable[str]) -> None:
    """See BusPort.purge_keys."""
    try:
        for key in keys:
            await connection.js.purge_stream(f"KV_{bucket.name}", subject=f"$KV.{bucket.name}.{key}")
    except (NatsError, TimeoutError) as error:
        raise RetryLater(f"cannot purge keys of {bucket.name}: {error or type(error).__name__}") from error
