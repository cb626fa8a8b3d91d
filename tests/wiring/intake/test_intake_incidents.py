"""Incidents in memory: held and announced, merged and split by people, told again after a crash."""

import pytest
from inquest.contracts import subjects as s
from inquest.contracts.errors import RetryLater
from inquest.contracts.v1.grouping import MergeIncidents, SplitIncident

SOURCE = {"kind": "generic", "bus_only": True}
CATALOGUE = {"services": [{"service_id": "cart", "dependencies": ["db"]}, {"service_id": "db"}, {"service_id": "mail"}]}


@pytest.fixture
async def held(make_intake):
    """An intake that holds what is not critical for five seconds."""
    return await make_intake(config={"tenants": {"acme": {"sources": [SOURCE], "catalogue": CATALOGUE}}})


async def test_a_hold_is_a_timer_on_the_server(held):
    await held.deliver(held.generic(service="cart"))
    assert not held.bus.published(s.INCIDENT_OPENED)
    (told,) = held.bus.published(s.INCIDENT_UPDATED)
    (timer,) = held.bus.timers
    assert timer == f"timer.incident.set.v1.acme.{told.incident_id}.hold"
    assert held.bus.timers[timer][0] == told.held_until
    await held.deliver(held.generic(service="db"))
    await held.bus.fire_timers()
    await held.bus.settle()
    (opened,) = held.bus.published(s.INCIDENT_OPENED)
    assert (opened.number, opened.services, opened.signals_count) == (1, ("cart", "db"), 2)
    assert not held.bus.dead


async def test_critical_is_opened_at_once(held):
    await held.deliver(held.generic(service="cart", severity="critical"))
    (opened,) = held.bus.published(s.INCIDENT_OPENED)
    assert (opened.priority, opened.priority_why) == ("p1", "critical")
    assert not held.bus.timers


async def test_a_timer_that_fires_twice_opens_once(held):
    await held.deliver(held.generic(service="cart"))
    await held.bus.fire_timers()
    await held.bus.settle()
    await held.bus.redeliver("intake-timers")
    assert len(held.bus.published(s.INCIDENT_OPENED)) == 1


async def test_a_signal_that_comes_again_after_a_crash_tells_nothing_twice(held):
    await held.deliver(held.generic(service="cart", severity="critical"))
    await held.bus.redeliver("intake-signals")
    assert len(held.bus.published(s.INCIDENT_OPENED)) == 1
    assert not held.bus.published(s.INCIDENT_UPDATED)


async def test_a_crash_before_the_timer_is_set_sets_it_when_the_signal_comes_again(held):
    schedule = held.bus.schedule
    failed = []

    async def failing(*arguments, **keys):
        if not failed:
            failed.append(keys)
            raise RetryLater("the server is away")
        await schedule(*arguments, **keys)

    held.bus.schedule = failing
    await held.deliver(held.generic(service="cart"))
    assert failed
    assert len(held.bus.timers) == 1


async def test_every_signal_is_named_by_an_event_of_its_incident(held):
    for number in range(7):
        await held.deliver(held.generic(service="cart", n=number))
    await held.bus.fire_timers()
    await held.bus.settle()
    signals = {signal.signal_id for signal in held.bus.published(s.SIGNAL_RECEIVED)}
    events = [*held.bus.published(s.INCIDENT_UPDATED), *held.bus.published(s.INCIDENT_OPENED)]
    assert {one.signal_id for event in events for one in event.taken if one.signal_id} == signals
    before = len(held.bus.published(s.INCIDENT_UPDATED))
    await held.bus.redeliver("intake-signals")
    told = held.bus.published(s.INCIDENT_UPDATED)[before:]
    assert {one.signal_id for event in told for one in event.taken} == signals


async def test_people_merge_and_split_over_the_bus(intake):
    await intake.configure(
        {"tenants": {"acme": {"sources": [SOURCE], "catalogue": CATALOGUE}}, "correlation": {"hold_s": 0}}
    )
    await intake.start()
    await intake.deliver(intake.generic(service="cart"))
    await intake.deliver(intake.generic(service="mail"))
    cart, mail = intake.bus.published(s.INCIDENT_OPENED)
    merge = MergeIncidents(
        tenant="acme", incident_id=cart.incident_id, merged_id=mail.incident_id, reason="one rack", requested_by="anna"
    )
    await intake.bus.publish(s.INCIDENT_MERGE, merge, tenant="acme", incident=cart.incident_id)
    await intake.bus.settle()
    (gone,) = intake.bus.published(s.INCIDENT_RESOLVED)
    assert (gone.incident_id, gone.merged_into) == (mail.incident_id, cart.incident_id)
    signal = next(one for one in intake.bus.published(s.SIGNAL_RECEIVED) if one.services == ("mail",))
    split = SplitIncident(
        tenant="acme", incident_id=cart.incident_id, signal_ids=(signal.signal_id,), requested_by="anna"
    )
    await intake.bus.publish(s.INCIDENT_SPLIT, split, tenant="acme", incident=cart.incident_id)
    await intake.bus.settle()
    *_, again = intake.bus.published(s.INCIDENT_OPENED)
    assert (again.split_from, again.services, again.number) == (cart.incident_id, ("mail",), 3)
    await intake.bus.redeliver("intake-commands")
    assert len(intake.bus.published(s.INCIDENT_OPENED)) == 3
    assert not intake.bus.dead


async def test_a_command_about_what_nobody_knows_is_a_dead_letter(intake):
    merge = MergeIncidents(tenant="acme", incident_id="a", merged_id="b", requested_by="anna")
    await intake.bus.publish(s.INCIDENT_MERGE, merge, tenant="acme", incident="a")
    split = SplitIncident(tenant="acme", incident_id="a", signal_ids=("x",), requested_by="anna")
    await intake.bus.publish(s.INCIDENT_SPLIT, split, tenant="acme", incident="a")
    await intake.bus.settle()
    assert [reason for _, reason in intake.bus.dead] == [
        "incident a is unknown, or too old to change",
        "there is no signal x",
    ]
