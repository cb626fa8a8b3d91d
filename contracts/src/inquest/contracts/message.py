"""The base of all messages, and the types every contract uses."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints


def _to_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:  # year 1 or 9999 with an offset; as a ValueError it fails validation
        raise ValueError("time is out of range in UTC") from error


ID_PATTERN = r"^[a-z0-9-]{1,48}$"
ID_HEX_CHARS = 24

Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A point in time with a zone; always UTC once validated."""


class Message(BaseModel):
    """An immutable value on the wire; unknown fields are ignored so that v1 can grow.

    NaN and infinity are refused when a message is made: JSON has no word for them, so no reader could decode them.
    """

    # What it is refused for may be told: errors do not repeat the input, which may be a raw delivery or a secret.
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, hide_input_in_errors=True)


class Window(Message):
    """A stretch of time, start inclusive, end exclusive."""

    start: Instant
    end: Instant


def derive_id(*parts: str) -> str:
    """Return the id that belongs to its cause: the same parts give the same id on every reprocessing.

    Parts are length-prefixed before hashing, so that ("ab", "c") and ("a", "bc") differ.
    """
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode()
        digest.update(f"{len(raw)}:".encode() + raw)
    return digest.hexdigest()[:ID_HEX_CHARS]
