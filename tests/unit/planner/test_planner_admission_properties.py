"""Admission under any order of events: nobody is lost or told twice, limits and reservations hold, nobody starves."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config.admission import AdmissionConfig
from inquest.contracts.latest import AdmissionDecided, Incident
from inquest.planner.domain.admission import asked, ended, rechecked
from inquest.planner.domain.ledger import SEVERITIES, Ledger
from inquest.planner.domain.rulings import Rules

T0 = datetime(2026, 3, 14, 3, 10, tzinfo=UTC)
MEASURES = ("running", "per_hour", "per_day")
SOURCES = ("pagerduty", "alertmanager", "sentry")

small = st.integers(1, 6)
budgets = st.fixed_dictionaries(dict.fromkeys(MEASURES, small))
configs = st.fixed_dictionaries(
    {
        "budget": budgets,
        "critical": budgets,
        "reserved": st.sampled_from([{}, {"high": 0.34}, {"high": 0.3, "medium": 0.2, "low": 0.2}]),
        "source_share": st.sampled_from([0.5, 1.0]),
        "severities": st.sampled_from([{}, {"info": {"running": 1}}, {"low": {"per_hour": 0}}]),
        "waiting_max": st.integers(1, 4),
        "wait_s_max": st.sampled_from([600, 7200, 50_000]),
    }
)
events = st.lists(
    st.one_of(
        st.tuples(
            st.just("news"),
            st.integers(0, 11),
            st.sampled_from(SEVERITIES),
            st.sampled_from(SOURCES),
            st.sampled_from(["open", "open", "open", "resolved"]),
        ),
        st.tuples(st.just("end"), st.integers(0, 11)),
        st.tuples(st.just("later"), st.sampled_from([1, 300, 1800, 3600, 30_000])),
        st.tuples(st.just("replica")),
    ),
    max_size=60,
)


class World:
    """One ledger, and everything that was ever said."""

    def __init__(self, config):
        self.rules = Rules("acme", AdmissionConfig.model_validate(config))
        self.ledger = Ledger()
        self.now = T0
        self.said: list[AdmissionDecided] = []
        self.asked: set[str] = set()

    def newest(self, name):
        return next((one for one in reversed(self.said) if one.incident_id == name), None)

    def take(self, ledger):
        assert ledger.unsent[: len(self.ledger.unsent)] == self.ledger.unsent
        fresh = ledger.unsent[len(self.ledger.unsent) :]
        self.said.extend(fresh)
        self.ledger = ledger.without_sent((one.incident_id, one.number) for one in ledger.unsent)
        return fresh

    def news(self, number, severity, source="pagerduty", state="open"):
        name = f"i-{number}"
        incident = Incident(
            incident_id=name,
            tenant="acme",
            title=name,
            severity=severity,
            priority=f"p{5 - SEVERITIES.index(severity)}",
            sources=(source,),
            state=state,
            opened_at=T0,
            updated_at=self.now,
        )
        self.asked.add(name)
        return self.take(asked(self.ledger, incident, self.newest(name), self.rules, self.now))

    def end(self, number):
        for slot in self.ledger.running:
            if slot.incident_id == f"i-{number}":
                return self.take(ended(self.ledger, slot.investigation_id, self.rules, self.now))
        return self.take(ended(self.ledger, "nobody", self.rules, self.now))

    def later(self, seconds):
        goal = self.now + timedelta(seconds=seconds)
        while self.ledger.due and self.ledger.due <= goal:  # the server's timer fires
            self.now = self.ledger.due
            self.take(rechecked(self.ledger, self.rules, self.now))
            assert self.ledger.due is None or self.ledger.due > self.now
        self.now = goal

    def play(self, event):
        kind, *rest = event
        if kind == "replica":  # another process reads what this one wrote
            self.ledger = Ledger.model_validate_json(self.ledger.model_dump_json())
        else:
            getattr(self, kind)(*rest)


def conserved(world):
    """Every incident that asked runs, waits or was decided against: one of them, as its newest decision says."""
    for name in world.asked:
        newest = world.newest(name)
        waits = world.ledger.request(name) is not None
        runs = world.ledger.runs(name)
        assert newest is not None
        assert waits == (newest.outcome == "waiting")
        assert not runs or newest.outcome == "admitted"
        assert newest.outcome in ("admitted", "waiting") or newest.reason
    for name, count in Counter(slot.incident_id for slot in world.ledger.running).items():
        assert count == 1, name


def told_once(world):
    """Numbers have no gap, and an incident is admitted once."""
    numbers = {name: [one.number for one in world.said if one.incident_id == name] for name in world.asked}
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    admitted = Counter(one.incident_id for one in world.said if one.outcome == "admitted")
    assert all(count == 1 for count in admitted.values())


def within(world):
    """No limit is passed, at any time: of all, of critical, of a source; and no queue is longer than it may be."""
    config = world.rules.config
    now = world.ledger.at
    used = {
        "running": Counter((slot.severity, slot.source) for slot in world.ledger.running),
        "per_hour": Counter(),
        "per_day": Counter(),
    }
    for one in world.said:
        if one.outcome == "admitted" and one.at.date() == now.date():
            used["per_day"][one.severity, one.source] += 1
            if one.at.hour == now.hour:
                used["per_hour"][one.severity, one.source] += 1
    for measure in MEASURES:
        by = used[measure]
        below = {key: count for key, count in by.items() if key[0] != "critical"}
        assert sum(below.values()) <= config.budget.of(measure)
        assert sum(by.values()) - sum(below.values()) <= config.critical.of(measure)
        for source in SOURCES:
            taken = sum(count for (_, name), count in below.items() if name == source)
            assert taken <= config.cap(source, measure, critical=False)
        kept = config.kept(measure)
        for severity in ("high", "medium", "low", "info"):  # nobody reached into what is kept for another
            others = sum(count for (name, _), count in below.items() if name != severity)
            assert others <= config.budget.of(measure) - kept.get(severity, 0)
    assert len(world.ledger.waiting) <= config.waiting_max


@settings(max_examples=50, deadline=None)
@given(configs, events)
def test_whatever_happens_everybody_is_accounted_for(config, played):
    world = World(config)
    for event in played:
        world.play(event)
        conserved(world)
        told_once(world)
        within(world)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 40), st.sampled_from(["alertmanager", "sentry"]))
def test_critical_is_admitted_whatever_was_spent_before(before, source):
    world = World({"budget": {"running": 3, "per_hour": 5, "per_day": 8}})
    for number in range(before):
        world.news(number, SEVERITIES[number % 4], source)
    (said,) = [one for one in world.news(99, "critical", source) if one.incident_id == "i-99"]
    assert said.outcome == "admitted"


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4), st.integers(1, 3), st.integers(5, 20))
@pytest.mark.slow
def test_the_least_urgent_is_not_starved_by_a_stream_of_urgent_ones(running, at_a_time, minutes):
    """More high incidents arrive than there is room for, for ever; a low one still gets its turn."""
    world = World({"budget": {"running": running, "per_hour": 10_000, "per_day": 100_000}, "waiting_max": 1000})
    for number in range(running):
        world.news(number, "high")
    world.news(5000, "low")
    nearest = running
    for _ in range(int(4 * 60 / minutes)):
        world.later(minutes * 60)
        for _ in range(at_a_time + 1):
            world.news(nearest, "high")
            nearest += 1
        for slot in world.ledger.running[:at_a_time]:
            world.end(int(slot.incident_id[2:]))
    newest = world.newest("i-5000")
    assert newest.outcome == "admitted"
    assert newest.waited_s <= 3 * 3600


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["low", "medium", "high", "info"]), max_size=40))
def test_a_day_that_is_gone_by_three_leaves_each_severity_its_share(flood):
    """Whatever took the day's budget, each severity begins as many as are kept for it."""
    kept = {"high": 0.3, "medium": 0.2, "low": 0.1}
    world = World({"budget": {"running": 100, "per_hour": 100, "per_day": 10}, "reserved": kept, "source_share": 1})
    for number, severity in enumerate(flood):
        world.news(number, severity)
    begun = Counter(one.severity for one in world.said if one.outcome == "admitted")
    for severity, share in (("high", 3), ("medium", 2), ("low", 1)):
        missing = max(0, share - begun[severity])
        outcomes = [world.news(f"{severity}-{number}", severity)[-1].outcome for number in range(missing)]
        assert outcomes == ["admitted"] * missing
    assert all(one.until for one in world.said if one.outcome == "refused")
