"""What each service may publish and subscribe to on NATS, derived from the table and from nothing else.

The lists name subjects as NATS sees them: our own, and those of the JetStream API that publishing, consuming,
reading back, key-value and object buckets use. Nobody but an operator may make, change or delete a consumer: whoever
may make one can have the server publish what it likes where it likes (ADR 0019). Reading back asks for one message
after the other instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inquest.contracts.doorsteps import DOORSTEP_DURABLE, DOORSTEP_KEEPER, DOORSTEP_PREFIX
from inquest.contracts.streams import STREAMS, WORK_QUEUES
from inquest.contracts.subjects import DEAD_PREFIX, SUBJECTS
from inquest.contracts.topology import (
    ARCHIVED,
    ARCHIVER,
    BUCKETS,
    BUDGETS_OWNER,
    CONSUMERS,
    DEAD_KEEPER,
    GATEWAY_JOURNAL,
    RAW_STREAM,
    READS,
    SERVICES,
    Bucket,
    Consumer,
    consumers_of,
)

_API = "$JS.API"
_REPLY_EXPIRES = "2m"  # longer than any request's time-out


@dataclass(frozen=True, slots=True)
class Permissions:
    """The allow-lists of one service's NATS user; everything else is denied."""

    service: str
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    replies: bool
    denied: tuple[str, ...] = ()

    def as_nats(self) -> dict[str, Any]:
        """Return the value of `permissions` in a nats-server configuration."""
        responses = {"allow_responses": {"max": 1, "expires": _REPLY_EXPIRES}} if self.replies else {}
        publish = {"allow": list(self.publish), **({"deny": list(self.denied)} if self.denied else {})}
        return {"publish": publish, "subscribe": {"allow": list(self.subscribe)}, **responses}


def permissions(service: str) -> Permissions:
    """Return what a service of the table may do. Raises KeyError for any other name."""
    if service not in SERVICES:
        raise KeyError(service)
    answers = [row.pattern() for row in SUBJECTS if row.replier == service]
    return Permissions(
        service,
        publish=tuple(sorted(set(_publish(service)))),
        subscribe=tuple(sorted({f"_INBOX.{service}.>", *answers})),
        replies=bool(answers),
        denied=tuple(sorted(_denied(service))),
    )


def _denied(service: str) -> Iterator[str]:
    """Yield what a pattern of the allow-list would let through: patterns cannot say `INGEST-*`."""
    if service == DOORSTEP_KEEPER:
        ours = {RAW_STREAM, *(row.stream for row in consumers_of(service) if row.stream in WORK_QUEUES)}
        others = [row.name for row in STREAMS if row.name not in ours] + [stream_of(bucket) for bucket in BUCKETS]
        yield from (f"{_API}.STREAM.MSG.DELETE.{stream}" for stream in others)


def _publish(service: str) -> Iterator[str]:
    for row in SUBJECTS:
        if service in row.publishers:
            yield row.pattern(**({"service": service} if "service" in row.keys else {}))
    for consumer in consumers_of(service):
        yield from _consume(consumer)
    for stream in READS.get(service, ()):
        yield from _read_back(stream)
    for bucket in BUCKETS:
        if service == bucket.owner or service in bucket.readers:
            yield from _read_bucket(bucket)
        if service == bucket.owner:
            yield from _write_bucket(bucket)
    yield from _kept_by_one(service)


def _kept_by_one(service: str) -> Iterator[str]:
    if service == DEAD_KEEPER:
        yield f"{_API}.STREAM.MSG.DELETE.DEAD"
    if service == BUDGETS_OWNER:
        yield "budget.>"
    if service == DOORSTEP_KEEPER:
        # A stream for each tenant that has producers: its durable has the same name in all of them, and in no other.
        yield f"{_API}.STREAM.NAMES"
        yield from _work_off("*", DOORSTEP_DURABLE)
        yield f"{_API}.STREAM.MSG.DELETE.*"  # what came in plain text is erased once it is sealed; see `_denied`
        yield f"{DEAD_PREFIX}.{DOORSTEP_PREFIX}.*.*"
    if service == ARCHIVER:
        yield from (f"{_API}.STREAM.PURGE.{stream}" for stream in (*ARCHIVED, f"KV_{GATEWAY_JOURNAL.name}"))
        yield from (f"{_API}.CONSUMER.INFO.{row.stream}.{row.durable}" for row in CONSUMERS)  # who has read how far
        yield f"{_API}.STREAM.INFO.{RAW_STREAM}"  # how full it is, which is not what it holds
    if service == "tracestore":
        yield f"{DEAD_PREFIX}.>"  # it moves what the server gave up, of every consumer
        yield from (f"{_API}.STREAM.MSG.DELETE.{name}" for name in WORK_QUEUES)


def _consume(consumer: Consumer) -> Iterator[str]:
    yield from _work_off(consumer.stream, consumer.durable)
    if consumer.stream in WORK_QUEUES:  # what a killed server leaves behind there is taken and removed
        yield f"{_API}.STREAM.MSG.GET.{consumer.stream}"
        yield f"{_API}.STREAM.MSG.DELETE.{consumer.stream}"
    for pattern in consumer.filters:
        yield f"{DEAD_PREFIX}.{pattern.removeprefix('$')}"


def _work_off(stream: str, durable: str) -> Iterator[str]:
    yield f"{_API}.CONSUMER.MSG.NEXT.{stream}.{durable}"
    yield f"{_API}.CONSUMER.INFO.{stream}.{durable}"
    yield f"$JS.ACK.{stream}.{durable}.>"


def _read_back(stream: str) -> Iterator[str]:
    yield f"{_API}.STREAM.INFO.{stream}"
    yield f"{_API}.STREAM.MSG.GET.{stream}"


def stream_of(bucket: Bucket) -> str:
    """Return the stream that holds a bucket."""
    return ("KV_" if bucket.kind == "kv" else "OBJ_") + bucket.name


def _read_bucket(bucket: Bucket) -> Iterator[str]:
    yield from _read_back(stream_of(bucket))


def _write_bucket(bucket: Bucket) -> Iterator[str]:
    if bucket.kind == "kv":
        yield f"$KV.{bucket.name}.>"
    else:
        yield f"$O.{bucket.name}.>"
        yield f"{_API}.STREAM.PURGE.OBJ_{bucket.name}"  # chunks of an object that was put twice
