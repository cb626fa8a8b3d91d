"""What a delivery over HTTP is answered with, and what it is kept under."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field

from inquest.intake.domain.reading import cut
from inquest.intake.domain.source import Delivered, Source

MESSAGE_CHARS_MAX = 1000

Status = Literal["accepted", "duplicate", "ignored", "ping"]

STATUSES = {
    "unknown-tenant": 404,
    "unknown-source": 404,
    "too-large": 413,
    "unsigned": 401,
    "wrong-signature": 401,
    "wrong-secret": 401,
    "stale": 401,
    "not-json": 400,
    "v2-payload": 400,
    "not-understood": 400,
    "too-slow": 503,
    "overloaded": 503,
    "unavailable": 503,
}
"""The status of each refusal. What may be our own fault is 503: PagerDuty disables a subscription after three 4xx."""


class Answer(BaseModel):
    """What a delivery that is kept is answered with."""

    status: Status = Field(description="What became of it; a ping or what Inquest does not act on is kept too.")
    signal_ids: list[str] = Field(description="The signals that it becomes, one for each alert in it.")
    trace_id: str | None = Field(description="The trace that leads from here to the verdict.")
    message: str = Field(description="Why nothing follows, where nothing does.")


class Refusal(BaseModel):
    """What a delivery that is not kept is answered with."""

    error: str
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A delivery that is to be kept.

    Attributes:
        status: what it will be called unless it is there already.
        identity: the same for a repeat and for nothing else of its tenant and source; 64 hex digits.
        signal_ids: the signals that it becomes.
        message: why nothing follows, where nothing does.
        urgent: dedup keys of the critical alerts in it, which must not wait behind others.
        ended: dedup keys of what it resolves.
    """

    status: Status
    identity: str
    signal_ids: list[str]
    message: str
    urgent: frozenset[str] = frozenset()
    ended: frozenset[str] = frozenset()


def accept(tenant: str, source: Source, raw: bytes, delivered: Delivered) -> Accepted:
    """Return what a proven delivery is. Raises Refused when it is not what this source sends."""
    body = source.decode(raw, delivered.headers)
    readings = [cut(reading) for reading in source.read(body, delivered)]
    signal_ids = list(dict.fromkeys(reading.signal_id(tenant, source.name) for reading in readings if reading.kind))
    is_ping = any(reading.is_ping for reading in readings)
    reasons = dict.fromkeys(reading.reason for reading in readings if reading.reason)
    return Accepted(
        status="accepted" if signal_ids else "ping" if is_ping else "ignored",
        identity=identity(raw, source.replay(body, delivered.headers)),
        signal_ids=signal_ids,
        message="; ".join(reasons)[:MESSAGE_CHARS_MAX],
        urgent=frozenset(one.dedup_key for one in readings if one.kind == "alert" and one.severity == "critical"),
        ended=frozenset(one.dedup_key for one in readings if one.kind == "resolution"),
    )


def identity(raw: bytes, replay: str | None = None) -> str:
    """Return what tells a delivery from others: a hash of the source's own word for it, else of its bytes."""
    return hashlib.sha256(raw if replay is None else replay.encode()).hexdigest()


def answer(accepted: Accepted, status: Status, trace_id: str | None) -> Mapping[str, object]:
    """Return the fields of an Answer."""
    return {
        "status": status,
        "signal_ids": accepted.signal_ids,
        "trace_id": trace_id,
        "message": accepted.message,
    }
