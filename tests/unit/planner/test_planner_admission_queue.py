"""The queue of admission: who goes first, who leaves it and how, and what is remembered."""

from datetime import timedelta

from inquest.planner.domain.admission import not_opened
from inquest.planner.domain.ledger import Ledger, rebuilt

from tests.unit.planner.admission_desk import T0, Desk


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
    assert (said.cause, said.reason) == ("merged", "while it waited it was merged into busy")


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
    desk.ask("one-more", "medium")
    assert desk.last("one-more").reason.startswith("2 wait already (admission.waiting_max), none less urgent: 1 of 1")


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


def test_critical_is_first_in_the_queue_however_long_others_wait():
    desk = Desk(budget={"running": 1}, critical={"running": 1}, waiting_max=2)
    desk.ask("busy")
    desk.ask("c-busy", "critical")
    desk.ask("high", "high")
    desk.later(hours=3)
    assert desk.ask("c-1", "critical").position == 1
    assert desk.ask("c-2", "critical").position == 2
    assert desk.last("high").cause == "queue-full"
