from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config.hours import parse_hours, working
from inquest.config.tenant import ServiceEntry
from pydantic import ValidationError

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "yes", "no"),
    [
        ("Mon-Fri 09:00-18:00", (9, 17.9, 4 * 24 + 12), (8.9, 18, 5 * 24 + 12)),
        ("Mon-Fri 9:00-12:00, Sat 10:00-14:00", (10, 5 * 24 + 11), (13, 5 * 24 + 9, 6 * 24 + 11)),
        ("22:00-06:00", (23, 1, 5.9, 22), (6, 12, 21.9)),
        ("Fri 22:00-06:00", (4 * 24 + 23, 5 * 24 + 3), (3 * 24 + 23, 4 * 24 + 3, 5 * 24 + 7)),
        ("sat-mon 00:00-24:00", (0, 23.9, 5 * 24, 6 * 24 + 12), (24, 4 * 24 + 23)),
        ("24/7", (0, 100, 160), ()),
    ],
)
def test_hours(hours, yes, no):
    for hour in yes:
        assert working(hours, "UTC", MONDAY + timedelta(hours=hour)), hour
    for hour in no:
        assert not working(hours, "UTC", MONDAY + timedelta(hours=hour)), hour


@pytest.mark.parametrize("hours", ["", "always", "Mon-Fri", "Mon 25:00-26:00", "Mon-Xyz 09:00-10:00", "9-5"])
def test_what_cannot_be_read_is_refused_by_the_configuration(hours):
    with pytest.raises(ValueError, match="Mon-Fri 09:00-18:00"):
        parse_hours(hours)
    with pytest.raises(ValidationError):
        ServiceEntry(service_id="a", hours=hours)


@pytest.mark.parametrize("hours", ["Mon-Fry 09:00-18:00", "Fry 09:00-18:00"])
def test_a_day_that_is_none_is_named(hours):
    with pytest.raises(ValueError, match="Fry is no day of the week; days are Mon, Tue"):
        parse_hours(hours)


def test_zones_are_checked():
    with pytest.raises(ValidationError, match="no IANA time zone"):
        ServiceEntry(service_id="a", time_zone="Mars/Olympus")
    assert ServiceEntry(service_id="a", time_zone="Asia/Kolkata", hours="24/7")


@settings(max_examples=50)
@given(st.integers(0, 5 * 366 * 24 * 60), st.sampled_from(["Europe/Berlin", "America/New_York"]))
def test_a_shift_lasts_as_long_as_its_wall_clock_says(minutes, zone):
    at = MONDAY + timedelta(minutes=minutes)
    assert working("00:00-12:00", zone, at) != working("12:00-00:00", zone, at)
