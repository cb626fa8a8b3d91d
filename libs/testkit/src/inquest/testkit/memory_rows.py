"""What the bus in memory keeps: stored messages, and the durables that wait for them."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from inquest.bus.port import BatchHandler, Handler
from inquest.contracts.topology import Consumer


@dataclass(slots=True)
class Row:
    """A stored message."""

    subject: str
    payload: bytes
    headers: dict[str, str]
    stream: str
    seq: int
    stored_at: datetime


@dataclass(slots=True)
class Queue:
    """A durable with what it has to deliver, each with the number of its attempt."""

    consumer: Consumer
    handler: Handler | None
    batch_handler: BatchHandler | None
    pending: deque[tuple[Row, int]] = field(default_factory=deque)


def matches(pattern: str, subject: str) -> bool:
    """Whether a NATS pattern with `*` and `>` matches a concrete subject."""
    wanted, given = pattern.split("."), subject.split(".")
    for index, token in enumerate(wanted):
        if token == ">":  # noqa: S105 - a subject token
            return len(given) > index
        if index >= len(given) or token not in ("*", given[index]):
            return False
    return len(wanted) == len(given)


def consumes(consumer: Consumer, row: Row) -> bool:
    """Whether a durable is given this message."""
    return consumer.stream == row.stream and any(matches(f, row.subject) for f in consumer.filters)


def lies_in(row: Row, stream: str, patterns: Sequence[str]) -> bool:
    """Whether a message is of a stream and of one of its patterns; no patterns mean all."""
    return row.stream == stream and (not patterns or any(matches(pattern, row.subject) for pattern in patterns))


def gone(row: Row) -> Row:
    """Return what is left of a message that was removed: its number, which is not given again."""
    return replace(row, subject="", stream="", payload=b"")
