"""Admission, one rule at a time: budgets, reservations, the critical ceiling, the queue and its words."""

from datetime import UTC, datetime, timedelta

from inquest.config.admission import AdmissionConfig
from inquest.contracts.latest import Incident
from inquest.planner.domain.admission import asked, ended, not_opened, rechecked
from inquest.planner.domain.decide import investigation_of
from inquest.planner.domain.ledger import Ledger, rebuilt
from inquest.planner.domain.rulings import Rules

T0 = datetime(2026, 3, 14, 3, 10, tzinfo=UTC)


class Desk:
    """One tenant's admission, with a clock that the test moves."""

    def __init__(self, **config):
        base = {"reserved": {}, "source_share": 1, "severities": {}}
        self.rules = Rules("acme", AdmissionConfig.model_validate(base | config))
        self.ledger = Ledger()
        self.now = T0

    def later(self, **span):
        self.now += timedelta(**span)

    def ask(self, name, severity="medium", **changes):
        priority = {"critical": "p1", "high": "p2", "medium": "p3", "low": "p4", "info": "p5"}[severity]
        fields = {"sources": ("pagerduty",), "priority": priority, "opened_at": self.now, "updated_at": self.now}
        incident = Incident(incident_id=name, tenant="acme", severity=severity, title=name, **(fields | changes))
        prior = max(self.said(name), key=lambda one: one.number, default=None)
        self.ledger = asked(self.ledger, incident, prior, self.rules, self.now)
        return self.last(name)

    def end(self, name):
        self.ledger = ended(self.ledger, investigation_of("acme", name), self.rules, self.now)

    def check(self):
        self.ledger = rechecked(self.ledger, self.rules, self.now)

    def said(self, name):
        return [one for one in self.ledger.unsent if one.incident_id == name]

    def last(self, name):
        return self.said(name)[-1] if self.said(name) else None

    @property
    def running(self):
        return [slot.incident_id for slot in self.ledger.running]

    @property
    def waiting(self):
        return [one.incident_id for one in self.ledger.waiting]


def test_what_there_is_room_for_begins_at_once():
    desk = Desk()
    said = desk.ask("one")
    assert (said.outcome, said.cause, said.number, said.waiting, said.reason) == ("admitted", "room", 1, 0, "")
    assert (said.waiting_since, said.waited_s) == (None, 0)
    assert desk.running == ["one"]


def test_the_same_incident_asks_once_however_often_it_is_told():
    desk = Desk(budget={"running": 1})
    for _ in range(5):
        desk.ask("one")
        desk.ask("two")
    assert len(desk.ledger.unsent) == 2
    desk.end("one")
    desk.end("two")
    before = desk.ledger
    desk.ask("one")
    desk.ask("two", updated_at=T0 + timedelta(minutes=1))
    assert desk.ledger == before


def test_a_full_house_makes_it_wait_and_an_end_lets_it_in():
    desk = Desk(budget={"running": 1})
    desk.ask("one")
    desk.later(minutes=1)
    said = desk.ask("two")
    assert (said.outcome, said.cause, said.position, said.waiting) == ("waiting", "running", 1, 1)
    assert said.reason == "1 of 1 investigations of the tenant are running"
    assert (said.limit_of, said.limit, said.used, said.until) == ("tenant", 1, 1, None)
    desk.later(seconds=30)
    desk.end("one")
    said = desk.last("two")
    assert (said.outcome, said.number, said.waited_s, said.waiting) == ("admitted", 2, 30, 0)
    assert desk.ledger.due is None


def test_a_spent_hour_waits_for_the_next_and_says_until_when():
    desk = Desk(budget={"per_hour": 2})
    desk.ask("one")
    desk.ask("two")
    said = desk.ask("three")
    assert (said.cause, said.until) == ("hour-budget", T0.replace(hour=4, minute=0))
    assert said.reason == "budget of the tenant spent: 2 of 2 this hour; until 04:00 UTC"
    assert desk.ledger.due == said.until
    desk.now = desk.ledger.due
    desk.check()
    assert desk.last("three").outcome == "admitted"


def test_a_spent_day_is_refused_at_once_where_the_wait_would_be_too_long():
    desk = Desk(budget={"per_day": 1})
    desk.ask("one")
    said = desk.ask("two")
    assert (said.outcome, said.cause) == ("refused", "day-budget")
    assert said.reason == "budget of the tenant spent: 1 of 1 today; until 2026-03-15 00:00 UTC"
    desk.now = T0.replace(hour=22)
    assert desk.ask("three").outcome == "waiting"  # two hours before midnight it is worth it
    desk.now = desk.ledger.due
    desk.check()
    assert desk.last("three").outcome == "admitted"


