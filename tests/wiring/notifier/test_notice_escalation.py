"""When a person must look: low confidence, refusals, ends without an answer, and no answer at all."""

from datetime import timedelta

import pytest
from inquest.bus.port import Outgoing
from inquest.contracts import subjects as s
from inquest.contracts.latest import AdmissionDecided, Ended
from inquest.testkit.stories import InvestigationBuilder

ONE = InvestigationBuilder()
STORED = [item for item in ONE.messages() if item.subject not in (s.NOTICE_SENT, s.FEEDBACK_GIVEN)]

INC = {"tenant": "acme", "incident": ONE.incident_id}
INV = {"tenant": "acme", "investigation": ONE.investigation_id}
RULES = [{"name": "all", "channels": ["hook"]}]


def escalating(world, **escalation):
    notices = {"rules": RULES, "escalation": {"channels": ["oncall"], **escalation}}
    world.configure({}, {"id": "oncall"}, notices=notices)


def without(*subjects):
    return [item for item in STORED if item.subject not in subjects]


def weak(**changes):
    verdict = ONE.verdict(band="undetermined", confidence=0.2, **changes)
    concluded = ONE.recorded(9, "concluded", concluded=ONE.concluded(band="undetermined"))
    rest = [item for item in without(s.VERDICT_REACHED) if item.keys != INV or item.message != STORED[-1].message]
    return [*rest[:-1], Outgoing(s.VERDICT_REACHED, verdict, INV), concluded]


async def test_a_weak_verdict_reaches_a_person_with_what_was_tried(world):
    escalating(world)
    await world.run(*weak())
    assert sorted(world.sender.sent) == [("escalation", None), ("escalation", None)]
    notice = world.commanded()[0]
    assert notice.content.reason == "the verdict is undetermined (0.20): a person must decide"
    assert notice.content.tried[0] == "collect-symptoms: succeeded, 0 findings, 1 calls"
    assert notice.body.startswith("Why        the verdict is undetermined")
    assert notice.subject.startswith("[needs a person]")


async def test_a_strong_verdict_needs_nobody(world):
    escalating(world)
    await world.run(*STORED)
    assert [channel.id for channel in world.sender.told] == ["hook"]
    assert world.sender.sent == [("verdict", None)]


async def test_a_threshold_may_be_higher(world):
    escalating(world, confidence_below=0.9)
    await world.run(*STORED)
    assert {channel.id for channel in world.sender.told} == {"hook", "oncall"}
    assert world.commanded()[0].content.reason == "confidence is 0.87, below 0.90: a person must decide"


async def test_an_investigation_that_timed_out_reaches_a_person_and_so_does_its_late_answer(world):
    escalating(world)
    ended = ONE.recorded(9, "timed-out", timed_out=Ended(reason="no verdict within 120 s"))
    verdict, concluded = STORED[-2], STORED[-1]
    early = [item for item in STORED if item not in (verdict, concluded)]
    await world.run(*early, ended)
    assert {channel.id for channel in world.sender.told} == {"hook", "oncall"}
    assert "timed out: no verdict within 120 s" in world.commanded()[0].content.reason
    await world.run(verdict, ONE.recorded(10, "concluded", concluded=ONE.concluded()))
    assert [kind for kind, _ in world.sender.sent[2:]] == ["revision", "revision"]
    assert world.sender.sent[2][1] is not None
    assert world.commanded()[-1].content.changed == ("the investigation had timed out; now there is an answer",)


def decided(**changes):
    values = {
        "tenant": "acme",
        "incident_id": ONE.incident_id,
        "investigation_id": ONE.investigation_id,
        "number": 1,
        "outcome": "refused",
        "cause": "day-budget",
        "reason": "budget of source pagerduty spent: 90 of 90 this day",
        "severity": "critical",
        "waiting": 3,
        "incident_updated_at": ONE.at(0),
        "at": ONE.at(0),
        **changes,
    }
    return Outgoing(s.ADMISSION_DECIDED, AdmissionDecided.model_validate(values), INC)


async def test_a_refused_investigation_reaches_a_person(world):
    escalating(world)
    await world.run(*STORED[:2], decided())
    assert {channel.id for channel in world.sender.told} == {"hook", "oncall"}
    notice = world.commanded()[0]
    assert notice.kind == "admission"
    assert notice.content.reason == ("not investigated: budget of source pagerduty spent: 90 of 90 this day; 3 waiting")
    assert '"kind": "admission"' in notice.payload
    await world.bus.redeliver("notifier-admissions")
    assert len(world.sender.sent) == 2


@pytest.mark.parametrize(
    "changes", [{"outcome": "admitted"}, {"outcome": "waiting"}, {"outcome": "dropped"}, {"severity": "info"}]
)
async def test_what_is_no_refusal_wakes_nobody(world, changes):
    escalating(world)
    await world.run(*STORED[:2], decided(**changes))
    assert world.sender.sent == []


async def fire(world):
    await world.bus.fire_timers()
    await world.bus.settle()


async def test_no_answer_in_time_reaches_a_person(world):
    escalating(world, stalled_after_s=60)
    await world.run(*STORED[:6])
    ((due_at, *_),) = world.bus.timers.values()
    assert due_at - world.bus.now == timedelta(seconds=60)
    await fire(world)
    assert {channel.id for channel in world.sender.told} == {"hook", "oncall"}
    assert "waiting for collect-symptoms" in world.commanded()[0].content.reason


async def test_an_incident_that_nobody_took_up_reaches_a_person(world):
    escalating(world)
    await world.run(*STORED[:2])
    await fire(world)
    assert "no investigation was begun" in world.commanded()[0].content.reason


async def test_one_that_waits_says_what_for(world):
    escalating(world)
    await world.run(*STORED[:2], decided(outcome="waiting", reason="4 of 4 run"))
    await fire(world)
    assert world.commanded()[0].content.reason.endswith(": 4 of 4 run")


@pytest.mark.parametrize("items", [STORED, [*STORED[:2], decided()]])
async def test_an_answer_or_a_refusal_is_told_once(world, items):
    escalating(world)
    await world.run(*items)
    count = len(world.sender.sent)
    await fire(world)
    assert len(world.sender.sent) == count


async def test_a_minor_incident_wakes_nobody(world):
    escalating(world, severities=["medium"])
    await world.run(*weak())
    assert world.sender.sent == [("verdict", None)]


async def test_reasons_can_be_switched_off(world):
    escalating(world, reasons=[])
    await world.run(*weak())
    assert world.bus.timers == {}
    assert world.sender.sent == [("verdict", None)]


async def test_a_test_page_goes_everywhere_and_is_marked(world):
    escalating(world)
    marked = ONE.incident(labels={"inquest_test": "t1"})
    paged = ONE.signal().model_copy(update={"dedup_key": "pagerduty:INQTEST"})
    replaced = {s.INCIDENT_OPENED: marked, s.SIGNAL_RECEIVED: paged}
    items = [Outgoing(one.subject, replaced.get(one.subject, one.message), one.keys) for one in STORED]
    await world.run(*items)
    assert world.sender.sent == [("test", None), ("test", None)]
    assert world.commanded()[0].subject.startswith("[test] ")
    assert world.commanded()[0].content.refs == ()  # nothing is written on an incident that PagerDuty does not know
    await fire(world)
    assert len(world.sender.sent) == 2
