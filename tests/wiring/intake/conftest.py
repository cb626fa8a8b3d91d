"""Intake over ASGI and the bus in memory."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts import topology
from inquest.intake.domain.sealing import Content
from inquest.intake.domain.signature import sign
from inquest.intake.service import build
from inquest.intake.settings import Settings
from inquest.telemetry.metrics import DELIVERIES_RECEIVED
from inquest.testkit.memory import MemoryBus
from starlette.applications import Starlette
from starlette.routing import Route

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CONFIG = {
    "correlation": {"hold_s": 0},
    "tenants": {
        "acme": {
            "sources": [
                {"kind": "pagerduty", "secret": ["env:OLD_SECRET", "env:NEW_SECRET"]},
                {"kind": "generic", "secret": "env:GENERIC_SECRET"},
            ],
            "catalogue": {"services": [{"service_id": "checkout", "aliases": {"pagerduty": ["PF9"]}}]},
        },
        "bus-only": {"sources": [{"kind": "generic", "bus_only": True}]},
        "unset": {"sources": [{"kind": "generic", "secret": "env:NOT_SET_ANYWHERE"}]},
        "gone": {"sources": [{"kind": "generic", "secret": "file:/nonexistent/secret"}]},
    },
}


class Intake:
    """The service, with what tests do to it."""

    when = "2025-12-31T23:59:00Z"

    def __init__(self, bus: MemoryBus, settings: Settings) -> None:
        self.bus = bus
        self.service = build(bus, settings)
        transport = httpx.ASGITransport(app=Starlette(routes=self.service.routes))
        self.http = httpx.AsyncClient(transport=transport, base_url="http://intake")

    @property
    def webhooks(self):
        route = self.service.routes[0]
        assert isinstance(route, Route)
        return getattr(route.endpoint, "__self__", None)

    async def configure(self, config: dict[str, Any]) -> None:
        await ConfigStore(self.bus.kv(topology.CONFIG)).apply(Config.model_validate(config), "test", NOW)

    async def start(self) -> None:
        for action in self.service.on_start:
            await action()

    def page(self, event_type: str = "incident.triggered", event_id: str = "E1") -> bytes:
        incident = {"id": "Q1", "title": "Checkout is slow", "service": {"id": "PF9", "summary": "Checkout API"}}
        event = {"id": event_id, "event_type": event_type, "occurred_at": self.when, "data": incident}
        return json.dumps({"event": event}).encode()

    def generic(self, **body) -> bytes:
        return json.dumps({"fired_at": self.when, **body}).encode()

    async def post(self, body: bytes | None = None, secret: str | None = "new", tenant="acme", source="pagerduty"):
        name = "X-PagerDuty-Signature" if source == "pagerduty" else "X-Inquest-Signature"
        content = self.page() if body is None else body
        headers = {} if secret is None else {name: sign(secret, content)}
        return await self.http.post(f"/webhooks/{source}/{tenant}", content=content, headers=headers)

    async def deliver(self, body: bytes, source="generic", tenant="acme", **headers: str) -> None:
        """Do as an outside producer on the bus."""
        await self.bus.publish(s.INGEST_DELIVERY, body, headers=headers, source=source, tenant=tenant)
        await self.bus.settle()

    async def kept(self) -> list[Content]:
        """Return what is kept of deliveries, opened."""
        rows = [stored for stored in self.bus._rows if stored.subject.startswith(s.DELIVERY_KEPT.name)]
        return [await self.webhooks.keeper.opened(await self.bus.get("INGEST", row.seq)) for row in rows]

    def counted(self, source: str, outcome: str) -> float:
        return float(DELIVERIES_RECEIVED.labels(source, outcome)._value.get())


@pytest.fixture
def make_intake(monkeypatch):
    """Makes a started intake with these settings."""
    for name, value in (("OLD_SECRET", "old"), ("NEW_SECRET", "new"), ("GENERIC_SECRET", "gen")):
        monkeypatch.setenv(name, value)

    async def make(bus: MemoryBus | None = None, config: dict[str, Any] = CONFIG, **settings) -> Intake:
        intake = Intake(bus or MemoryBus(NOW), Settings(**settings))
        await intake.configure(config)
        await intake.start()
        return intake

    return make


@pytest.fixture
async def intake(make_intake):
    return await make_intake(body_bytes_max=400_000)