def test_the_day_of_another_date_costs_nothing():
    desk = Desk(budget={"per_day": 1, "per_hour": 1})
    desk.ask("one")
    desk.now = T0 + timedelta(days=1)
    assert desk.ask("two").outcome == "admitted"
    assert [one.hour.date() for one in desk.ledger.spent] == [desk.now.date()]


def test_nobody_takes_what_is_kept_for_another_severity():
    desk = Desk(budget={"per_hour": 10}, reserved={"high": 0.3, "low": 0.1})
    outcomes = [desk.ask(f"medium-{number}").outcome for number in range(8)]
    assert outcomes == ["admitted"] * 6 + ["waiting"] * 2
    assert desk.last("medium-6").reason.startswith(
        "budget of the tenant spent: 6 of 10 this hour (4 kept for high and low)"
    )
    assert [desk.ask(f"high-{number}", "high").outcome for number in range(4)] == ["admitted"] * 3 + ["waiting"]
    assert desk.ask("low", "low").outcome == "admitted"


def test_critical_begins_when_all_else_is_spent_up_to_its_own_ceiling():
    desk = Desk(budget={"running": 1, "per_hour": 1, "per_day": 1}, critical={"running": 2, "per_hour": 3})
    assert [desk.ask(name).outcome for name in ("one", "two")] == ["admitted", "refused"]
    assert [desk.ask(f"c-{number}", "critical").outcome for number in range(3)] == ["admitted", "admitted", "waiting"]
    assert desk.last("c-2").reason == "2 of 2 investigations of critical incidents are running"
    desk.end("c-0")
    said = desk.ask("c-3", "critical")
    assert said.reason == "budget of critical incidents spent: 3 of 3 this hour; until 04:00 UTC"


def test_one_source_cannot_take_everything_not_even_by_calling_it_critical():
    desk = Desk(source_share=0.5, budget={"running": 4}, critical={"running": 2})
    outcomes = [desk.ask(f"one-{number}").outcome for number in range(3)]
    assert outcomes == ["admitted", "admitted", "waiting"]
    assert desk.last("one-2").reason == "2 of 2 investigations of source pagerduty are running"
    assert desk.ask("other", sources=("sentry",)).outcome == "admitted"
    assert [desk.ask(f"c-{number}", "critical").outcome for number in range(2)] == ["admitted", "waiting"]
    assert desk.ask("c-other", "critical", sources=("sentry",)).outcome == "admitted"


def test_own_limits_of_a_source_and_of_a_severity():
    desk = Desk(sources={"noisy": {"per_hour": 0}}, severities={"info": {"running": 1}})
    said = desk.ask("never", sources=("noisy",))
    assert (said.outcome, said.limit_of, said.limit) == ("refused", "source:noisy", 0)
    desk.ask("info-1", "info")
    assert desk.ask("info-2", "info").reason == "1 of 1 investigations of severity info are running"


def test_the_more_urgent_goes_first_and_waiting_lifts():
    desk = Desk(budget={"running": 1}, aging_s=900)
    desk.ask("busy")
    desk.ask("low", "low")
    desk.later(minutes=10)
    assert desk.ask("high", "high").position == 1
    assert desk.ask("medium").position == 2
    desk.end("busy")
    assert desk.running == ["high"]
    desk.later(minutes=20)  # low has waited 30 minutes: two priorities up, level with a fresh high one
    assert desk.ask("high-2", "high").position == 1
    desk.later(minutes=15)  # and three up: ahead of the next fresh high one
    assert desk.ask("high-3", "high").position == 4
    assert desk.waiting == ["high-2", "medium", "low", "high-3"]


def test_more_severe_news_moves_it_up_and_older_news_moves_nothing_down():
    desk = Desk(budget={"running": 1})
    desk.ask("busy")
    desk.ask("first", "medium")
    desk.ask("second", "low")
    desk.later(minutes=1)
    said = desk.ask("second", "high")
    assert (said.position, said.number) == (1, 2)
    assert said.reason.startswith("severity raised from low to high; 1 of 1")
    desk.ask("second", "low", updated_at=T0)
    assert desk.last("second") == said
    assert desk.ask("second", "critical").outcome == "admitted"


def test_priority_alone_moves_it_up_too():
    desk = Desk(budget={"running": 1})
    desk.ask("busy")
    desk.ask("first", "medium")
    desk.ask("second", "medium")
    said = desk.ask("second", "medium", priority="p1")
    assert (said.position, said.reason[:36]) == (1, "priority raised from p3 to p1; 1 of ")


