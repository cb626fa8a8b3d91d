"""When people are left alone: what windows and mutes match, and what is reason enough to tell all the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config.notices import MaintenanceWindow
from inquest.contracts.latest import Mute, NoticeContent
from inquest.notifier.domain.quiet_times import matches_any, quiet, silences

NOW = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
NAMES = st.sampled_from(["checkout", "cart", "db", "search"])


def content(**changes):
    values = {"title": "t", "headline": "h", "services": ("checkout",), "sources": ("pagerduty",), **changes}
    return NoticeContent.model_validate(values)


def mute(**changes):
    values = {"starts_at": NOW, "ends_at": NOW + timedelta(hours=1), "reason": "known", "by": "ada", **changes}
    return Mute.model_validate({"mute_id": "m", "tenant": "acme", **values})


def held(content_, *mutes, windows=()):
    return quiet(content_, list(silences(windows, mutes, NOW))).why


def test_a_mute_of_one_service_does_not_swallow_another():
    both = content(services=("checkout", "db"))
    assert held(both, mute(services=("db",))) == ""
    assert held(both, mute(services=("db",)), mute(services=("checkout",)))
    assert held(both, mute(services=("*",)))
    assert held(content(services=()), mute(services=("db",))) == ""


def test_everything_that_is_given_must_match():
    one = mute(services=("check*",), sources=("pagerduty",), labels={"env": "stag*"})
    assert held(content(labels={"env": "staging"}), one)
    assert held(content(labels={"env": "live"}), one) == ""
    assert held(content(labels={"env": "staging"}, sources=("pagerduty", "grafana")), one) == ""
    assert held(content(labels={"env": "staging"}, sources=()), one) == ""


def test_it_says_who_and_until_when():
    assert held(content(), mute(services=("checkout",))) == "muted by ada until 2026-03-01 02:30:00 UTC: known"
    window = MaintenanceWindow(name="db", reason="upgrade", when="Sun 02:00-04:00 Europe/Berlin")
    assert held(content(), windows=[window]) == "maintenance window db until 2026-03-01 03:00:00 UTC: upgrade"


@pytest.mark.parametrize(("offset_s", "holds"), [(-1, False), (0, True), (3599, True), (3600, False)])
def test_a_mute_ends_by_itself(offset_s, holds):
    now = NOW + timedelta(seconds=offset_s)
    assert bool(list(silences((), (mute(),), now))) is holds


def test_a_mute_of_people_holds_nothing_but_spares_them():
    found = quiet(content(), list(silences((), (mute(people=("ADA@*",)),), NOW)))
    assert found.why == ""
    assert found.spares("ada@example.com") is not None
    assert found.spares("bob@example.com") is None
    other = quiet(content(), list(silences((), (mute(people=("ada@*",), services=("db",)),), NOW)))
    assert other.spares("ada@example.com") is None


def test_names_match_as_people_write_them():
    assert matches_any("Checkout", ("checkout",))
    assert matches_any("checkout-api", ("checkout*",))
    assert not matches_any("checkout", ("check",))


@given(
    services=st.lists(NAMES, min_size=1, max_size=4, unique=True),
    muted=st.lists(st.lists(NAMES, min_size=1, max_size=3), max_size=4),
)
@settings(max_examples=50)
def test_people_are_told_unless_every_service_is_muted(services, muted):
    mutes = [mute(services=tuple(names)) for names in muted]
    is_held = bool(held(content(services=tuple(services)), *mutes))
    assert is_held is (set(services) <= {name for names in muted for name in names})


def test_a_mute_of_everything_needs_no_service():
    assert held(content(services=()), mute(services=("*",)))
