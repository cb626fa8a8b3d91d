"""One stored message and what it is about. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from inquest.contracts.latest import DeadLetter, Message
from inquest.contracts.subjects import DEAD_PREFIX, Subject, match

DEAD_NAME = DEAD_PREFIX


@dataclass(frozen=True, slots=True)
class Row:
    """A message as it lay in its stream; `(stream, seq)` is its identity.

    Attributes:
        stream: where the message lies.
        seq: its sequence there.
        subject: the concrete subject.
        name: the subject's row in the contracts table ("dead" for dead letters, the subject itself when unknown).
        tenant: from the subject's keys; empty when the table does not know the subject.
        investigation_id: from the keys, where they have one.
        incident_id: of messages about an incident.
        signal_id: of signals.
        stored_at: when the server stored it, UTC.
        headers: as received, as a JSON object.
        payload: the body as text.
    """

    stream: str
    seq: int
    subject: str
    name: str
    tenant: str
    investigation_id: str | None
    incident_id: str | None
    signal_id: str | None
    stored_at: datetime
    headers: str
    payload: str


def make_row(
    *, stream: str, seq: int, subject: str, stored_at: datetime, headers: Mapping[str, str], payload: bytes
) -> Row:
    """Return the row of a message. A dead letter belongs to whatever its original was about."""
    front = DEAD_PREFIX + "."
    is_dead = subject.startswith(front)
    found = match(subject.removeprefix(front) if is_dead else subject)
    keys = found[1] if found else {}
    known = found[0].name if found else subject
    return Row(
        stream=stream,
        seq=seq,
        subject=subject,
        name=DEAD_NAME if is_dead else known,
        tenant=keys.get("tenant", ""),
        investigation_id=keys.get("investigation"),
        incident_id=keys.get("incident"),
        signal_id=keys.get("signal"),
        stored_at=stored_at,
        headers=json.dumps(dict(headers), sort_keys=True),
        payload=payload.decode(errors="replace"),
    )


def model_of(row: Row) -> type[Message] | None:
    """Return the model of a row's body, or None when nobody knows it."""
    if row.name == DEAD_NAME:
        return DeadLetter
    found: tuple[Subject, dict[str, str]] | None = match(row.subject)
    return found[0].model if found else None


def parse(row: Row) -> Message | None:
    """Return the message of a row, or None where the body is not what its subject says."""
    model = model_of(row)
    if model is None:
        return None
    try:
        return model.model_validate_json(row.payload)
    except ValidationError:
        return None
