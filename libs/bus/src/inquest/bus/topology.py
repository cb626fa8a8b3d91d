"""Applies the table of streams, consumers and buckets: explicit, idempotent, never at the start of a service."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    KeyValueConfig,
    ObjectStoreConfig,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from inquest.bus.connection import Connection
from inquest.contracts.errors import InquestError
from inquest.contracts.streams import STREAMS, Stream
from inquest.contracts.topology import BUCKETS, CONSUMERS, Bucket, Consumer

Kind = Literal["stream", "consumer", "bucket"]
State = Literal["same", "missing", "differs"]
Ages = Mapping[str, float]
"""How long streams and buckets keep what they hold, in seconds, where the configuration says other than the table."""

AS_THE_TABLE_SAYS: Ages = MappingProxyType({})


class TopologyRefused(InquestError):
    """The server did not accept a stream, consumer or bucket; the text gives its reason."""


RowT = TypeVar("RowT", Stream, Bucket)


@dataclass(frozen=True, slots=True)
class Drift:
    """How one row of the table stands on the server. `fields` names what differs, as `field: is → wanted`."""

    kind: Kind
    name: str
    state: State
    fields: tuple[str, ...] = ()


def stream_config(row: Stream, replicas: int) -> StreamConfig:
    """Return the server's configuration of a stream."""
    return StreamConfig(
        name=row.name,
        description=row.why,
        subjects=list(row.subjects),
        retention=RetentionPolicy.WORK_QUEUE if row.retention == "work-queue" else RetentionPolicy.LIMITS,
        max_age=row.age_s_max or 0,
        discard=DiscardPolicy.NEW if row.discard == "new" else DiscardPolicy.OLD,
        duplicate_window=min(row.duplicate_window_s, row.age_s_max or row.duplicate_window_s),
        max_bytes=row.bytes_max,
        storage=StorageType.FILE,
        num_replicas=replicas,
        allow_direct=False,
        allow_atomic=row.atomic_batches,
        allow_msg_schedules=row.schedules,
        allow_msg_counter=row.counters,
        allow_rollup_hdrs=row.schedules,  # a schedule replaces the earlier one on its subject
    )


def consumer_config(row: Consumer) -> ConsumerConfig:
    """Return the server's configuration of a durable."""
    return ConsumerConfig(
        durable_name=row.durable,
        description=row.why or None,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=row.ack_wait_s,
        max_deliver=row.deliver_max,
        filter_subjects=list(row.filters),
        max_ack_pending=max(1000, 4 * row.batch_max),
    )


async def apply(connection: Connection, replicas: int = 1, ages: Ages = AS_THE_TABLE_SAYS) -> list[Drift]:
    """Create what is missing, change what differs; returns what was found. A second run finds all the same.

    Raises TopologyRefused.
    """
    try:
        return await _apply(connection, replicas, ages)
    except (NatsError, TimeoutError) as error:
        raise TopologyRefused(f"nats-server refused the topology: {error}; is its disk full?") from error


async def _apply(connection: Connection, replicas: int, ages: Ages) -> list[Drift]:
    found = await drift(connection, replicas, ages)
    wrong = {(item.kind, item.name): item.state for item in found if item.state != "same"}
    js = connection.js
    for stream in (_aged(row, ages) for row in STREAMS):
        state = wrong.get(("stream", stream.name))
        if state == "missing":
            await js.add_stream(stream_config(stream, replicas))
        elif state == "differs":
            await js.update_stream(stream_config(stream, replicas))
    for consumer in CONSUMERS:
        if ("consumer", consumer.durable) in wrong:
            await js.add_consumer(consumer.stream, consumer_config(consumer))
    for bucket in (_aged(row, ages) for row in BUCKETS):
        state = wrong.get(("bucket", bucket.name))
        if state == "missing":
            await _add_bucket(js, bucket, replicas)
        elif state == "differs":
            await _change_bucket(js, bucket)
    return found


def _aged(row: RowT, ages: Ages) -> RowT:
    return replace(row, age_s_max=ages.get(row.name, row.age_s_max))


