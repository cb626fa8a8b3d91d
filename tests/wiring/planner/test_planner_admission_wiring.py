"""Admission through the planner's wiring: what asks, what is told, and what the sweep makes good."""

import asyncio
from datetime import timedelta

import pytest
from inquest.audit import AuditLog
from inquest.bus import BusPort
from inquest.config import Config, ConfigStore
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import Incident
from inquest.contracts.payloads import decode, encode
from inquest.contracts.subjects import (
    ADMISSION_DECIDED,
    INCIDENT_OPENED,
    INCIDENT_RESOLVED,
    INCIDENT_UPDATED,
    INVESTIGATION_RECORDED,
)
from inquest.contracts.topology import BUDGET_DEFAULTS, CONFIG, PLANNER_ADMISSION
from inquest.planner.adapters.configuration import AppliedConfiguration
from inquest.planner.adapters.histories import StreamHistories
from inquest.planner.admission_sweep import AdmissionSweep
from inquest.planner.admissions import Admissions
from inquest.planner.domain.decide import investigation_of
from inquest.planner.domain.ledger import Ledger, Slot
from inquest.planner.opener import Opener
from inquest.planner.recorder import Recorder
from inquest.telemetry.metrics import ADMISSION_INCIDENTS, ADMISSIONS_DECIDED


def named(world, name, **changes):
    fields = {"severity": "high", "title": name, "opened_at": world.bus.now, "updated_at": world.bus.now}
    return Incident.model_validate({"incident_id": name, "tenant": "acme", **fields, **changes})


async def say(world, what, incident):
    await world.bus.publish(what, incident, tenant="acme", incident=incident.incident_id)
    await world.bus.settle()


async def allow(world, **admission):
    config = Config.model_validate({"tenants": {"acme": {"admission": admission}}})
    await ConfigStore(world.bus.kv(CONFIG)).apply(config, "ann", world.bus.now)
    await world.service.on_start[0]()


async def ledger(world):
    entry = await world.bus.kv(PLANNER_ADMISSION).get("acme")
    return decode(entry.value, Ledger) if entry else Ledger()


async def put(world, changed):
    await world.bus.kv(PLANNER_ADMISSION).put("acme", encode(changed).data)


def slot(world):
    investigation_id = investigation_of("acme", "inc-1")
    return Slot(incident_id="inc-1", investigation_id=investigation_id, severity="high", since=world.bus.now)


def told(world, name):
    return [(one.outcome, one.cause) for one in world.bus.published(ADMISSION_DECIDED, tenant="acme", incident=name)]


def opened(world):
    events = world.bus.published(INVESTIGATION_RECORDED, tenant="acme")
    return [event.opened.incident_id for event in events if event.opened]


def count(outcome, cause, severity="high"):
    return ADMISSIONS_DECIDED.labels(outcome, cause, severity)._value.get()


@pytest.fixture
def parts(world):
    bus: BusPort = world.bus
    cache = world.service.on_start[0].__self__
    configuration = AppliedConfiguration(cache, bus.kv(BUDGET_DEFAULTS))
    histories = StreamHistories(bus, 100)
    admissions = Admissions(bus, bus.kv(PLANNER_ADMISSION), configuration, AuditLog(bus, "planner"))
    opener = Opener(bus, Recorder(histories), configuration)
    return admissions, AdmissionSweep(admissions, opener, histories, interval_s=0.01, stale_s=0)


async def test_what_waits_is_told_counted_and_let_in_when_another_ends(world):
    await allow(world, budget={"running": 1})
    world.silent = {"trace-failure-path"}
    before = count("waiting", "running")
    await say(world, INCIDENT_OPENED, named(world, "inc-1"))
    await say(world, INCIDENT_OPENED, named(world, "inc-2"))
    assert (told(world, "inc-1"), told(world, "inc-2")) == ([("admitted", "room")], [("waiting", "running")])
    assert count("waiting", "running") == before + 1
    assert ADMISSION_INCIDENTS.labels("acme", "waiting")._value.get() == 1
    assert opened(world) == ["inc-1"]
    assert "timer.admission.set.v1.acme" in world.bus.timers
    await world.finish(world.kept[0])
    await world.bus.settle()
    assert opened(world) == ["inc-1", "inc-2"]
    assert told(world, "inc-2") == [("waiting", "running"), ("admitted", "room")]
    assert world.bus.dead == []


