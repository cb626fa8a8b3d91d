import asyncio
import base64
import hashlib
import itertools
from datetime import UTC, datetime

import pytest
from inquest.config import Config, ConfigStore
from inquest.contracts.latest import LogsResponse, MetricsResponse, Query, ToolRequest, ToolResult, Window
from inquest.contracts.payloads import decode
from inquest.contracts.subjects import TOOL_CALL, TOOL_CALLED
from inquest.contracts.topology import CONFIG, PAYLOADS
from inquest.gateway.reader import Reader
from inquest.gateway.service import build
from inquest.gateway.settings import Settings
from inquest.packs import PackMeta, TimeRange, write_pack
from inquest.testkit.fixtures import until

BASE = 1_772_370_000.0
WINDOW = {"start": datetime.fromtimestamp(BASE, UTC), "end": datetime.fromtimestamp(BASE + 600, UTC)}
META = PackMeta(id="pool", title="t", window=TimeRange(BASE, BASE + 600))


def noise(count: int):
    """Log lines that do not compress well."""
    for index in range(count):
        text = hashlib.sha256(str(index).encode()).hexdigest()
        yield {"time": BASE + index % 600, "service": "cart", "message": text}


@pytest.fixture
def pack(tmp_path):
    return write_pack(
        tmp_path / "pack",
        meta=META,
        signal={"source": "generic", "body": {}},
        metrics=[(BASE + 1, "cart", "latency", 1.0, "", "")],
        logs=[{"time": BASE + 1, "service": "cart", "message": "login password=hunter2"}],
    )


async def apply(bus, tenants: dict) -> None:
    await ConfigStore(bus.kv(CONFIG)).apply(Config.model_validate({"tenants": tenants}), "test", datetime.now(UTC))


def recording(path) -> dict:
    return {"recording": {"pack": str(path), "window": WINDOW}}


@pytest.fixture
async def gateway(memory_bus, pack):
    await apply(memory_bus, {"acme": recording(pack), "other": {}})
    service = build(memory_bus, Settings())
    for action in service.on_start:
        await action()
    yield service
    for action in service.on_stop:
        await action()


async def call(bus, domain="logs", tenant="acme", step_id="step", **limits) -> ToolResult:
    query = Query(window=Window(**WINDOW))
    request = ToolRequest(tenant=tenant, investigation_id="inv", step_id=step_id, domain=domain, query=query, **limits)
    return await bus.request(TOOL_CALL, request, timeout_s=5, domain=domain, tenant=tenant)


@pytest.mark.usefixtures("gateway")
async def test_a_call_is_answered_redacted_and_recorded(memory_bus):
    result = await call(memory_bus)
    assert (result.status, result.interface, result.provider) == ("ok", "logs", "pack")
    response = decode(base64.b64decode(result.payload_inline), LogsResponse)
    assert response.messages == ["login password=[redacted:password]"]
    [record] = memory_bus.published(TOOL_CALLED, tenant="acme", investigation="inv")
    assert (record.call_id, record.step_id, record.payload_sha256) == (result.call_id, "step", result.payload_sha256)
    assert [one.status for one in record.attempts] == ["ok"]


@pytest.mark.usefixtures("gateway")
async def test_a_repeated_request_is_answered_from_the_journal(memory_bus, pack):
    first = await call(memory_bus)
    (pack / "logs.ndjson").unlink()
    again = await call(memory_bus)
    assert again == first.model_copy(update={"recorded": True})
    assert len(memory_bus.published(TOOL_CALLED)) == 1
    assert await memory_bus.add("acme", "inv", "calls", amount=0) == 1
    assert (await call(memory_bus, step_id="step-2")).status == "unavailable"


@pytest.mark.usefixtures("gateway")
async def test_what_a_pack_does_not_have_is_unavailable(memory_bus):
    result = await call(memory_bus, domain="flags")
    assert (result.status, result.reason) == ("unavailable", "this pack has no flags")


@pytest.mark.parametrize(("tenant", "domain"), [("acme", "chat"), ("other", "flags"), ("nobody", "logs")])
@pytest.mark.usefixtures("gateway")
async def test_a_domain_without_a_provider_costs_nothing(memory_bus, tenant, domain):
    result = await call(memory_bus, tenant=tenant, domain=domain)
    assert (result.status, result.interface, result.reason) == ("unavailable", domain, "no provider configured")
    assert len(memory_bus.published(TOOL_CALLED)) == 1
    assert await memory_bus.add(tenant, "inv", "calls", amount=0) == 0


@pytest.mark.usefixtures("gateway")
async def test_what_a_domain_does_not_take_is_malformed_and_costs_nothing(memory_bus):
    query = Query(window=Window(**WINDOW), repository="acme/shop")
    asked = ToolRequest(tenant="acme", investigation_id="inv", step_id="s", domain="logs", query=query)
    result = await memory_bus.request(TOOL_CALL, asked, timeout_s=5, domain="logs", tenant="acme")
    assert (result.status, result.error) == ("failed", "malformed")
    assert "logs takes no repository" in result.reason
    assert await memory_bus.add("acme", "inv", "calls", amount=0) == 0


