"""What each service may publish and subscribe to on NATS, derived from the table and from nothing else.

The lists name subjects as NATS sees them: our own, and those of the JetStream API that publishing, consuming,
reading back, key-value and object buckets use. A service that reads a stream back makes short-lived consumers on it,
so it could also touch the other consumers of that stream: reading is granted by stream (`topology.READS`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from inquest.contracts.streams import STREAMS
from inquest.contracts.subjects import DEAD_PREFIX, SUBJECTS
from inquest.contracts.topology import (
    ARCHIVED,
    ARCHIVER,
    BUCKETS,
    BUDGETS_OWNER,
    DEAD_KEEPER,
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

    def as_nats(self) -> dict[str, Any]:
        """Return the value of `permissions` in a nats-server configuration."""
        responses = {"allow_responses": {"max": 1, "expires": _REPLY_EXPIRES}} if self.replies else {}
        return {"publish": {"allow": list(self.publish)}, "subscribe": {"allow": list(self.subscribe)}, **responses}


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
    )


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
    if service == ARCHIVER:
        yield from (f"{_API}.STREAM.PURGE.{stream}" for stream in ARCHIVED)
    if service == "tracestore":
        yield f"{DEAD_PREFIX}.>"  # it moves what the server gave up, of every consumer
        yield from (f"{_API}.STREAM.MSG.DELETE.{row.name}" for row in STREAMS if row.retention == "work-queue")


def _consume(consumer: Consumer) -> Iterator[str]:
    yield f"{_API}.CONSUMER.MSG.NEXT.{consumer.stream}.{consumer.durable}"
    yield f"{_API}.CONSUMER.INFO.{consumer.stream}.{consumer.durable}"
    yield f"$JS.ACK.{consumer.stream}.{consumer.durable}.>"
    for pattern in consumer.filters:
        yield f"{DEAD_PREFIX}.{pattern.removeprefix('$')}"


def _read_back(stream: str) -> Iterator[str]:
    yield f"{_API}.STREAM.INFO.{stream}"
    yield f"{_API}.STREAM.MSG.GET.{stream}"
    for call in ("CREATE", "INFO", "DELETE", "MSG.NEXT"):
        yield f"{_API}.CONSUMER.{call}.{stream}.>"
    yield f"{_API}.CONSUMER.CREATE.{stream}"


def _read_bucket(bucket: Bucket) -> Iterator[str]:
    stream = ("KV_" if bucket.kind == "kv" else "OBJ_") + bucket.name
    yield from _read_back(stream)
    yield f"$JS.FC.{stream}.>"  # a watch answers the server's flow control
    if bucket.kind == "objects":
        yield f"{_API}.STREAM.NAMES"  # nats-py looks up the stream of an object by its subject


def _write_bucket(bucket: Bucket) -> Iterator[str]:
    if bucket.kind == "kv":
        yield f"$KV.{bucket.name}.>"
    else:
        yield f"$O.{bucket.name}.>"
        yield f"{_API}.STREAM.PURGE.OBJ_{bucket.name}"  # chunks of an object that was put twice