def test_what_ends_while_it_waits_is_dropped_and_may_ask_again():
    desk = Desk(budget={"running": 1})
    desk.ask("busy")
    desk.ask("gone")
    said = desk.ask("gone", state="resolved")
    assert (said.outcome, said.cause, said.reason) == ("dropped", "resolved", "it was resolved while it waited")
    assert desk.waiting == []
    desk.ask("gone", updated_at=T0)
    assert desk.waiting == []
    said = desk.ask("gone", updated_at=T0 + timedelta(minutes=5))  # it was reopened
    assert (said.outcome, said.number) == ("waiting", 3)
    said = desk.ask("gone", merged_into="busy")
    assert (said.cause, said.reason) == ("merged", "it became part of incident busy while it waited")


def test_what_is_over_already_is_investigated_where_there_is_room_and_never_waits():
    desk = Desk(budget={"running": 1})
    assert desk.ask("one", state="resolved").outcome == "admitted"
    said = desk.ask("two", state="resolved")
    assert (said.outcome, said.cause) == ("dropped", "resolved")
    assert desk.ask("three", merged_into="one") is None


def test_what_was_refused_asks_again_once_it_is_more_severe():
    desk = Desk(budget={"per_day": 1})
    desk.ask("one")
    assert desk.ask("two", "low").outcome == "refused"
    desk.later(minutes=1)
    desk.ask("two", "low")
    assert len(desk.said("two")) == 1
    said = desk.ask("two", "critical")
    assert (said.outcome, said.number) == ("admitted", 2)


def test_a_wait_that_is_too_long_ends_in_a_refusal():
    desk = Desk(budget={"running": 1}, wait_s_max=5400)
    desk.ask("one")
    desk.ask("two")
    assert desk.ledger.due == T0 + timedelta(minutes=90)
    desk.now = desk.ledger.due
    desk.check()
    said = desk.last("two")
    assert (said.outcome, said.cause) == ("refused", "waited-too-long")
    assert said.reason == "waited 1 h 30 min: 1 of 1 investigations of the tenant are running"
    assert desk.ledger.due is None


def test_a_full_queue_refuses_the_least_urgent():
    desk = Desk(budget={"running": 1}, waiting_max=2)
    desk.ask("busy")
    desk.ask("low", "low")
    desk.ask("medium", "medium")
    desk.ask("high", "high")
    assert desk.waiting == ["high", "medium"]
    said = desk.last("low")
    assert (said.outcome, said.cause, said.waiting) == ("refused", "queue-full", 2)


def test_another_reason_to_wait_is_told_once():
    desk = Desk(budget={"running": 1, "per_hour": 2})
    desk.ask("one")
    desk.ask("two")
    desk.later(seconds=1)
    desk.ask("three")
    desk.end("one")
    assert [one.cause for one in desk.said("three")] == ["running", "hour-budget"]
    desk.later(minutes=1)
    desk.check()
    assert len(desk.said("three")) == 2


def test_time_never_runs_backwards():
    desk = Desk(budget={"per_hour": 1})
    desk.now = T0.replace(hour=4)
    desk.ask("one")
    desk.now = T0.replace(hour=3)  # redelivered: the server stored it an hour before
    assert desk.ask("two").until == T0.replace(hour=5, minute=0)


def test_what_could_not_be_opened_gives_its_slot_back_and_says_so():
    desk = Desk(budget={"running": 1})
    desk.ask("one")
    desk.ask("two")
    (slot,) = desk.ledger.running
    desk.ledger = not_opened(desk.ledger, slot, "gone", desk.rules, desk.now)
    assert desk.last("one").reason == "its investigation could not be opened: gone"
    assert (desk.last("one").outcome, desk.last("one").number) == ("refused", 2)
    assert desk.running == ["two"]


def test_a_lost_ledger_is_what_its_decisions_say():
    desk = Desk(budget={"running": 2, "per_hour": 9})
    for number in range(4):
        desk.ask(f"i-{number}")
        desk.later(seconds=1)
    desk.end("i-0")
    made = rebuilt(desk.ledger.unsent)
    assert {one.incident_id for one in made.waiting} == set(desk.waiting)
    assert [one.since for one in made.waiting] == [one.since for one in desk.ledger.waiting]
    assert {slot.incident_id for slot in made.running} == {"i-0", *desk.running}  # the sweep frees what ended
    assert made.spent == desk.ledger.spent
    assert rebuilt([]) == Ledger()


def test_decisions_that_are_sent_are_forgotten():
    desk = Desk(budget={"running": 1})
    desk.ask("one")
    desk.ask("two")
    left = desk.ledger.without_sent([("one", 1)])
    assert [one.incident_id for one in left.unsent] == ["two"]
    assert (left.prior("two").outcome, left.prior("one")) == ("waiting", None)