async def _add_bucket(js: JetStreamContext, row: Bucket, replicas: int) -> None:
    if row.kind == "kv":
        await js.create_key_value(
            KeyValueConfig(
                bucket=row.name,
                description=row.why,
                history=row.history,
                ttl=row.age_s_max,
                max_bytes=row.bytes_max,
                storage=StorageType.MEMORY if row.in_memory else StorageType.FILE,
                replicas=replicas,
                direct=False,
            )
        )
    else:
        await js.create_object_store(
            row.name,
            ObjectStoreConfig(description=row.why, ttl=row.age_s_max, replicas=replicas, storage=StorageType.FILE),
        )


async def add_volatile(connection: Connection) -> None:
    """Make the buckets that are in no backup, for they lie in memory alone. Those that are there stay as they are."""
    for row in BUCKETS:
        if row.in_memory and (await _bucket_drift(connection.js, row)).state == "missing":
            await _add_bucket(connection.js, row, 1)


async def keep(connection: Connection, ages: Ages) -> tuple[str, ...]:
    """Change nothing but how long streams and buckets keep what they hold; returns those that changed.

    Raises TopologyRefused.
    """
    buckets = {row.name: _stream_of(row) for row in BUCKETS}
    try:
        return tuple(
            [name for name, age_s in ages.items() if await _keep(connection.js, buckets.get(name, name), age_s)]
        )
    except (NatsError, TimeoutError) as error:
        raise TopologyRefused(f"nats-server refused to change how long it keeps things: {error}") from error


async def _keep(js: JetStreamContext, stream: str, age_s: float) -> bool:
    config = (await js.stream_info(stream)).config
    if config.max_age == age_s:
        return False
    config.max_age = age_s
    config.duplicate_window = min(config.duplicate_window or age_s, age_s)
    await js.update_stream(config)
    return True


async def _change_bucket(js: JetStreamContext, row: Bucket) -> None:
    config = (await js.stream_info(_stream_of(row))).config
    config.max_age = row.age_s_max or 0
    if row.kind == "kv":
        config.allow_direct = False
    await js.update_stream(config)


def _stream_of(row: Bucket) -> str:
    return ("KV_" if row.kind == "kv" else "OBJ_") + row.name


async def drift(connection: Connection, replicas: int = 1, ages: Ages = AS_THE_TABLE_SAYS) -> list[Drift]:
    """Compare the table with the server, row by row."""
    js = connection.js
    found = [await _stream_drift(js, _aged(row, ages), replicas) for row in STREAMS]
    found += [await _consumer_drift(js, row) for row in CONSUMERS]
    return found + [await _bucket_drift(js, _aged(row, ages)) for row in BUCKETS]


async def _stream_drift(js: JetStreamContext, row: Stream, replicas: int) -> Drift:
    try:
        info = await js.stream_info(row.name)
    except NotFoundError:
        return Drift("stream", row.name, "missing")
    names = ("subjects", "retention", "max_age", "discard", "duplicate_window", "max_bytes", "num_replicas")
    flags = ("allow_direct", "allow_atomic", "allow_msg_schedules", "allow_msg_counter")
    return _compare("stream", row.name, stream_config(row, replicas), info.config, names + flags)


async def _consumer_drift(js: JetStreamContext, row: Consumer) -> Drift:
    try:
        info = await js.consumer_info(row.stream, row.durable)
    except NotFoundError:
        return Drift("consumer", row.durable, "missing")
    names = ("ack_wait", "max_deliver", "filter_subjects", "max_ack_pending")
    present = info.config
    if not present.filter_subjects and present.filter_subject:
        present.filter_subjects = [present.filter_subject]
    return _compare("consumer", row.durable, consumer_config(row), present, names)


async def _bucket_drift(js: JetStreamContext, row: Bucket) -> Drift:
    try:
        info = await js.stream_info(_stream_of(row))
    except NotFoundError:
        return Drift("bucket", row.name, "missing")
    wanted = StreamConfig(max_age=row.age_s_max, allow_direct=False)
    # An object bucket is read by its chunks, never directly, and nats-py makes it as it likes.
    names = ("max_age", "allow_direct") if row.kind == "kv" else ("max_age",)
    return _compare("bucket", row.name, wanted, info.config, names)


def _compare(kind: Kind, name: str, wanted: Any, present: Any, names: tuple[str, ...]) -> Drift:
    different = tuple(
        f"{field}: {getattr(present, field)} → {getattr(wanted, field)}"
        for field in names
        if (getattr(present, field) or 0) != (getattr(wanted, field) or 0)
    )
    return Drift(kind, name, "differs" if different else "same", different)
