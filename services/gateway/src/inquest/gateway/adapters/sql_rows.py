"""Rows of a database as objects, and what is asked as values of the types that a query declares. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from inquest.config.kinds.sql import SqlParameter, SqlQuery
from inquest.contracts.latest import ObjectData, ObjectsRequest
from inquest.gateway.domain.forge import seconds
from inquest.gateway.domain.ranges import TimeRange, ranges

_VALUE_CHARS_MAX = 4000
_EXACT_MAX = 2**53  # a larger whole number is another one as a float
_INTEGER_CHARS_MAX = 19

Values = dict[str, Any]
Row = Mapping[str, Any]


def bindings(query: SqlQuery, request: ObjectsRequest, ids: Sequence[str]) -> Iterator[Values]:
    """Yield the values of each time that a query is asked: for each key, and each stretch where it wants times."""
    wants_time = any(one.value != "id" for one in query.parameters.values())
    for span in ranges(request) if wants_time else (None,):
        for one in ids if query.wants_id else (None,):
            values = {name: _value(what, one, span) for name, what in query.parameters.items()}
            if None not in values.values():
                yield values


def _value(parameter: SqlParameter, asked: str | None, span: TimeRange | None) -> Any:
    """Return a value of the declared type; None for a key that is not of it: no record can have it."""
    if parameter.value == "id":
        return _key(parameter.type, asked or "")
    assert span is not None
    at = span.start if parameter.value == "start" else span.end
    if parameter.type == "timestamp":
        return datetime.fromtimestamp(at, UTC)
    return at if parameter.type == "epoch-s" else round(at * 1000)


def _key(kind: str, text: str) -> Any:
    if kind == "text":
        return text if "\0" not in text else None
    if kind == "uuid":
        try:
            return str(UUID(text))
        except ValueError:
            return None
    digits = text.removeprefix("-")
    number = int(text) if digits.isascii() and digits.isdigit() and len(digits) <= _INTEGER_CHARS_MAX else None
    return number if number is not None and -(2**63) <= number < 2**63 else None


def object_of(query: SqlQuery, row: Row, service: str | None) -> ObjectData:
    """Return a row as an object. Raises ValueError, LookupError, TypeError where it is not what the query promises."""
    if row[query.id_column] is None:
        raise ValueError(f"{query.id_column} is null")
    own = {query.id_column, query.time_column, query.service_column}
    return ObjectData(
        object_id=str(row[query.id_column]),
        kind=query.kind,
        service=service,
        time=_time(row[query.time_column]) if query.time_column else None,
        attributes={name: _scalar(value) for name, value in row.items() if name not in own and value is not None},
    )


def _time(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    return seconds(value) if isinstance(value, str) else float(value)


def _scalar(value: Any) -> bool | float | str:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return float(value) if abs(value) <= _EXACT_MAX else str(value)
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)  # noqa: PLR0124 - NaN
    if isinstance(value, bytes | memoryview):
        return f"{len(value)} bytes"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict | list):
        value = json.dumps(value, default=str, ensure_ascii=False)
    text = str(value) if not isinstance(value, Decimal) else format(value, "f")
    return text if len(text) <= _VALUE_CHARS_MAX else f"{text[:_VALUE_CHARS_MAX]}… ({len(text)} characters)"


def size_of(row: Row) -> int:
    """Return about how many bytes a row takes."""
    return sum(len(value) if isinstance(value, str | bytes) else 8 for value in row.values())
