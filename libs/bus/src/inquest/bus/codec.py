"""Bytes to messages and back. JSON is the wire; protobuf is accepted from producers that prefer it."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from inquest.bus.port import Delivery
from inquest.contracts import codec
from inquest.contracts.errors import Impossible
from inquest.contracts.message import Message
from inquest.contracts.subjects import Subject, match
from inquest.contracts.text import flaws


def encode(message: Message | bytes) -> bytes:
    """Return the wire form of a message, defaults written out: a later default must not rewrite history."""
    return message if isinstance(message, bytes) else message.model_dump_json().encode()


def decode(row: Subject | None, headers: Mapping[str, str], payload: bytes) -> Any:
    """Return the message of this row, or the bytes where the row has no model. Raises Impossible on bad content."""
    if row is None or row.model is None:
        return payload
    content_type = headers.get("Content-Type", codec.JSON)
    if content_type != codec.JSON:
        return codec.decode(content_type, payload, row.model)
    try:
        return row.model.model_validate_json(payload)
    except ValidationError as error:
        raise Impossible(f"{row.name}: not a {row.model.__name__}: {flaws(error)}") from error


def find_row(subject: str) -> tuple[Subject | None, dict[str, str]]:
    """Return the table row and keys of a subject; (None, {}) for subjects outside the table."""
    return match(subject) or (None, {})


def decoded(delivery: Delivery) -> tuple[Any, Delivery]:
    """Return the message beside its envelope; its bytes where it does not decode, so that nothing is dropped."""
    row, _ = find_row(delivery.subject)
    try:
        return decode(row, delivery.headers, delivery.payload), delivery
    except Impossible:
        return delivery.payload, delivery