async def test_redelivery_of_everything_about_admission_changes_nothing(world):
    await allow(world, budget={"running": 1})
    world.silent = {"trace-failure-path"}
    for name in ("inc-1", "inc-2", "inc-3"):
        await say(world, INCIDENT_OPENED, named(world, name))
    before = world.bus.published(ADMISSION_DECIDED)
    world.bus._ids.clear()  # the server's duplicate window has passed
    for durable in ("incidents", "admitted", "slots"):
        await world.bus.redeliver(f"planner-{durable}")
    assert world.bus.published(ADMISSION_DECIDED) == before
    assert opened(world) == ["inc-1"]


async def test_it_begins_with_what_is_known_by_then(world):
    await allow(world, budget={"running": 1})
    world.silent = {"trace-failure-path"}
    await say(world, INCIDENT_OPENED, named(world, "inc-1"))
    await say(world, INCIDENT_OPENED, named(world, "inc-2"))
    world.later(1)
    await say(world, INCIDENT_UPDATED, named(world, "inc-2", services=("cart",), severity="critical"))
    begun = next(
        e.opened for e in world.bus.published(INVESTIGATION_RECORDED) if e.opened and e.opened.title == "inc-2"
    )
    assert (begun.priority, begun.focus.services) == ("critical", ("cart",))
    assert told(world, "inc-2") == [("waiting", "running"), ("admitted", "room")]


async def test_what_was_never_announced_does_not_ask(world):
    await say(world, INCIDENT_UPDATED, named(world, "held"))
    await say(world, INCIDENT_RESOLVED, named(world, "held", state="resolved"))
    assert opened(world) == []
    await say(world, INCIDENT_UPDATED, named(world, "announced", announced_at=world.bus.now))
    assert opened(world) == ["announced"]  # its opening comes later, out of order


async def test_an_incident_that_was_investigated_before_admission_began_is_left_alone(world):
    await say(world, INCIDENT_OPENED, named(world, "inc-1"))
    await world.bus.kv(PLANNER_ADMISSION).delete("acme")
    world.bus._rows = [row for row in world.bus._rows if not row.subject.startswith("evt.admission")]
    await world.bus.redeliver("planner-incidents")
    assert world.bus.published(ADMISSION_DECIDED) == []
    assert opened(world) == ["inc-1"]


async def test_the_timer_looks_at_the_queue_again(world):
    await allow(world, budget={"running": 1}, wait_s_max=60)
    world.silent = {"trace-failure-path"}
    await say(world, INCIDENT_OPENED, named(world, "inc-1"))
    await say(world, INCIDENT_OPENED, named(world, "inc-2"))
    due, target, message, keys = world.bus.timers.pop("timer.admission.set.v1.acme")
    assert due == world.bus.now + timedelta(seconds=60)
    await world.bus.publish(target, message, **keys)  # a little early by the server's clock: it is believed
    await world.bus.settle()
    assert told(world, "inc-2")[-1] == ("refused", "waited-too-long")


async def test_the_sweep_lets_in_what_fits_after_the_limits_were_raised(world, parts):
    await allow(world, budget={"running": 1})
    world.silent = {"trace-failure-path"}
    for name in ("inc-1", "inc-2"):
        await say(world, INCIDENT_OPENED, named(world, name))
    await allow(world, budget={"running": 9})
    world.bus.timers.clear()
    await parts[1].sweep()
    await world.bus.settle()
    assert opened(world) == ["inc-1", "inc-2"]


async def test_the_sweep_sets_a_lost_timer_again(world, parts):
    await allow(world, budget={"running": 1})
    world.silent = {"trace-failure-path"}
    for name in ("inc-1", "inc-2"):
        await say(world, INCIDENT_OPENED, named(world, name))
    world.bus.timers.clear()
    await parts[1].sweep()
    assert "timer.admission.set.v1.acme" in world.bus.timers


async def test_the_sweep_frees_the_slot_of_what_ended_unheard(world, parts):
    await say(world, INCIDENT_OPENED, named(world, "inc-1"))
    done = await ledger(world)
    assert done.running == ()
    await put(world, done.model_copy(update={"running": (slot(world),)}))
    await parts[1].sweep()
    assert (await ledger(world)).running == ()


