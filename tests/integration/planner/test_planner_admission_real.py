"""Admission over a real nats-server: many incidents, two planners, death, lost state, and the server's timers."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from inquest.bus import Outgoing
from inquest.bus.bus import Bus
from inquest.config.admission import AdmissionConfig
from inquest.contracts.latest import AdmissionDecided, Incident, Signal
from inquest.contracts.payloads import decode, encode
from inquest.contracts.subjects import (
    ADMISSION_DECIDED,
    INCIDENT_OPENED,
    INCIDENT_RESOLVED,
    INCIDENT_UPDATED,
    INVESTIGATION_RECORDED,
    SIGNAL_RECEIVED,
)
from inquest.contracts.topology import PLANNER_ADMISSION
from inquest.intake.service import build as build_intake
from inquest.intake.settings import Settings as IntakeSettings
from inquest.planner.domain.admission import asked
from inquest.planner.domain.decide import investigation_of
from inquest.planner.domain.ledger import Ledger
from inquest.planner.domain.rulings import Rules
from inquest.planner.service import build
from inquest.planner.settings import Settings
from inquest.testkit.fixtures import BusFactory, running, until

from tests.integration.planner.conftest import apply_config, process

INCIDENTS = 300
RUNNING = 16
NOW = datetime.now(UTC)


def incident(name: str, **changes: object) -> Incident:
    fields = {"severity": "high", "title": name, "sources": ("sentry",), "opened_at": NOW, "updated_at": NOW}
    return Incident.model_validate({"incident_id": name, "tenant": "acme", **fields, **changes})


async def say(bus: Bus, what, one: Incident) -> None:
    await bus.publish(what, one, tenant="acme", incident=one.incident_id)


async def configure(bus: Bus, **admission: object) -> None:
    """One short step an investigation, and budgets that only the test's own limit reaches."""
    budget = {"running": 4, "per_hour": 10_000, "per_day": 10_000}
    limits = {"budget": budget, "reserved": {}, "source_share": 1, "waiting_max": 1000} | admission
    await apply_config(
        bus,
        {
            "tenants": {"acme": {"mode": "fast", "admission": limits}},
            "modes": {"fast": {"capabilities": ["collect-symptoms"]}},
        },
    )


async def decisions(bus: Bus) -> dict[str, list[AdmissionDecided]]:
    found = defaultdict(list)
    for stored in await bus.read(ADMISSION_DECIDED, tenant="acme"):
        found[stored.message.incident_id].append(stored.message)
    return found


async def ledger(bus: Bus) -> Ledger:
    entry = await bus.kv(PLANNER_ADMISSION).get("acme")
    return decode(entry.value, Ledger) if entry else Ledger()


async def opened(bus: Bus) -> list[str]:
    stored = await bus.read(INVESTIGATION_RECORDED, tenant="acme")
    return [item.message.opened.incident_id for item in stored if item.message.opened]


async def planner(bus_factory: BusFactory) -> Bus:
    bus = await bus_factory("planner")
    service = build(bus, Settings())
    for action in service.on_start:
        await action()
    return bus


def told_without_gaps(found: dict[str, list[AdmissionDecided]]) -> bool:
    return all([one.number for one in said] == list(range(1, len(said) + 1)) for said in found.values())


@pytest.mark.slow
async def test_three_hundred_incidents_at_once_and_two_planners(bus_factory, others):
    await configure(others.bus, budget={"running": RUNNING, "per_hour": 10_000, "per_day": 10_000})
    others.open.set()
    planners = [await planner(bus_factory) for _ in range(2)]
    at_once = []
    async with running(others.bus, *planners):
        await others.bus.publish_many(
            Outgoing(INCIDENT_OPENED, incident(f"i-{number}"), {"tenant": "acme", "incident": f"i-{number}"})
            for number in range(INCIDENTS)
        )

        async def at_rest() -> bool:
            state = await ledger(others.bus)
            at_once.append(len(state.running))
            rests = sum(one.count for one in state.spent) == INCIDENTS and not state.running
            return rests and len(await opened(others.bus)) == INCIDENTS

        await until(at_rest, timeout_s=100)
    found = await decisions(others.bus)
    assert len(found) == INCIDENTS
    assert told_without_gaps(found)
    assert all([one.outcome for one in said].count("admitted") == 1 for said in found.values())
    assert sum(said[0].outcome == "waiting" for said in found.values()) > INCIDENTS / 2
    assert max(at_once) == RUNNING
    assert sorted(await opened(others.bus)) == sorted(found)
    assert len(others.commands) == len(set(others.commands)) == INCIDENTS
    assert await others.dead() == []


@pytest.mark.slow
async def test_a_queue_outlives_its_planner_and_what_happened_meanwhile_counts(nats_server, others, tmp_path):
    await configure(others.bus, budget={"running": 2})
    async with running(others.bus):
        async with process(nats_server, tmp_path):
            for number in range(6):
                await say(others.bus, INCIDENT_OPENED, incident(f"i-{number}"))

            async def is_full() -> bool:
                state = await ledger(others.bus)
                return (len(state.running), len(state.waiting)) == (2, 4) and len(others.commands) == 2

            await until(is_full)
        waiting = [one.incident_id for one in (await ledger(others.bus)).waiting]
        later = NOW + timedelta(seconds=5)
        gone, raised = incident(waiting[0], state="resolved"), incident(waiting[3], severity="critical")
        await say(others.bus, INCIDENT_RESOLVED, gone)
        await say(others.bus, INCIDENT_UPDATED, raised.model_copy(update={"updated_at": later}))
        async with process(nats_server, tmp_path):

            async def has_moved() -> bool:
                found = await decisions(others.bus)
                return found[waiting[0]][-1].outcome == "dropped" and found[waiting[3]][-1].outcome == "admitted"

            await until(has_moved)  # while both others still run: critical has its own budget
            others.open.set()

            async def at_rest() -> bool:
                state = await ledger(others.bus)
                return len(state.running) + len(state.waiting) == 0

            await until(at_rest)
    found = await decisions(others.bus)
    assert told_without_gaps(found)
    assert sorted(await opened(others.bus)) == sorted(set(found) - {waiting[0]})
    assert len(others.commands) == len(set(others.commands)) == 5


