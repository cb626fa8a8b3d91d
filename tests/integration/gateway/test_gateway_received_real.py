"""What GitHub tells at the door is what an investigation is told about changes: intake and gateway on a real server."""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from inquest.bus.bus import Bus
from inquest.bus.server import NatsServer
from inquest.config import Config, ConfigStore
from inquest.contracts.latest import ChangeData, ChangesResponse, Query, ToolRequest, ToolResult, Window
from inquest.contracts.payloads import decode
from inquest.contracts.subjects import CHANGE_RECEIVED, INCIDENT_OPENED, TOOL_CALL
from inquest.contracts.topology import CONFIG
from inquest.gateway import service as gateway
from inquest.gateway.settings import Settings as GatewaySettings
from inquest.intake import service as intake
from inquest.intake.settings import Settings as IntakeSettings
from inquest.testkit.fixtures import BusFactory, running, until
from starlette.applications import Starlette

NOW = datetime.now(UTC)
SHA = "f95f852bd8fca8fcc58a9a2d6c842781e32a215e"
SHOP = [
    {"service_id": "cart", "repositories": ["acme/shop"]},
    {"service_id": "ads", "repositories": ["https://github.com/acme/shop"]},
]
TENANT = {
    "sources": [{"kind": "github", "unauthenticated": True}],
    "providers": [{"name": "doors", "kind": "received"}],
    "catalogue": {"services": SHOP},
}
REPOSITORY = {
    "full_name": "acme/shop",
    "default_branch": "main",
    "pushed_at": (NOW - timedelta(minutes=30)).timestamp(),
}


def deployed(state: str, minutes_ago: int) -> dict[str, object]:
    at = (NOW - timedelta(minutes=minutes_ago)).isoformat()
    asked = {"id": 7, "sha": SHA, "ref": "main", "environment": "production", "created_at": at}
    return {"deployment": asked, "deployment_status": {"id": minutes_ago, "state": state, "created_at": at}}


async def ask(bus: Bus, tenant: str, domain: str, step: str) -> ToolResult:
    query = Query(window=Window(start=NOW - timedelta(hours=1), end=NOW + timedelta(minutes=1)))
    request = ToolRequest(tenant=tenant, investigation_id="inv", step_id=step, domain=domain, query=query)
    result = await bus.request(TOOL_CALL, request, timeout_s=10, domain=domain, tenant=tenant)
    assert isinstance(result, ToolResult)
    return result


async def kept(bus: Bus, count: int) -> bool:
    return len(await bus.read(CHANGE_RECEIVED)) == count


def rows(result: ToolResult) -> list[ChangeData]:
    return decode(base64.b64decode(result.payload_inline or ""), ChangesResponse).changes


@dataclass
class World:
    """Intake and gateway, each on its own connection."""

    door: Bus
    asked: Bus
    http: httpx.AsyncClient

    async def deliver(self, event: str, body: Mapping[str, object], delivery: str) -> httpx.Response:
        headers = {"X-GitHub-Event": event, "X-GitHub-Delivery": delivery}
        content = json.dumps({"repository": REPOSITORY, "sender": {"login": "ann"}, **body})
        return await self.http.post("/webhooks/github/acme", content=content, headers=headers)


@pytest.fixture
async def world(bus_factory: BusFactory, bus: Bus, nats_server: NatsServer) -> AsyncIterator[World]:
    tenants = {"acme": TENANT, "other": TENANT}
    await ConfigStore(bus.kv(CONFIG)).apply(Config.model_validate({"tenants": tenants}), "test", NOW)
    door, asked = await bus_factory("intake"), Bus(nats_server.url, "gateway")
    made = intake.build(door, IntakeSettings()), gateway.build(asked, GatewaySettings())
    await asked.connect()  # after its replier was registered
    for service in made:
        for action in service.on_start:
            await action()
    transport = httpx.ASGITransport(app=Starlette(routes=made[0].routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://intake") as http, running(door, asked):
        yield World(door, asked, http)
    await made[1].on_stop[0]()
    await asked.close()


async def test_changes_from_the_door_reach_an_investigation(world: World, bus: Bus) -> None:
    commits = [
        {"id": "c" * 40, "message": "Smaller pool", "modified": ["services/cart/pool.py"]},
        {"id": SHA, "message": "Copy"},
    ]
    push = {"ref": "refs/heads/main", "commits": commits}
    assert (await world.deliver("ping", {"zen": "z"}, "0")).json()["status"] == "ping"
    first = await world.deliver("push", push, "1")
    assert (first.status_code, len(first.json()["signal_ids"])) == (202, 2)
    assert (await world.deliver("push", push, "1")).json()["status"] == "duplicate"
    await world.deliver("push", push, "replayed under another id")
    for state, minutes_ago in (("in_progress", 20), ("success", 10)):
        await world.deliver("deployment_status", deployed(state, minutes_ago), state)
    await until(lambda: kept(bus, 4))

    changes = rows(await ask(world.asked, "acme", "changes", "one"))
    seen = [(one.kind, one.ref[:4], one.service, round((NOW.timestamp() - one.time) / 60)) for one in changes]
    assert seen == [
        ("commit", "cccc", "cart", 30),
        ("commit", "f95f", None, 30),
        ("deploy", "cccc", "cart", 20),
        ("deploy", "f95f", "ads", 20),
        ("deploy", "f95f", "cart", 20),
    ]
    assert changes[0].files == ["services/cart/pool.py"]
    assert changes[-1].message == "Deploy of acme/shop main to production: success"
    assert rows(await ask(world.asked, "acme", "flags", "two")) == []
    assert rows(await ask(world.asked, "other", "changes", "three")) == []
    assert await bus.read(INCIDENT_OPENED) == []


async def test_reading_back_since_a_time(world: World, bus: Bus) -> None:
    await world.deliver("deployment_status", deployed("success", 1), "1")
    await until(lambda: kept(bus, 1))
    assert len(await bus.read(CHANGE_RECEIVED, since=NOW - timedelta(minutes=1), tenant="acme")) == 1
    assert await bus.read(CHANGE_RECEIVED, since=datetime.now(UTC) + timedelta(minutes=1), tenant="acme") == []
