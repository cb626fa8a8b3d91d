"""Times in a pack: RFC 3339 or epoch seconds, always UTC."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import isfinite

EPOCH_S_MAX = 1e11
"""Beyond this a number is not seconds (it would be the year 5138): milliseconds, most likely."""


def parse_time(value: object) -> float:
    """Return epoch seconds for an RFC 3339 text, a number of epoch seconds, or a YAML timestamp.

    A time without a zone is taken as UTC. Raises ValueError with a reason fit for a person.
    """
    if isinstance(value, str):
        return _from_text(value.strip())
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("time must be RFC 3339 or epoch seconds")  # noqa: TRY004 - data is at fault
    return _in_range(float(value))


def _from_text(text: str) -> float:
    try:
        return _in_range(float(text))
    except ValueError as error:
        if "milliseconds" in str(error):
            raise
    try:
        return parse_time(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise ValueError(f"time {text[:40]!r} is neither RFC 3339 nor epoch seconds") from None


def _in_range(seconds: float) -> float:
    if not isfinite(seconds) or seconds < 0:
        raise ValueError("time must be a finite, positive number of epoch seconds")
    if seconds > EPOCH_S_MAX:
        raise ValueError("time is too large for epoch seconds: milliseconds?")
    return seconds


def format_time(seconds: float) -> str:
    """Return RFC 3339 in UTC with milliseconds where there are any."""
    spec = "milliseconds" if seconds % 1 else "seconds"
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec=spec).replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A stretch of time, `start` to `end`, in epoch seconds UTC."""

    start: float
    end: float
