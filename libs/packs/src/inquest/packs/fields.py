"""Takes typed fields out of one JSON object; what does not fit is a ValueError with a reason."""

from collections.abc import Mapping
from math import isfinite

from inquest.packs.times import TimeRange, parse_time

Record = Mapping[str, object]


def text(record: Record, name: str) -> str:
    """Return a required, non-empty text."""
    value = record.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is missing or not a text")
    return value


def text_or_empty(record: Record, name: str) -> str:
    """Return an optional text; null or absent is "". A number is taken as its text (ids often are)."""
    value = record.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{name} is not a text")  # noqa: TRY004 - data, not code, is at fault
    return str(value)


def time_within(record: Record, name: str, extent: TimeRange) -> float:
    """Return a required time in epoch seconds that lies within `extent`."""
    found = parse_time(record.get(name))
    if not extent.start <= found <= extent.end:
        raise ValueError(f"{name} {record.get(name)} lies outside baseline and window")
    return found


def number(record: Record, name: str) -> float:
    """Return a required finite number ≥ 0."""
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is missing or not a number")  # noqa: TRY004 - same
    if not isfinite(value) or value < 0:
        raise ValueError(f"{name} must be finite and not negative")
    return float(value)


def attributes(record: Record) -> dict[str, object] | None:
    """Return the optional object `attributes`; empty, null and absent are all None."""
    value = record.get("attributes")
    if value is None or value == {}:
        return None
    if not isinstance(value, dict):
        raise ValueError("attributes is not an object")  # noqa: TRY004 - same
    return value
