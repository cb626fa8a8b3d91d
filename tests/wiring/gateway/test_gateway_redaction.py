"""A tenant's redaction holds from its data source to what is answered and recorded, and follows the configuration."""

import asyncio
import base64
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from inquest.config import Config, ConfigStore
from inquest.config.redaction_key import begin_redaction_key
from inquest.contracts.latest import Query, ToolRequest, ToolResult, Window
from inquest.contracts.subjects import TOOL_CALL, TOOL_CALLED
from inquest.contracts.topology import CONFIG
from inquest.gateway.service import build
from inquest.gateway.settings import Settings
from inquest.testkit.backends import Backend, Received, Reply
from inquest.testkit.fixtures import until
from inquest.testkit.memory import MemoryBus

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAIL, CUSTOMER = "anna.meyer@example.com", "CUST-00471234"
LINE = f"declined for {MAIL}, {CUSTOMER}, password=hunter2"


def serve(received: Received) -> Reply:
    if received.path != "/loki/api/v1/query_range":
        return Reply(body={"status": "success", "data": []})
    values = [[str(int(NOON.timestamp() + 1) * 10**9), LINE]]
    stream = {"stream": {"service_name": "checkout"}, "values": values}
    return Reply(body={"status": "success", "data": {"resultType": "streams", "result": [stream]}})


def tenant(url: str, **redaction) -> dict:
    loki = {
        "name": "loki",
        "kind": "loki",
        "settings": {"url": url, "selector": '{service_name=~".+"}', "service_label": "service_name"},
    }
    return {"providers": [loki], "redaction": redaction}


async def apply(bus: MemoryBus, url: str, **redaction) -> None:
    config = Config.model_validate({"tenants": {"acme": tenant(url, **redaction), "other": tenant(url)}})
    await ConfigStore(bus.kv(CONFIG)).apply(config, "test", NOON)


async def ask(bus: MemoryBus, step: str, tenant_id: str = "acme") -> str:
    query = Query(window=Window(start=NOON, end=NOON + timedelta(minutes=5)), text=MAIL)
    asked = ToolRequest(tenant=tenant_id, investigation_id="inv", step_id=step, domain="logs", query=query)
    result: ToolResult = await bus.request(TOOL_CALL, asked, timeout_s=5, domain="logs", tenant=tenant_id)
    assert result.status == "ok", result.reason
    payload = zlib.decompress(base64.b64decode(result.payload_inline or "")).decode()
    for hidden in (MAIL, "hunter2"):
        assert hidden not in payload + result.model_dump_json()
    assert MAIL not in "".join(record.model_dump_json() for record in bus.published(TOOL_CALLED))
    return payload


@pytest.fixture
async def world(memory_bus, tmp_path):
    begin_redaction_key(tmp_path)
    async with Backend(serve=serve).listening() as backend:
        await apply(memory_bus, backend.url)
        service = build(memory_bus, Settings(data_dir=tmp_path))
        for action in service.on_start:
            await action()
        yield memory_bus, backend.url, service
        for action in service.on_stop:
            await action()


async def test_the_same_value_has_the_same_mark_in_a_tenant_and_no_other(world):
    bus, _, _ = world
    first, again, other = await ask(bus, "one"), await ask(bus, "two"), await ask(bus, "one", "other")
    assert "[redacted:email#" in first
    assert first == again
    assert first != other


async def test_a_new_revision_counts_without_a_restart(world):
    bus, url, service = world
    assert CUSTOMER in await ask(bus, "one")
    following = [asyncio.create_task(task()) for task in service.tasks]
    await apply(bus, url, patterns={"customer": r"CUST-\d{8}"})
    steps = iter(range(1000))

    async def hidden() -> bool:
        return CUSTOMER not in await ask(bus, f"step-{next(steps)}")

    try:
        await until(hidden)
    finally:
        for task in following:
            task.cancel()
