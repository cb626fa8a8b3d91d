"""Reading what others send: liberal in what is taken, precise in what is refused.

What is absent or null is a default, text that is too long is cut, ids may be numbers. Only a value of another type
than its field is refused, with its path, because some senders stop delivering after a few refusals.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from inquest.intake.domain.refusal import Refused

NAME_CHARS_MAX = 200
LINE_CHARS_MAX = 1000
URL_CHARS_MAX = 2000
LINKS_MAX = 20
_SECONDS_MAX = 1e11  # above it, a number is in a finer unit: as seconds it would be after the year 5000
_NUMBER_MAX = 1e20


class Payload(BaseModel):
    """Part of what a source sends; what it does not name is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _null_means_absent(cls, value: Any) -> Any:
        return {k: v for k, v in value.items() if v is not None} if isinstance(value, dict) else value


P = TypeVar("P", bound=Payload)


def understood(model: type[P], value: Any, what: str, at: tuple[str, ...] = ()) -> P:
    """Return the value as a model.

    Args:
        model: what to read it as.
        value: decoded JSON.
        what: what it should be, for the message: "a PagerDuty V3 event".
        at: where in the body the value lies.

    Raises Refused naming the field that is wrong.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, (*at, *first["loc"]))) or "the body"
        raise Refused("not-understood", f"not {what}: {where[:NAME_CHARS_MAX]}: {first['msg']}") from error


def _cut_at(chars_max: int) -> AfterValidator:
    return AfterValidator(lambda text: text[:chars_max])


def _moment(value: Any) -> Any:
    """Return epoch numbers, in whichever of seconds to nanoseconds they are, as a datetime."""
    value = _number(value) if isinstance(value, str) else value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if not abs(value) <= _NUMBER_MAX:  # so written, it is true of NaN too
        raise ValueError("is not a time")
    seconds = float(value)
    while abs(seconds) > _SECONDS_MAX:
        seconds /= 1000
    return datetime.fromtimestamp(seconds, UTC)


def _number(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("time is out of range in UTC") from error


Moment = Annotated[datetime, BeforeValidator(_moment), AfterValidator(_utc)]
"""A time as ISO 8601 (UTC where no zone is given) or as an epoch in s, ms, µs or ns."""

Key = Annotated[str, Field(min_length=1, max_length=NAME_CHARS_MAX)]
"""An id of the sender; cut, two could become one, so a longer one is refused."""

Word = Annotated[str, _cut_at(NAME_CHARS_MAX)]
"""A name, a status; cut."""

Line = Annotated[str, _cut_at(LINE_CHARS_MAX)]
"""A title, a message; cut."""


def text_at(body: Any, *path: str) -> str | None:
    """Return the text or number at a path of keys, as text that is not empty, or None; never fails."""
    for name in path:
        if not isinstance(body, dict):
            return None
        body = body.get(name)
    known = isinstance(body, str | int | float) and not isinstance(body, bool)
    return str(body)[:LINE_CHARS_MAX] or None if known else None


def labelled(labels: Mapping[str, object]) -> dict[str, str]:
    """Return the labels that have a value."""
    return {name: str(value) for name, value in labels.items() if value not in (None, "", ())}


def links(*urls: str) -> tuple[str, ...]:
    """Return those that a person may be shown: http(s), of a bearable length, each once."""
    good = (url for url in urls if url.lower().startswith(("http://", "https://")) and len(url) <= URL_CHARS_MAX)
    return tuple(dict.fromkeys(good))[:LINKS_MAX]
