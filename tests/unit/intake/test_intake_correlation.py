from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config import Catalogue, CorrelationConfig
from inquest.config.tenant import CatalogueConfig
from inquest.contracts.message import Window, derive_id
from inquest.contracts.v1.signal import Signal
from inquest.intake.domain import correlation
from inquest.intake.domain.correlation import SIGNALS_MAX, Incidents, Rules, coalesced, fold, forgotten

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CATALOGUE = Catalogue(
    CatalogueConfig.model_validate(
        {
            "services": [
                {"service_id": "frontend", "dependencies": ["checkout"]},
                {"service_id": "checkout", "dependencies": ["db"]},
                {"service_id": "mail"},
            ]
        }
    )
)
RULES = Rules(CorrelationConfig(), CATALOGUE)
SEVERITIES = ["info", "low", "medium", "high", "critical"]


def signal(name: str, at_s: float = 0, key: str = "", services=("checkout",), received_s=None, **extra) -> Signal:
    return Signal(
        signal_id=derive_id(name),
        tenant="acme",
        source="generic",
        occurred_at=NOW + timedelta(seconds=at_s),
        received_at=NOW + timedelta(seconds=at_s if received_s is None else received_s),
        title=f"signal {name}",
        dedup_key=key,
        services=services,
        **{"kind": "alert", **extra},
    )


def resolution(name: str, at_s: float, key: str, **extra) -> Signal:
    return signal(name, at_s, key, kind="resolution", **extra)


def run(*signals: Signal, rules: Rules = RULES, state: Incidents | None = None):
    state, told = state or Incidents(), []
    for one in signals:
        state, effects = fold(state, one, rules)
        told.append([effect.what for effect in effects])
    return state, told


def test_the_first_signal_opens_an_incident_with_an_id_of_its_cause():
    window = Window(start=NOW, end=NOW + timedelta(hours=1))
    state, told = run(signal("a", severity="low", metric="p99", window=window))
    incident = state.kept[0].incident
    assert told == [["opened"]]
    assert incident.incident_id == derive_id("incident", "acme", derive_id("a"))
    assert (incident.severity, incident.metric, incident.window) == ("low", "p99", window)


def test_the_same_key_is_one_incident_however_late():
    state, told = run(signal("a", key="k"), signal("b", 100_000, "k", services=("mail",)))
    assert told == [["opened"], ["updated"]]
    assert state.kept[0].incident.services == ("checkout", "mail")
    assert state.kept[0].incident.signal_ids == (derive_id("a"), derive_id("b"))


@pytest.mark.parametrize(
    ("services", "at_s", "incidents"),
    [
        (("db",), 900, 1),  # a neighbour, close in time
        (("db",), 901, 2),
        (("frontend",), -900, 1),  # earlier, as its source was slower
        (("mail",), 0, 2),  # no neighbour
        ((), 0, 2),  # names no service, so nothing says that it belongs here
    ],
)
def test_neighbours_close_in_time_are_one_incident(services, at_s, incidents):
    state, _ = run(signal("a"), signal("b", at_s, services=services))
    assert len(state.kept) == incidents


def test_hops_zero_means_the_same_service_only():
    rules = Rules(CorrelationConfig(hops=0), CATALOGUE)
    state, _ = run(signal("a"), signal("b", services=("db",)), signal("c"), rules=rules)
    assert len(state.kept) == 2


def test_the_nearest_in_time_takes_the_signal():
    far, near = signal("a", 0, "k1", ("checkout",)), signal("b", 1000, "k2", ("checkout",))
    state, _ = run(far, near, signal("c", 1100))
    joined = next(kept for kept in state.kept if derive_id("c") in kept.incident.signal_ids)
    assert joined.incident.signal_ids[0] == near.signal_id


def test_severity_only_rises():
    state, _ = run(signal("a", severity="medium"), signal("b", severity="critical"), signal("c", severity="info"))
    assert state.kept[0].incident.severity == "critical"


def test_the_last_resolution_closes():
    alerts = (signal("a", key="k1"), signal("b", 10, "k2"))
    state, told = run(*alerts, resolution("r1", 20, "k1"), resolution("r2", 30, "k2"))
    incident = state.kept[0].incident
    assert told == [["opened"], ["updated"], ["updated"], ["resolved"]]
    assert (incident.state, incident.resolution) == ("resolved", "signal r2")
    assert incident.resolved_at == NOW + timedelta(seconds=30)
    _, told = run(signal("c", 40, "k1"), state=state)
    assert told == [["opened"]]


def test_a_resolution_that_overtakes_its_alert_closes_it_when_it_comes():
    late = signal("a", 10, "k", received_s=30)
    state, told = run(resolution("r", 20, "k"), late, late)
    assert told == [[], ["opened", "resolved"], ["opened", "resolved"]]
    assert state.kept[0].incident.state == "resolved"
    _, told = run(resolution("r", 20, "k"), signal("b", 21, "k"))
    assert told == [[], ["opened"]]