async def test_a_decision_that_was_not_published_is_published_by_the_next(nats_server, others, tmp_path):
    """As after SIGKILL between the write and the publish: the ledger alone knows."""
    await configure(others.bus)
    others.open.set()
    one = incident("i-1")
    await say(others.bus, INCIDENT_OPENED, one)
    rules = Rules("acme", AdmissionConfig())
    await others.bus.kv(PLANNER_ADMISSION).create("acme", encode(asked(Ledger(), one, None, rules, NOW)).data)
    async with running(others.bus), process(nats_server, tmp_path):
        await until(lambda: others.is_in_state(investigation_of("acme", "i-1"), "concluded"))
    assert [said.number for said in (await decisions(others.bus))["i-1"]] == [1]


async def test_a_lost_ledger_is_made_again_from_what_was_said(bus_factory, others):
    await configure(others.bus, budget={"running": 1})
    bus = await planner(bus_factory)
    async with running(others.bus, bus):
        for number in range(4):
            await say(others.bus, INCIDENT_OPENED, incident(f"i-{number}"))

        async def is_full() -> bool:
            return len((await ledger(others.bus)).waiting) == 3 and len(others.commands) == 1

        await until(is_full)
        await others.bus.kv(PLANNER_ADMISSION).delete("acme")
        others.open.set()

        async def all_done() -> bool:
            return len(await opened(others.bus)) == 4 and not (await ledger(others.bus)).running

        await until(all_done)
    assert told_without_gaps(await decisions(others.bus))


async def test_the_servers_timer_ends_a_wait_that_is_too_long(bus_factory, others):
    await configure(others.bus, budget={"running": 1}, wait_s_max=1)
    bus = await planner(bus_factory)
    async with running(others.bus, bus):  # nobody sweeps here, and no worker answers
        for name in ("i-1", "i-2"):
            await say(others.bus, INCIDENT_OPENED, incident(name))

        async def is_refused() -> bool:
            said = [one for found in (await decisions(others.bus)).values() for one in found]
            return any(one.cause == "waited-too-long" for one in said)

        await until(is_refused)
    assert len(await opened(others.bus)) == 1


async def test_a_storm_of_a_thousand_alerts_of_one_fault_is_one_investigation(bus_factory, others):
    await configure(others.bus)
    others.open.set()
    bus = await planner(bus_factory)
    intake = await bus_factory("intake")
    for action in build_intake(intake, IntakeSettings()).on_start:
        await action()
    async with running(others.bus, bus, intake):
        await others.bus.publish_many(
            Outgoing(
                SIGNAL_RECEIVED,
                Signal(
                    signal_id=f"s-{number}",
                    tenant="acme",
                    source="alertmanager",
                    kind="alert",
                    severity="critical",
                    occurred_at=NOW + timedelta(milliseconds=number),
                    received_at=NOW + timedelta(milliseconds=number),
                    title=f"pod {number} of cart is slow",
                    services=("cart",),
                    dedup_key=f"pod-{number}",
                ),
                {"tenant": "acme", "signal": f"s-{number}"},
            )
            for number in range(1000)
        )

        async def all_correlated() -> bool:
            told = await others.bus.read(INCIDENT_UPDATED, tenant="acme")
            told += await others.bus.read(INCIDENT_OPENED, tenant="acme")
            return max((item.message.signals_count for item in told), default=0) == 1000

        async def at_rest() -> bool:
            return not (await ledger(others.bus)).running and len(await opened(others.bus)) == 1

        await until(all_correlated)
        await until(at_rest)
    (said,) = (await decisions(others.bus)).values()
    assert [(one.outcome, one.waited_s) for one in said] == [("admitted", 0)]
    assert len(others.commands) == 1


@pytest.mark.slow
async def test_a_planner_that_is_killed_again_and_again_loses_and_repeats_nothing(nats_server, others, tmp_path):
    """Sixty incidents, of all severities, through planners of which each dies in the middle of its work."""
    await configure(others.bus, critical={"running": 2, "per_hour": 1000, "per_day": 1000})
    others.open.set()
    names = [f"i-{number}" for number in range(60)]
    async with running(others.bus):
        for index, name in enumerate(names):
            severity = ("critical", "high", "medium", "low")[index % 4]
            await say(others.bus, INCIDENT_OPENED, incident(name, severity=severity))
        for goal in (5, 15, 30, 60):

            async def have_begun(count: int = goal) -> bool:
                return sum(one.count for one in (await ledger(others.bus)).spent) >= count

            async with process(nats_server, tmp_path):
                await until(have_begun, timeout_s=90)
        async with process(nats_server, tmp_path):

            async def at_rest() -> bool:
                state = await ledger(others.bus)
                return not state.running and not state.waiting and len(await opened(others.bus)) == len(names)

            await until(at_rest, timeout_s=90)
    found = await decisions(others.bus)
    assert sorted(found) == sorted(names)
    assert told_without_gaps(found)
    assert all([one.outcome for one in said].count("admitted") == 1 for said in found.values())
    assert sorted(await opened(others.bus)) == sorted(names)
    assert len(others.commands) == len(set(others.commands)) == len(names)
    assert await others.dead() == []
