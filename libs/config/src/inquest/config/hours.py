"""When the owners of a service work: `Mon-Fri 09:00-18:00, Sat 10:00-14:00`, in their own time zone."""

import re
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PART = re.compile(r"(?:([a-z]{3})(?:\s*-\s*([a-z]{3}))?\s+)?(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})", re.IGNORECASE)
_FORM = "write it like Mon-Fri 09:00-18:00"


@dataclass(frozen=True, slots=True)
class Shift:
    """Some days of the week (0 is Monday) from a wall time to another; past midnight when it ends before it begins."""

    days: frozenset[int]
    start: time
    end: time

    def covers(self, local: datetime) -> bool:
        """Return whether a local time lies in it."""
        now, today = local.time(), local.weekday()
        if self.start < self.end:
            return today in self.days and self.start <= now < self.end
        return (today in self.days and now >= self.start) or ((today - 1) % 7 in self.days and now < self.end)


def parse_hours(text: str) -> tuple[Shift, ...]:
    """Return the shifts. Without days a shift is daily; 24:00 is midnight; `24/7` is always. Raises ValueError."""
    if text.strip() == "24/7":
        text = "00:00-24:00"
    return tuple(_shift(part.strip()) for part in text.split(","))


def _shift(part: str) -> Shift:
    found = _PART.fullmatch(part)
    if found is None:
        raise ValueError(f"{part!r} is no working time: {_FORM}")
    first, last, *clock = found.groups()
    try:
        start = _time(int(clock[0]), int(clock[1]))
        end = _time(int(clock[2]), int(clock[3]))
        return Shift(_days(first, last), start, end)
    except ValueError as error:
        raise ValueError(f"{part!r}: {error}; {_FORM}") from error


def _time(hour: int, minute: int) -> time:
    return time(0 if (hour, minute) == (24, 0) else hour, minute)


def _days(first: str | None, last: str | None) -> frozenset[int]:
    if first is None:
        return frozenset(range(7))
    begin = _day(first)
    end = _day(last) if last else begin
    return frozenset((begin + number) % 7 for number in range((end - begin) % 7 + 1))


def _day(name: str) -> int:
    if name.casefold() not in DAYS:
        raise ValueError(f"{name} is no day of the week; days are {', '.join(day.title() for day in DAYS)}")
    return DAYS.index(name.casefold())


def zone_of(name: str) -> ZoneInfo:
    """Return an IANA zone. Raises ValueError for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no IANA time zone, such as Europe/Berlin") from error


def working(hours: str, zone: str, at: datetime) -> bool:
    """Return whether people of a zone work at an instant. Each instant has one wall time, also when clocks change."""
    local = at.astimezone(zone_of(zone))
    return any(shift.covers(local) for shift in parse_hours(hours))