def test_a_late_resolution_of_an_earlier_incident_closes_nothing():
    state, told = run(signal("a", 100, "k"), resolution("r", 50, "k"))
    assert told == [["opened"], []]
    assert state.kept[0].incident.state == "open"


def test_a_change_opens_nothing_and_a_resolution_without_a_key_closes_nothing():
    state, told = run(signal("a"), signal("c", kind="change"), resolution("r", 5, ""), signal("b", services=("x",)))
    assert told == [["opened"], [], [], ["opened"]]
    assert [kept.incident.state for kept in state.kept] == ["open", "open"]


def test_a_storm_is_told_once_and_the_opening_knows_all_of_it():
    state: Incidents = Incidents()
    effects: list[correlation.Effect] = []
    for number in range(5):
        state, more = fold(state, signal(f"s{number}", number, severity=SEVERITIES[number]), RULES)
        effects += more
    told = coalesced(effects)
    assert [(effect.what, effect.signal_id) for effect in told] == [
        ("opened", derive_id("s0")),
        ("updated", derive_id("s4")),
    ]
    assert told[0].incident.severity == "critical"


def test_what_is_kept_is_bounded():
    rules = Rules(CorrelationConfig(incidents_open_max=3), CATALOGUE)
    many = [signal(f"s{n}", n, services=(f"svc{n}",)) for n in range(10)]
    state, _ = run(*many, rules=rules)
    assert len(state.kept) == 3
    after, _ = fold(state, signal("x", 11, services=("other",)), rules)
    assert forgotten(state, after) == (state.kept[0].incident.incident_id,)

    state, _ = run(*(signal(f"s{n}", n, "k") for n in range(SIGNALS_MAX + 20)))
    ids = state.kept[0].incident.signal_ids
    assert (len(ids), ids[0], ids[-1]) == (SIGNALS_MAX, derive_id("s0"), derive_id(f"s{SIGNALS_MAX + 19}"))

    state, _ = run(*(resolution(f"r{n}", n, f"k{n}") for n in range(correlation.EARLY_MAX + 5)))
    assert len(state.early) == correlation.EARLY_MAX


def test_old_incidents_are_forgotten():
    day = 86_400
    state, _ = run(signal("a", key="k"), resolution("r", 1, "k"), signal("b", 2, services=("mail",)))
    state, _ = run(signal("c", 2 * day, services=("x",)), state=state)
    assert [kept.incident.title for kept in state.kept] == ["signal b", "signal c"]
    state, _ = run(signal("d", 8 * day, services=("y",)), state=state)
    assert [kept.incident.title for kept in state.kept] == ["signal c", "signal d"]


_signals = st.builds(
    lambda number, at_s, key, service, kind, severity: signal(
        f"s{number}", at_s, key or ("k" if kind == "resolution" else ""), service, kind=kind, severity=severity
    ),
    st.integers(0, 30),
    st.integers(0, 5000),
    st.sampled_from(["", "k", "l"]),
    st.sampled_from([(), ("checkout",), ("db",), ("mail",), ("frontend", "mail")]),
    st.sampled_from(["alert", "alert", "alert", "resolution"]),
    st.sampled_from(SEVERITIES),
)
_streams = st.lists(_signals, max_size=25, unique_by=lambda one: one.signal_id)


@settings(max_examples=50)
@given(_streams)
def test_every_alert_is_in_exactly_one_incident_and_ids_are_unique(stream):
    state, told = run(*stream)
    listed = [signal_id for kept in state.kept for signal_id in kept.incident.signal_ids]
    assert len(listed) == len(set(listed))
    assert {one.signal_id for one in stream if one.kind == "alert"} <= set(listed)
    ids = [kept.incident.incident_id for kept in state.kept]
    assert len(ids) == len(set(ids))
    assert all(effects for one, effects in zip(stream, told, strict=True) if one.kind == "alert")


@settings(max_examples=50)
@given(_streams, st.data())
def test_folding_again_changes_nothing_and_says_the_same(stream, data):
    state, first = run(*stream)
    if not stream:
        return
    again = data.draw(st.integers(0, len(stream) - 1))
    repeated, told = run(stream[again], state=state)
    if stream[again].kind == "alert":
        assert repeated == state
        assert told == [first[again]]


@settings(max_examples=50)
@given(_streams)
def test_severity_never_falls_and_a_resolved_incident_stays_resolved(stream):
    state = Incidents()
    for one in stream:
        before = {kept.incident.incident_id: kept.incident for kept in state.kept}
        state, _ = fold(state, one, RULES)
        for kept in state.kept:
            old = before.get(kept.incident.incident_id)
            if old:
                assert SEVERITIES.index(kept.incident.severity) >= SEVERITIES.index(old.severity)
                assert kept.incident.opened_at <= old.opened_at
                assert kept.incident.updated_at >= old.updated_at
                assert old.state == "open" or kept.incident == old
            assert (kept.incident.state == "resolved") == (kept.incident.resolved_at is not None)
    assert Incidents.model_validate_json(state.model_dump_json()) == state