@pytest.mark.usefixtures("gateway")
async def test_calls_over_the_budget_are_refused_and_recorded(memory_bus):
    assert (await call(memory_bus, step_id="a", calls_max=1)).status == "ok"
    refused = await call(memory_bus, step_id="b", calls_max=1)
    assert (refused.status, refused.reason) == ("refused", "over budget: the investigation has made 1 of 1 calls")
    assert await memory_bus.add("acme", "inv", "calls", amount=0) == 1
    assert [one.status for one in memory_bus.published(TOOL_CALLED)] == ["ok", "refused"]
    size_bytes = await memory_bus.add("acme", "inv", "bytes", amount=0)
    assert size_bytes > 0
    assert (await call(memory_bus, step_id="c", bytes_max=size_bytes)).status == "refused"
    assert (await call(memory_bus, step_id="d", bytes_max=size_bytes + 1)).status == "ok"


@pytest.mark.slow
async def test_a_large_payload_lies_in_the_object_store(memory_bus, tmp_path):
    big = write_pack(tmp_path / "big", meta=META, signal={"source": "generic", "body": {}}, logs=noise(12_000))
    await apply(memory_bus, {"acme": recording(big)})
    service = build(memory_bus, Settings())
    for action in service.on_start:
        await action()
    result = await call(memory_bus)
    assert result.payload_inline is None
    assert result.payload_ref.startswith("acme/")
    response = decode(await memory_bus.objects(PAYLOADS).get(result.payload_ref), LogsResponse)
    assert len(response.messages) == 12_000


async def test_a_new_configuration_counts_without_a_restart(memory_bus, gateway):
    follow = asyncio.create_task(gateway.tasks[0]())
    try:
        assert (await call(memory_bus, tenant="late")).reason == "no provider configured"
        await apply(memory_bus, {"late": recording("/nowhere")})

        async def failed() -> bool:
            return (await call(memory_bus, tenant="late", step_id="s2")).status == "failed"

        await until(failed)
        assert (await call(memory_bus, tenant="acme", step_id="s3")).reason == "no provider configured"
    finally:
        follow.cancel()


async def test_a_call_that_comes_before_the_configuration_waits_for_it(memory_bus, pack):
    await apply(memory_bus, {"acme": recording(pack)})
    service = build(memory_bus, Settings())
    early = asyncio.create_task(call(memory_bus))
    await asyncio.sleep(0)
    assert not early.done()
    for action in service.on_start:
        await action()
    assert (await early).status == "ok"


async def test_a_provider_that_is_a_pack_falls_back_to_another(memory_bus, pack, tmp_path):
    def provider(name: str, path, priority: int) -> dict:
        return {
            "name": name,
            "kind": "pack",
            "priority": priority,
            "retries": 0,
            "domains": ["metrics"],
            "settings": {"path": str(path)},
        }

    await apply(memory_bus, {"acme": {"providers": [provider("a", tmp_path / "none", 200), provider("b", pack, 100)]}})
    service = build(memory_bus, Settings())
    for action in service.on_start:
        await action()
    result = await call(memory_bus, domain="metrics")
    assert (result.status, result.provider) == ("degraded", "b")
    assert [(one.provider, one.status) for one in result.attempts] == [("a", "failed"), ("b", "ok")]
    assert decode(base64.b64decode(result.payload_inline), MetricsResponse).series[0].metric == "latency"
    assert (await call(memory_bus, domain="logs")).reason == "no provider configured"


async def test_probes_find_out_that_a_live_source_is_down(memory_bus):
    prometheus = {
        "name": "prom-main",
        "kind": "prometheus",
        "breaker_failures_max": 1,
        "settings": {"url": "http://127.0.0.1:1", "queries": [{"metric": "m", "promql": "m"}]},
    }
    await apply(memory_bus, {"acme": {"providers": [prometheus]}})
    service = build(memory_bus, Settings(gateway_probe_s=0.01))
    for action in service.on_start:
        await action()
    probing = asyncio.create_task(service.chores[0]())
    asked = itertools.count()

    async def passed_over() -> bool:
        result = await call(memory_bus, domain="metrics", step_id=f"step-{next(asked)}")
        return [one.status for one in result.attempts] == ["unhealthy"]

    await until(passed_over)
    probing.cancel()
    for action in service.on_stop:
        await action()


@pytest.mark.usefixtures("gateway")
async def test_what_two_steps_ask_at_the_same_time_is_read_once_and_each_pays(memory_bus, monkeypatch):
    reads = []
    read = Reader.read

    async def counted(self, *asked, **told):
        reads.append(asked)
        await asyncio.sleep(0)  # lets the other step ask
        return await read(self, *asked, **told)

    monkeypatch.setattr(Reader, "read", counted)
    first, second = await asyncio.gather(call(memory_bus, step_id="one"), call(memory_bus, step_id="two"))
    assert (first.status, second.status, len(reads)) == ("ok", "ok", 1)
    assert first.payload_inline == second.payload_inline
    assert first.call_id != second.call_id
    records = memory_bus.published(TOOL_CALLED, tenant="acme", investigation="inv")
    assert sorted(record.step_id for record in records) == ["one", "two"]
