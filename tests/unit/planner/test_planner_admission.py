"""Admission, one rule at a time: budgets, reservations, the critical ceiling, and the words they are told in."""

from datetime import timedelta

from tests.unit.planner.admission_desk import T0, Desk


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
    until = "until 04:00 UTC; set by admission.budget.per_hour"
    assert said.reason == f"budget of the tenant spent: 2 of 2 this hour; {until}"
    assert desk.ledger.due == said.until
    desk.now = desk.ledger.due
    desk.check()
    assert desk.last("three").outcome == "admitted"


def test_a_spent_day_is_refused_at_once_where_the_wait_would_be_too_long():
    desk = Desk(budget={"per_day": 1})
    desk.ask("one")
    said = desk.ask("two")
    assert (said.outcome, said.cause) == ("refused", "day-budget")
    until = "until 2026-03-15 00:00 UTC; set by admission.budget.per_day"
    assert said.reason == f"budget of the tenant spent: 1 of 1 today; {until}"
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
    count = "budget of critical incidents spent: 3 of 3 this hour"
    assert said.reason == f"{count}; until 04:00 UTC; set by admission.critical.per_hour"


def test_the_share_of_a_source_in_the_critical_budget_is_called_that():
    desk = Desk(source_share=0.5, critical={"per_day": 2})
    desk.ask("one", "critical")
    said = desk.ask("two", "critical")
    count = "budget of source pagerduty among critical incidents spent: 1 of 1 today"
    assert said.reason.startswith(count)
    assert said.reason.endswith("; set by admission.source_share of admission.critical.per_day")
    own = Desk(sources={"pagerduty": {"per_day": 0}}).ask("one")
    assert own.reason.endswith("; set by admission.sources.pagerduty.per_day")
    share = Desk(source_share=0.5, budget={"per_day": 2})
    share.ask("one")
    assert share.ask("two").reason.endswith("; set by admission.source_share of admission.budget.per_day")


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


def test_critical_takes_nothing_of_what_the_others_may_have():
    desk = Desk(budget={"running": 2, "per_hour": 2, "per_day": 2})
    for number in range(5):
        assert desk.ask(f"c-{number}", "critical").outcome == "admitted"
    assert [desk.ask(name).outcome for name in ("one", "two", "three")] == ["admitted", "admitted", "refused"]
