"""Incidents on a real server: a hold outlives its process, a crash between commit and publish loses nothing."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from inquest.bus.bus import Bus
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts import topology
from inquest.contracts.errors import RetryLater
from inquest.contracts.v1.grouping import MergeIncidents
from inquest.intake.service import build
from inquest.intake.settings import Settings
from inquest.runtime import Service
from inquest.testkit.fixtures import BusFactory, running, until

NOW = datetime.now(UTC)
CATALOGUE = {"services": [{"service_id": "a", "dependencies": ["b"]}, {"service_id": "b"}, {"service_id": "c"}]}
CONFIG = {
    "correlation": {"hold_s": 1},
    "tenants": {"acme": {"sources": [{"kind": "generic", "bus_only": True}], "catalogue": CATALOGUE}},
}


@pytest.fixture
async def make(bus_factory: BusFactory, bus: Bus) -> Any:
    """Make one more intake, on its own connection."""
    await ConfigStore(bus.kv(topology.CONFIG)).apply(Config.model_validate(CONFIG), "test", NOW)

    async def one() -> tuple[Bus, Service]:
        own = await bus_factory("intake")
        service = build(own, Settings())
        await service.on_start[0]()
        return own, service

    return one


async def send(bus: Bus, **body: Any) -> None:
    at = NOW + timedelta(milliseconds=len(str(body)))
    raw = json.dumps({"fired_at": at.isoformat(), **body}).encode()
    await bus.publish(s.INGEST_DELIVERY, raw, source="generic", tenant="acme")


async def some(bus: Bus, subject: s.Subject, count: int = 1) -> bool:
    return sum((await bus.subjects(subject)).values()) >= count


async def test_a_hold_outlives_the_process_that_began_it(make: Any, bus: Bus) -> None:
    first, _ = await make()
    await send(bus, service="a")
    async with running(first):
        await until(lambda: some(bus, s.INCIDENT_TIMER_SET))
        await until(lambda: some(bus, s.INCIDENT_UPDATED))
    assert not await bus.read(s.INCIDENT_OPENED)
    second, _ = await make()
    async with running(second):
        await until(lambda: some(bus, s.INCIDENT_OPENED))
    (opened,) = await bus.read(s.INCIDENT_OPENED)
    assert opened.message.decisions[-1].why == "the hold has ended"


async def test_a_process_that_dies_between_commit_and_publish_loses_nothing(make: Any, bus: Bus) -> None:
    first, _ = await make()
    publish, failed = first.publish, []

    async def dying(subject: s.Subject, message: Any, **keys: Any) -> Any:
        if subject is s.INCIDENT_OPENED:
            failed.append(message)
            raise RetryLater("gone")
        return await publish(subject, message, **keys)

    first.publish = dying  # type: ignore[method-assign]
    await send(bus, service="a", severity="critical")
    async with running(first):
        await until(lambda: bool(failed))
    assert not await bus.read(s.INCIDENT_OPENED)
    second, _ = await make()
    async with running(second):
        await until(lambda: some(bus, s.INCIDENT_OPENED), 30)
    (opened,) = await bus.read(s.INCIDENT_OPENED)
    assert opened.message.incident_id == failed[0].incident_id
    assert [one.what for one in opened.message.taken] == ["opened"]


async def test_two_replicas_hold_and_announce_one_incident_and_name_every_signal(make: Any, bus: Bus) -> None:
    replicas = [await make(), await make()]
    async with running(*(one for one, _ in replicas)):
        for number in range(40):
            await send(bus, service="ab"[number % 2], n=number)
        await until(lambda: some(bus, s.INCIDENT_OPENED))
        await until(lambda: _all_named(bus, 40))
    assert len(await bus.read(s.INCIDENT_OPENED)) == 1
    assert len(await bus.read(s.SIGNAL_RECEIVED)) == 40


async def test_people_merge_incidents_on_the_server(make: Any, bus: Bus) -> None:
    own, _ = await make()
    await send(bus, service="a", severity="critical")
    await send(bus, service="c", severity="critical")
    async with running(own):
        await until(lambda: some(bus, s.INCIDENT_OPENED, 2))
        one, other = (stored.message.incident_id for stored in await bus.read(s.INCIDENT_OPENED))
        merge = MergeIncidents(tenant="acme", incident_id=one, merged_id=other, requested_by="anna")
        await bus.publish(s.INCIDENT_MERGE, merge, tenant="acme", incident=one)
        await until(lambda: some(bus, s.INCIDENT_RESOLVED))
    (gone,) = await bus.read(s.INCIDENT_RESOLVED)
    assert gone.message.merged_into == one


async def _all_named(bus: Bus, count: int) -> bool:
    events = [*await bus.read(s.INCIDENT_OPENED), *await bus.read(s.INCIDENT_UPDATED)]
    return len({one.signal_id for stored in events for one in stored.message.taken if one.signal_id}) == count
