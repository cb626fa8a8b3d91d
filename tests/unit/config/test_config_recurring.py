"""Stretches of the week in a team's zone, across the nights in which the clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config.recurring import parse_recurring

BERLIN = "Europe/Berlin"
ZONES = (BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "Africa/Casablanca")
# Nights on which clocks of the zones above change, and quiet ones.
DATES = st.sampled_from(["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01", "2026-04-05", "2026-06-10"])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "now", "ends"),
    [
        (f"Sun 02:00-04:00 {BERLIN}", "2026-03-01T01:00", "2026-03-01T03:00"),
        (f"Sun 02:00-04:00 {BERLIN}", "2026-03-01T03:00", None),
        (f"Sun 02:00-04:00 {BERLIN}", "2026-03-02T01:00", None),  # Monday
        (f"Sun 02:00-04:00 {BERLIN}", "2026-07-05T00:00", "2026-07-05T02:00"),  # an hour earlier in summer
        # The clocks go from 02:00 to 03:00: the window begins then, and ends at 04:00 all the same.
        (f"Sun 02:00-04:00 {BERLIN}", "2026-03-29T00:59:59", None),
        (f"Sun 02:00-04:00 {BERLIN}", "2026-03-29T01:00", "2026-03-29T02:00"),
        (f"Sun 02:30-04:00 {BERLIN}", "2026-03-29T01:00", "2026-03-29T02:00"),
        (f"Sun 01:00-02:30 {BERLIN}", "2026-03-29T00:30", "2026-03-29T01:00"),
        # Wholly in the skipped hour: right after it, at its length.
        (f"Sun 02:15-02:45 {BERLIN}", "2026-03-29T01:00", "2026-03-29T01:30"),
        (f"Sun 02:15-02:45 {BERLIN}", "2026-03-29T01:30", None),
        # The clocks go from 03:00 back to 02:00: the hour comes twice, and the window lasts through both.
        (f"Sun 02:00-04:00 {BERLIN}", "2026-10-25T00:00", "2026-10-25T03:00"),
        (f"Sun 01:00-02:30 {BERLIN}", "2026-10-25T00:45", "2026-10-25T01:30"),
        (f"Sun 02:10-02:20 {BERLIN}", "2026-10-25T00:50", "2026-10-25T01:20"),
        (f"Fri-Mon 22:00-06:00 {BERLIN}", "2026-03-03T04:00", "2026-03-03T05:00"),  # Tuesday, from Monday night
        (f"Fri-Mon 22:00-06:00 {BERLIN}", "2026-03-03T22:00", None),
        ("daily 23:00-24:00 UTC", "2026-03-03T23:59", "2026-03-04T00:00"),
        ("Sat 09:00-12:00, Sun 11:00-14:00 UTC", "2026-03-01T11:30", "2026-03-01T14:00"),
        ("24/7 UTC", "2026-03-03T12:00", "2026-03-04T00:00"),
    ],
)
def test_when_a_window_is_open(when, now, ends):
    assert parse_recurring(when).ends_at(at(now)) == (at(ends) if ends else None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "write it like"),
        ("Europe/Berlin", "write it like"),
        ("Sun 02:00-04:00 Mars/Base", "no IANA time zone"),
        ("Sun 25:00-26:00 UTC", "hour must be in"),
        ("Someday 02:00-04:00 UTC", "no working time"),
        ("Sun 02:00 UTC", "no working time"),
    ],
)
def test_what_cannot_be_read_is_said(text, says):
    with pytest.raises(ValueError, match=says):
        parse_recurring(text)


@given(
    zone=st.sampled_from(ZONES),
    date=DATES,
    offset_min=st.integers(-36 * 60, 36 * 60),
    start=st.integers(0, 23 * 60 + 59),
    length=st.integers(1, 24 * 60 - 1),
)
@settings(max_examples=50, deadline=None)
def test_a_window_is_one_stretch_and_agrees_with_the_clock_on_the_wall(zone, date, offset_min, start, length):
    end = (start + length) % 1440
    window = parse_recurring(f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02} {zone}")
    now = at(date) + timedelta(minutes=offset_min)
    ends = window.ends_at(now)
    minute = (now.astimezone(ZoneInfo(zone)).hour * 60 + now.astimezone(ZoneInfo(zone)).minute - start) % 1440
    if minute < length:
        assert ends is not None  # what the wall shows is covered, however often it shows it
    if ends is not None:
        assert now < ends <= now + timedelta(hours=26)
        middle = now + (ends - now) / 2
        assert window.ends_at(middle) is not None  # no hole before its end
        assert window.ends_at(middle) >= ends
