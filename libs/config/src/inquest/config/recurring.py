"""Stretches of time that come back every week, in the time zone of a team: `Sun 02:00-04:00 Europe/Berlin`. Pure.

A stretch is what the clocks on the wall show. In the night that the clocks go forward it begins, or ends, when they
skip its hour; one that lies wholly in the skipped hour comes right after it, at its full length. In the night that
they go back, it lasts from the first to the last time that the clocks show it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from inquest.config.hours import Shift, parse_hours, zone_of

_DAYS_BACK_MAX = 2  # an occurrence that covers a time began on that date or the one before


@dataclass(frozen=True, slots=True)
class Recurring:
    """Stretches of the week in one zone."""

    shifts: tuple[Shift, ...]
    zone: ZoneInfo

    def ends_at(self, at: datetime) -> datetime | None:
        """Return when what covers this time ends (UTC), None where nothing does."""
        return max((end for begin, end in self._near(at) if begin <= at < end), default=None)

    def _near(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the occurrences that may cover a time."""
        today = at.astimezone(self.zone).date()
        for back in range(_DAYS_BACK_MAX):
            day = today - timedelta(days=back)
            for shift in self.shifts:
                if day.weekday() in shift.days:
                    yield self._occurrence(day, shift)

    def _occurrence(self, day: date, shift: Shift) -> tuple[datetime, datetime]:
        start, end = datetime.combine(day, shift.start), datetime.combine(day, shift.end)
        if end <= start:
            end += timedelta(days=1)
        begins, ends = self._shown(start, fold=0), self._shown(end, fold=1)
        # Not the wall's length: of a stretch in the skipped hour nothing would be left.
        return begins, ends if ends > begins else begins + (end - start)

    def _shown(self, wall: datetime, *, fold: int) -> datetime:
        """Return when clocks show this (fold 1: for the last time), or when they skip it."""
        at = wall.replace(tzinfo=self.zone, fold=fold).astimezone(UTC)
        if at.astimezone(self.zone).replace(tzinfo=None) == wall:
            return at
        # A skipped time: read with the offset after the change it lies before it, and the other way round.
        low = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        high = wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)
        after = high.astimezone(self.zone).utcoffset()
        while high - low > timedelta(seconds=1):
            middle = low + (high - low) // 2
            if middle.astimezone(self.zone).utcoffset() == after:
                high = middle
            else:
                low = middle
        return high.replace(microsecond=0)


def parse_recurring(text: str) -> Recurring:
    """Read `<hours> <IANA zone>`; hours as in the catalogue, such as Mon-Fri 22:00-06:00. Raises ValueError."""
    hours, _, zone = text.strip().removeprefix("daily ").rpartition(" ")
    if not hours:
        raise ValueError(f"{text!r}: write it like Sun 02:00-04:00 Europe/Berlin")
    return Recurring(parse_hours(hours), zone_of(zone))
