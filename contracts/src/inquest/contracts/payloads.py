"""How a domain response travels inside a ToolResult: JSON, zlib-compressed, inline or in the object store."""

import hashlib
import zlib
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from inquest.contracts.errors import Impossible
from inquest.contracts.message import Message
from inquest.contracts.text import flaws

INLINE_BYTES_MAX = 256 * 1024
DECODED_BYTES_MAX = 1024**3
_LEVEL = 1  # telemetry compresses well at the cheapest level, and time counts more than space here

ModelT = TypeVar("ModelT", bound=Message)


@dataclass(frozen=True, slots=True)
class Payload:
    """Compressed bytes, with the hash and size in bytes of what they hold."""

    data: bytes
    sha256: str
    size_bytes: int


def encode(response: Message) -> Payload:
    """Return the response ready to travel."""
    raw = response.model_dump_json().encode()
    return Payload(zlib.compress(raw, _LEVEL), hashlib.sha256(raw).hexdigest(), len(raw))


def decode(data: bytes, model: type[ModelT]) -> ModelT:
    """Return the response. Raises Impossible on bytes that are not one, or that unpack past the limit."""
    unpacker = zlib.decompressobj()
    try:
        raw = unpacker.decompress(data, DECODED_BYTES_MAX)
    except zlib.error as error:
        raise Impossible(f"payload is not zlib data: {error}") from error
    if unpacker.unconsumed_tail:
        raise Impossible(f"payload unpacks to more than {DECODED_BYTES_MAX} bytes")
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise Impossible(f"payload is not a {model.__name__}: {flaws(error)}") from error