@pytest.mark.parametrize("is_there", [True, False])
async def test_the_sweep_opens_what_was_admitted_and_never_opened_or_gives_it_up(world, parts, is_there):
    await say(world, INCIDENT_OPENED, named(world, "inc-1"))
    world.bus._rows = [row for row in world.bus._rows if not row.subject.startswith("evt.investigation")]
    if not is_there:
        world.bus._rows = [row for row in world.bus._rows if not row.subject.startswith("evt.incident")]
    await put(world, (await ledger(world)).model_copy(update={"running": (slot(world),)}))
    sweep = parts[1]
    sweep.histories._cache.clear()
    await sweep.sweep()
    if is_there:
        assert opened(world) == ["inc-1"]
    else:
        assert (await ledger(world)).running == ()
        assert told(world, "inc-1")[-1] == ("refused", "not-opened")


async def test_a_decision_that_could_not_be_published_is_published_by_the_next(world, parts):
    await allow(world, budget={"running": 1})
    admissions, sweep = parts
    publish = world.bus.publish_many

    async def refuse(items):
        raise RetryLater(f"no ack for {len(list(items))}")

    world.bus.publish_many = refuse
    await say(world, INCIDENT_OPENED, named(world, "inc-1"))
    assert told(world, "inc-1") == []
    assert (await ledger(world)).prior("inc-1").outcome == "admitted"
    world.bus.publish_many = publish
    await sweep.sweep()
    await world.bus.settle()
    assert told(world, "inc-1") == [("admitted", "room")]
    await admissions.change("acme", _unchanged)
    assert told(world, "inc-1") == [("admitted", "room")]


async def _unchanged(ledger, _rules):
    return ledger


async def test_one_tenant_that_cannot_be_swept_does_not_keep_the_others_from_it(world, parts):
    await world.bus.kv(PLANNER_ADMISSION).put("aaa", b"not a ledger")
    await allow(world, budget={"running": 1})
    world.silent = {"trace-failure-path"}
    for name in ("inc-1", "inc-2"):
        await say(world, INCIDENT_OPENED, named(world, name))
    world.bus.timers.clear()
    await parts[1].sweep()
    assert "timer.admission.set.v1.acme" in world.bus.timers


@pytest.mark.parametrize(("kinds", "waits"), [(("generic",), []), (("generic", "sentry"), ["inc-1"])])
async def test_the_share_of_a_source_counts_where_there_are_several(world, kinds, waits):
    sources = [{"kind": kind, "unauthenticated": True} for kind in kinds]
    admission = {"budget": {"running": 2}, "source_share": 0.5}
    config = Config.model_validate({"tenants": {"acme": {"sources": sources, "admission": admission}}})
    await ConfigStore(world.bus.kv(CONFIG)).apply(config, "ann", world.bus.now)
    await world.service.on_start[0]()
    world.silent = {"trace-failure-path"}
    for name in ("inc-0", "inc-1"):
        await say(world, INCIDENT_OPENED, named(world, name, sources=["generic"]))
    assert [one.incident_id for one in (await ledger(world)).waiting] == waits


async def test_steps_that_come_together_are_one_write_and_fail_alone(world, parts):
    admissions, _ = parts
    seen = []

    async def good(ledger, _rules):
        await asyncio.sleep(0)  # the others come meanwhile
        seen.append(len(ledger.waiting))
        return ledger.model_copy(update={"at": ledger.at + timedelta(seconds=1)})

    async def bad(_ledger, _rules):
        raise RetryLater("this one cannot")

    done = await asyncio.gather(
        *(admissions.change("acme", one) for one in (good, good, bad, good)), return_exceptions=True
    )
    assert [type(one) for one in done] == [Ledger, Ledger, RetryLater, Ledger]
    entry = await world.bus.kv(PLANNER_ADMISSION).get("acme")
    assert (entry.revision, len(seen)) == (2, 3)  # the first alone, then those that came meanwhile
    assert decode(entry.value, Ledger).at == Ledger().at + timedelta(seconds=3)


async def test_who_waits_with_one_that_is_cancelled_tries_again(parts):
    admissions, _ = parts
    started = asyncio.Event()

    async def slow(_ledger, _rules):
        started.set()
        await asyncio.Event().wait()

    first = asyncio.create_task(admissions.change("acme", slow))
    await started.wait()
    second = asyncio.create_task(admissions.change("acme", _unchanged))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == Ledger()
    assert first.cancelled() or isinstance(first.exception(), RetryLater)
