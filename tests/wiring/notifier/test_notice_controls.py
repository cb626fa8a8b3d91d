"""Panic, mutes, windows and shadow mode: what holds a notice back, and that it says so."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from inquest.bus.port import Outgoing
from inquest.contracts import subjects as s
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import Decision, Mute
from inquest.contracts.topology import SWITCHES
from inquest.testkit.fixtures import until
from inquest.testkit.stories import InvestigationBuilder

ONE = InvestigationBuilder()
STORED = [item for item in ONE.messages() if item.subject not in (s.NOTICE_SENT, s.FEEDBACK_GIVEN)]
NOW = datetime(2026, 3, 1, tzinfo=UTC)

WINDOW = {"name": "db", "reason": "upgrade", "when": "Sun 00:00-02:00 Europe/Berlin", "services": ["check*"]}
MAIL = {
    "id": "mail",
    "kind": "email",
    "host": "localhost",
    "tls": "none",
    "sender": "inquest@example.com",
    "to": ["ada@example.com", "bob@example.com"],
    "live": True,
}


def mute(**changes):
    values = {"starts_at": NOW, "ends_at": NOW + timedelta(hours=1), "reason": "known", "by": "ada", **changes}
    return Mute.model_validate({"mute_id": "m1", "tenant": "acme", **values})


async def test_shadow_mode_is_the_default_and_shows_what_would_have_been_sent(world):
    world.configure({"live": False})
    await world.run(*STORED)
    (record,) = world.records()
    assert (record.outcome, record.held_by, record.reason) == ("recorded", "shadow", "shadow mode")
    assert record.rendered.startswith("hook: [likely 0.87]")
    assert world.sender.sent == []


@pytest.mark.parametrize(("tenant", "sends"), [("*", 0), ("acme", 0), ("other", 1)])
async def test_the_panic_switch_stops_everything_of_its_tenants(world, tenant, sends):
    await world.panic(tenant=tenant)
    await world.run(*STORED)
    assert len(world.sender.sent) == sends
    if not sends:
        (record,) = world.records()
        assert (record.outcome, record.held_by) == ("recorded", "panic")
        assert record.reason == "the panic switch is on, by ada: wrong people"


async def test_what_was_held_is_not_sent_when_the_switch_is_turned_off(world):
    await world.panic()
    await world.run(*STORED)
    await world.panic(on=False)
    await world.bus.redeliver("notifier-notices")
    assert world.sender.sent == []
    assert world.outcomes() == ["recorded"]


async def test_a_switch_that_cannot_be_asked_stops_everything(world):
    async def away(key):
        raise RetryLater("bucket switches: no answer")

    world.bus.kv(SWITCHES).get = away
    await world.run(*STORED)
    assert world.sender.sent == []


async def test_a_send_under_way_is_cut_short(world):
    started, cut = asyncio.Event(), asyncio.Event()

    async def hang(notice, channel, thread):
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cut.set()
            raise

    world.sender.send = hang
    await world.bus.publish_many(STORED)
    work = asyncio.create_task(world.bus.settle())
    await until(started.is_set)
    before = asyncio.get_running_loop().time()
    await world.panic()
    await work
    assert cut.is_set()
    assert asyncio.get_running_loop().time() - before < 1
    (record,) = world.records()
    assert (record.outcome, record.held_by) == ("may-have-been-sent", "panic")


async def test_a_maintenance_window_holds_and_says_until_when(world):
    world.configure(notices={"windows": [WINDOW]})
    world.now = NOW + timedelta(minutes=30)  # Sunday, 01:30 in Berlin
    await world.run(*STORED)
    (record,) = world.records()
    assert (record.outcome, record.held_by) == ("recorded", "mute")
    assert record.reason == "maintenance window db until 2026-03-01 01:00:00 UTC: upgrade"
    assert record.rendered.startswith("hook: ")


@pytest.mark.parametrize(
    ("changes", "sends"),
    [
        ({}, 0),
        ({"services": ("checkout",)}, 0),
        ({"services": ("cart",)}, 1),
        ({"sources": ("pagerduty",)}, 0),
        ({"sources": ("grafana",)}, 1),
        ({"labels": {"env": "staging"}}, 1),
        ({"ends_at": NOW}, 1),
        ({"starts_at": NOW + timedelta(seconds=1)}, 1),
    ],
)
async def test_a_mute_holds_what_it_matches_while_it_lasts(world, changes, sends):
    await world.mute(mute(**changes))
    await world.run(*STORED)
    assert len(world.sender.sent) == sends
    assert world.bus.published(s.INCIDENT_OPENED)  # kept all the same


async def test_a_muted_person_gets_no_mail_and_the_others_do(world):
    world.configure(MAIL)
    await world.mute(mute(people=("ada@*",)))
    await world.run(*STORED)
    assert world.sender.told[0].to == ("bob@example.com",)
    (record,) = world.records()
    assert (record.outcome, record.reason) == (
        "sent",
        "ada@example.com is not told: muted by ada until 2026-03-01 01:00:00 UTC: known",
    )


async def test_a_channel_of_muted_people_is_held(world):
    world.configure({"people": ["ada@example.com"]})
    await world.mute(mute(people=("ada@example.com",)))
    await world.run(*STORED)
    assert [record.held_by for record in world.records()] == ["mute"]


async def test_a_channel_that_is_gone_is_told_nothing(world):
    await world.bus.publish_many(STORED)
    original = world.bus.publish

    async def publish(subject, message, **rest):
        if subject is s.NOTICE_SEND:
            world.configure({"id": "other", "kind": "terminal"})
        return await original(subject, message, **rest)

    world.bus.publish = publish
    await world.bus.settle()
    (record,) = world.records()
    assert record.reason == "there is no channel hook any more"
    assert "E3 change" in record.rendered


async def test_those_who_were_told_hear_that_it_ended_and_that_it_was_wrong(world):
    keys = {"tenant": "acme", "incident": ONE.incident_id}
    await world.run(*STORED)
    over = ONE.incident(state="resolved", resolved_at=ONE.at(100), ended_how="PagerDuty resolved it")
    await world.run(Outgoing(s.INCIDENT_RESOLVED, over, keys))
    wrong = ONE.feedback(judgement="wrong", cause="a full disk")
    told = {"tenant": "acme", "investigation": ONE.investigation_id}
    await world.run(Outgoing(s.FEEDBACK_GIVEN, wrong, told))
    assert world.sender.sent == [("verdict", None), ("resolved", "thread-1"), ("correction", "thread-1")]
    _, resolved, correction = world.commanded()
    assert resolved.content.changed == ("over: PagerDuty resolved it",)
    assert resolved.subject == "[resolved] checkout latency p99 above 2 s"
    assert "it really was: a full disk" in correction.content.changed[0]
    assert "checkout v1.42" in correction.content.changed[0]


async def test_those_who_were_told_that_it_ended_hear_that_it_is_back(world):
    keys = {"tenant": "acme", "incident": ONE.incident_id}
    await world.run(*STORED, Outgoing(s.INCIDENT_UPDATED, ONE.incident(), keys))
    again = Decision(at=ONE.at(200), what="reopened", why="the same alert, 40 s later")
    await world.run(
        Outgoing(s.INCIDENT_RESOLVED, ONE.incident(state="resolved", resolved_at=ONE.at(100)), keys),
        Outgoing(s.INCIDENT_UPDATED, ONE.incident(taken=(again,)), keys),
    )
    assert [kind for kind, _ in world.sender.sent] == ["verdict", "resolved", "correction"]
    assert world.commanded()[-1].content.changed == ("open again: the same alert, 40 s later",)


async def test_those_who_were_told_nothing_hear_of_no_end(world):
    await world.mute(mute())
    await world.run(*STORED)
    world.now = NOW + timedelta(hours=2)
    over = ONE.incident(state="resolved", resolved_at=ONE.at(100))
    await world.run(Outgoing(s.INCIDENT_RESOLVED, over, {"tenant": "acme", "incident": ONE.incident_id}))
    assert world.sender.sent == []
    assert [record.kind for record in world.records()] == ["verdict"]


async def test_those_who_were_told_hear_that_it_is_part_of_another(world):
    await world.run(*STORED)
    other = InvestigationBuilder(2).incident(number=7, title="the database is away")
    keys = {"tenant": "acme", "incident": other.incident_id}
    over = ONE.incident(state="resolved", merged_into=other.incident_id)
    await world.run(
        Outgoing(s.INCIDENT_OPENED, other, keys),
        Outgoing(s.INCIDENT_RESOLVED, over, {"tenant": "acme", "incident": ONE.incident_id}),
    )
    assert world.sender.sent == [("verdict", None), ("correction", "thread-1")]
    assert world.commanded()[-1].content.headline == "part of INC-7: the database is away"


@pytest.mark.parametrize(("envs", "sends"), [(("staging", "staging"), 0), (("staging", "live"), 1)])
async def test_a_label_mutes_only_what_has_it_throughout(world, envs, sends):
    signals = [
        ONE.signal().model_copy(update={"signal_id": f"signal-{env}-{number}", "labels": {"env": env}})
        for number, env in enumerate(envs)
    ]
    incident = ONE.incident(signal_ids=tuple(signal.signal_id for signal in signals))
    paged = [Outgoing(s.SIGNAL_RECEIVED, signal, {"tenant": "acme", "signal": signal.signal_id}) for signal in signals]
    opened = Outgoing(s.INCIDENT_OPENED, incident, {"tenant": "acme", "incident": ONE.incident_id})
    await world.mute(mute(labels={"env": "staging"}))
    await world.run(*paged, opened, *STORED[2:])
    assert len(world.sender.sent) == sends
