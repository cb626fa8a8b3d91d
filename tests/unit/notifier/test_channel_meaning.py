"""What statuses and Retry-After say."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inquest.notifier.domain.answers import WAIT_S_MAX, meaning, wait_s

NOW = datetime(2026, 3, 1, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "plain", "finds"),
    [
        (200, "taken", "taken"),
        (204, "taken", "taken"),
        (301, "refused", "refused"),
        (400, "refused", "refused"),
        (401, "refused", "refused"),
        (404, "refused", "refused"),
        (408, "later", "later"),
        (425, "later", "later"),
        (429, "later", "later"),
        (500, "later", "unclear"),
        (502, "unclear", "unclear"),
        (503, "later", "later"),
        (504, "unclear", "unclear"),
    ],
)
def test_each_status_means_one_thing(status, plain, finds):
    assert (meaning(status, finds=False), meaning(status, finds=True)) == (plain, finds)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 7 "}, 7),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=90), usegmt=True)}, 90),
        ({"retry-after": format_datetime(NOW - timedelta(seconds=90), usegmt=True)}, 0),
        ({"retry-after": "Sun, 01 Mar 2026 15:01:00 -0000"}, 60),
        ({"retry-after": "9" * 40}, WAIT_S_MAX),
        ({"retry-after": "soon"}, 0),
        ({"retry-after": "-5"}, 0),
        ({"ratelimit-reset": "12"}, 12),
    ],
)
def test_the_wait_that_is_asked_for(headers, seconds):
    assert wait_s(headers, NOW) == seconds


@given(st.text())
def test_any_header_gives_a_bounded_wait(asked):
    assert 0 <= wait_s({"retry-after": asked}, NOW) <= WAIT_S_MAX
