"""Intake on a real server: repeats, replicas, dead letters, and one trace from webhook to incident."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from inquest.bus.bus import Bus
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts import topology
from inquest.intake.domain.signature import sign
from inquest.intake.service import build
from inquest.intake.settings import Settings
from inquest.telemetry import traces
from inquest.testkit.fixtures import BusFactory, running, until
from starlette.applications import Starlette

NOW = datetime.now(UTC)
CONFIG = {
    "correlation": {"hold_s": 0},
    "tenants": {
        "acme": {
            "sources": [{"kind": "generic", "secret": "env:GENERIC_SECRET"}],
            "catalogue": {"services": [{"service_id": "a", "dependencies": ["b"]}, {"service_id": "b"}]},
        }
    },
}


class Replica:
    """One intake on its own connection."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.service = build(bus, Settings())
        transport = httpx.ASGITransport(app=Starlette(routes=self.service.routes))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://intake")

    async def post(self, **body: Any) -> httpx.Response:
        raw = json.dumps({"fired_at": NOW.isoformat(), **body}).encode()
        headers = {"X-Inquest-Signature": sign("gen", raw)}
        return await self.http.post("/webhooks/generic/acme", content=raw, headers=headers)


@pytest.fixture
async def replicas(bus_factory: BusFactory, bus: Bus, monkeypatch: pytest.MonkeyPatch) -> list[Replica]:
    monkeypatch.setenv("GENERIC_SECRET", "gen")
    await ConfigStore(bus.kv(topology.CONFIG)).apply(Config.model_validate(CONFIG), "test", NOW)
    made = [Replica(await bus_factory("intake")) for _ in range(2)]
    for replica in made:
        await replica.service.on_start[0]()
    return made


async def settled(bus: Bus) -> None:
    """Wait until the durables of intake have nothing left."""

    async def idle() -> bool:
        for row in topology.consumers_of("intake"):
            info = await bus.connection.js.consumer_info(row.stream, row.durable)
            if info.num_pending or info.num_ack_pending:
                return False
        return True

    await until(idle)


async def test_the_same_delivery_to_two_replicas_is_one_signal_and_one_incident(
    replicas: list[Replica], bus: Bus
) -> None:
    answers = await asyncio.gather(*(replica.post(service="a") for replica in replicas for _ in range(5)))
    assert {answer.status_code for answer in answers} == {202}
    assert sorted(answer.json()["status"] for answer in answers).count("accepted") == 1
    # A repeat after the stream's window has a new Msg-Id in effect: the signal is still recorded once.
    raw = json.dumps({"fired_at": NOW.isoformat(), "service": "a"}).encode()
    for number in range(3):
        await bus.publish(s.INGEST_DELIVERY, raw, msg_id=f"late-{number}", source="generic", tenant="acme")
    async with running(*(replica.bus for replica in replicas)):
        await until(lambda: _some(bus, s.INCIDENT_OPENED))
        await settled(bus)
    assert len(await bus.read(s.SIGNAL_RECEIVED)) == 1
    assert len(await bus.read(s.INCIDENT_OPENED)) == 1


async def test_replicas_that_race_open_one_incident_for_one_fault(replicas: list[Replica], bus: Bus) -> None:
    async with running(*(replica.bus for replica in replicas)):
        for start in range(0, 60, 20):
            numbers = range(start, start + 20)
            await asyncio.gather(*(replicas[n % 2].post(service="ab"[n % 2], n=n) for n in numbers))
        await until(lambda: _some(bus, s.INCIDENT_OPENED))
        await settled(bus)
    assert len(await bus.read(s.SIGNAL_RECEIVED)) == 60
    opened = [stored.message for stored in await bus.read(s.INCIDENT_OPENED)]
    assert len(opened) == 1
    newest = (await bus.read(s.INCIDENT_UPDATED))[-1].message
    assert newest.incident_id == opened[0].incident_id
    assert set(newest.services) == {"a", "b"}


async def test_one_trace_leads_from_the_webhook_to_the_incident(replicas: list[Replica], bus: Bus) -> None:
    traces.configure("test")
    answers = [await replicas[0].post(service=name) for name in ("x", "y")]
    expected = {answer.json()["trace_id"] for answer in answers}
    assert len(expected) == 2
    async with running(replicas[0].bus):
        await until(lambda: _some(bus, s.INCIDENT_OPENED, 2))
    found = set()
    for stored in await bus.read(s.INCIDENT_OPENED):
        delivery = await bus.get("INCIDENTS", stored.seq)
        assert delivery is not None
        found.add(delivery.headers["traceparent"].split("-")[1])
    assert found == expected


async def test_garbage_from_the_bus_is_a_dead_letter_beside_good_deliveries(replicas: list[Replica], bus: Bus) -> None:
    await bus.publish(s.INGEST_DELIVERY, b"garbage", source="generic", tenant="acme")
    await bus.publish(s.INGEST_DELIVERY, b"{}", source="generic", tenant="nobody")
    await replicas[0].post(service="a", note="x" * 300_000)
    async with running(replicas[1].bus):
        await until(lambda: _some(bus, s.INCIDENT_OPENED))
        await settled(bus)
    info = await bus.connection.js.stream_info("DEAD")
    assert info.state.messages == 2


async def _some(bus: Bus, subject: s.Subject, count: int = 1) -> bool:
    return sum((await bus.subjects(subject)).values()) >= count
