"""Whatever comes, in whatever order and however often: every alert is in one incident, and told."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.intake.domain.correlation import Incidents
from inquest.testkit.signals import SEVERITIES, resolution, signal

_signals = st.builds(
    lambda number, at_s, key, services, kind, severity, to: signal(
        f"s{number}",
        at_s,
        key or ("k" if kind == "resolution" else ""),
        services,
        received_s=5000 + number,
        kind=kind,
        severity=severity,
        labels={"to": to},
    ),
    st.integers(0, 40),
    st.integers(0, 4000),
    st.sampled_from(["", "k", "l", "m"]),
    st.sampled_from(["", "checkout", "db", "mail", "frontend mail", "frontend", "payments", "search", "index"]),
    st.sampled_from(["alert", "alert", "alert", "ticket", "resolution", "change"]),
    st.sampled_from(SEVERITIES),
    st.sampled_from(["", "search", "checkout", "payments"]),
)
_streams = st.lists(_signals, max_size=25, unique_by=lambda one: one.signal_id)
_holds = st.sampled_from([0, 5])
ALERTS = {"alert", "ticket"}


def _alerts(stream):
    return {one.signal_id for one in stream if one.kind in ALERTS}


@settings(max_examples=50)
@given(_streams, _holds, st.integers(1, 10))
def test_every_alert_is_told_in_exactly_one_incident(folder, stream, hold_s, size):
    shop = folder(hold_s=hold_s)
    for start in range(0, len(stream), size):
        shop.fold(*stream[start : start + size])
    groups = shop.groups()
    told = [signal_id for group in groups for signal_id in group]
    assert len(told) == len(set(told))
    assert _alerts(stream) <= set(told)
    ids = [kept.incident_id for kept in shop.kept]
    numbers = [kept.incident.number for kept in shop.kept]
    assert len(ids) == len(set(ids))
    assert len(numbers) == len(set(numbers))
    assert sum(kept.incident.signals_count for kept in shop.kept if not kept.incident.merged_into) == len(told)


@settings(max_examples=50)
@given(_streams, _holds, st.randoms(use_true_random=False))
def test_redelivery_changes_nothing_and_tells_again(folder, stream, hold_s, dice):
    shop = folder(hold_s=hold_s)
    shop.fold(*stream)
    state = shop.state
    again = dice.sample(stream, len(stream) // 2)
    shop.effects.clear()
    shop.fold(*again)
    assert shop.state.kept == state.kept
    assert _alerts(again) <= {one.signal_id for effect in shop.effects for one in effect.incident.taken}


@settings(max_examples=50)
@given(_streams)
def test_what_opened_is_told_as_opened_again(folder, stream):
    shop = folder()
    for one in stream:
        first = shop.fold(one)
        if "opened" in first:
            assert "opened" in shop.fold(one)


@settings(max_examples=50)
@given(_streams, _holds)
def test_incidents_only_grow_and_the_state_survives_its_encoding(folder, stream, hold_s):
    shop = folder(hold_s=hold_s)
    for one in stream:
        before = {kept.incident_id: kept.incident for kept in shop.kept}
        shop.fold(one)
        for kept in shop.kept:
            incident, old = kept.incident, before.get(kept.incident_id)
            if old:
                assert SEVERITIES.index(incident.severity) >= SEVERITIES.index(old.severity)
                assert incident.opened_at <= old.opened_at
                assert incident.signals_count >= old.signals_count
            assert (incident.state == "resolved") == (incident.resolved_at is not None)
            assert incident.held_until is None or incident.announced_at is None
    assert Incidents.model_validate_json(shop.state.model_dump_json()) == shop.state


@settings(max_examples=30)
@given(st.lists(st.integers(0, 100), min_size=4, max_size=12, unique=True), st.integers(0, 10_000))
def test_the_order_within_a_hold_does_not_change_what_belongs_together(folder, times, seed):
    """A chain of callers and, beside it, a fault that has nothing to do with it."""
    chain = ["db", "payments", "checkout", "mail"]
    stream = [signal(f"s{at_s}", at_s, services=chain[index % 4]) for index, at_s in enumerate(times)]
    expected = {
        frozenset(one.signal_id for one in stream if (one.services == ("mail",)) == is_mail)
        for is_mail in (True, False)
    }
    random.Random(seed).shuffle(stream)
    shop = folder(hold_s=5)
    shop.each(*(one.model_copy(update={"received_at": stream[0].received_at}) for one in stream))
    assert shop.groups() == expected


@settings(max_examples=50)
@given(st.data(), st.integers(1, 6), st.booleans())
def test_an_alert_fires_at_last_if_it_fired_last_whatever_came_first(folder, data, count, alone):
    """It fires and ends by turns, and what tells of it comes in any order, each perhaps twice."""
    made = [resolution if turn % 2 else signal for turn in range(count)]
    stream = [make(f"s{turn}", 10 * turn, "k", received_s=1000) for turn, make in enumerate(made)]
    shop = folder(flap_count=100)
    if not alone:
        shop.fold(signal("other", -5, "other"))
    for one in data.draw(st.permutations([*stream, *stream])):
        shop.fold(one)
    assert any("k" in kept.firing for kept in shop.open) == (count % 2 == 1)
    assert not any(kept.is_open and not kept.firing for kept in shop.kept)
    assert Incidents.model_validate_json(shop.state.model_dump_json()) == shop.state


def test_an_end_before_the_last_firing_ends_nothing(folder):
    shop = folder()
    shop.each(signal("a", 0, "k"), signal("b", 20, "k"))
    assert shop.fold(resolution("r", 10, "k", received_s=30)) == []
    assert shop.of("b").is_open
    assert shop.fold(resolution("s", 20, "k", received_s=40)) == ["resolved"]  # at the same time: it is over
