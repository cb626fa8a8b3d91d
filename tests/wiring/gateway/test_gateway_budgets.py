"""Every limit on what is read, through the whole gateway."""

from datetime import UTC, datetime

import pytest
from inquest.config import Config, ConfigStore
from inquest.contracts.latest import Query, Share, ToolRequest, ToolResult, Window
from inquest.contracts.subjects import TOOL_CALL, TOOL_CALLED
from inquest.contracts.topology import CONFIG
from inquest.gateway.service import build
from inquest.gateway.settings import Settings
from inquest.packs import PackMeta, TimeRange, write_pack

BASE = 1_772_370_000.0
WINDOW = {"start": datetime.fromtimestamp(BASE, UTC), "end": datetime.fromtimestamp(BASE + 600, UTC)}
META = PackMeta(id="pool", title="t", window=TimeRange(BASE, BASE + 600))


@pytest.fixture
async def gateway(memory_bus, tmp_path, request):
    line = {"time": BASE + 1, "service": "cart", "message": "slow"}
    path = write_pack(tmp_path / "pack", meta=META, signal={"source": "generic", "body": {}}, logs=[line])
    tenant = {"recording": {"pack": str(path), "window": WINDOW}, "quota": getattr(request, "param", {})}
    config = Config.model_validate({"tenants": {"acme": tenant, "other": {"recording": tenant["recording"]}}})
    await ConfigStore(memory_bus.kv(CONFIG)).apply(config, "test", datetime.now(UTC))
    service = build(memory_bus, Settings())
    for action in service.on_start:
        await action()
    yield memory_bus
    for action in service.on_stop:
        await action()


async def call(bus, step: str, investigation: str = "inv", tenant: str = "acme", **more) -> ToolResult:
    request = ToolRequest(
        tenant=tenant,
        investigation_id=investigation,
        step_id=step,
        domain="logs",
        query=Query(window=Window(**WINDOW)),
        capability_id="collect-symptoms",
        **more,
    )
    return await bus.request(TOOL_CALL, request, timeout_s=5, domain="logs", tenant=tenant)


def reached(result: ToolResult):
    return [(one.scope, one.name, one.what, one.spent, one.limit, one.window) for one in result.limits_reached]


async def test_declared_tokens_are_counted_and_stop_the_call_that_would_cross(gateway):
    first = await call(gateway, "a", tokens=60, tokens_max=100)
    assert (first.status, first.tokens) == ("ok", 60)
    refused = await call(gateway, "b", tokens=60, tokens_max=100)
    assert (refused.status, refused.tokens) == ("refused", 0)
    assert refused.reason == "over budget: the investigation has spent 60 of 100 tokens"
    assert reached(refused) == [("run", "", "tokens", 60, 100, "")]
    assert (await call(gateway, "c", tokens=40, tokens_max=100)).status == "ok"
    assert await gateway.add("acme", "inv", "tokens", amount=0) == 100
    assert await gateway.add("acme", "inv", "calls", amount=0) == 2
    record = gateway.published(TOOL_CALLED, tenant="acme", investigation="inv")[1]
    assert (record.capability, record.limits_reached) == ("collect-symptoms", refused.limits_reached)


@pytest.mark.parametrize("scope", ["capability", "provider"])
async def test_the_limit_of_a_part_refuses_that_part_and_takes_nothing_from_the_rest(gateway, scope):
    name = {"capability": "collect-symptoms", "provider": "pack"}[scope]
    shares = (Share(scope=scope, name=name, calls_max=1),)
    assert (await call(gateway, "a", shares=shares)).status == "ok"
    refused = await call(gateway, "b", shares=shares)
    assert refused.status == "refused"
    assert reached(refused) == [(scope, name, "calls", 1, 1, "")]
    assert await gateway.add("acme", "inv", "calls", amount=0) == 1
    assert (await call(gateway, "c")).status == "ok"
    assert (await call(gateway, "d", "inv-2", shares=shares)).status == "ok"


async def test_the_time_of_calls_is_limited(gateway):
    assert (await call(gateway, "a", call_s_max=1)).status == "ok"
    await gateway.add("acme", "inv", "call-ms", amount=1500)
    refused = await call(gateway, "b", call_s_max=1)
    assert refused.status == "refused"
    assert refused.limits_reached[0].what == "call-time"
    assert refused.limits_reached[0].spent >= 1.5


@pytest.mark.parametrize("gateway", [{"per_hour": {"calls_max": 2}}], indirect=True)
async def test_the_quota_of_a_tenant_holds_for_all_its_investigations_and_for_no_other_tenant(gateway):
    assert [(await call(gateway, f"step-{n}", f"inv-{n}")).status for n in range(3)] == ["ok", "ok", "refused"]
    refused = await call(gateway, "step-4", "inv-4")
    assert reached(refused) == [("tenant", "", "calls", 2, 2, "hour")]
    assert refused.reason.startswith("over budget: the tenant has made 2 of 2 calls this hour; it begins anew in ")
    assert (await call(gateway, "a", tenant="other")).status == "ok"


@pytest.mark.parametrize("gateway", [{"providers": {"pack": {"per_day": {"bytes_max": 1}}}}], indirect=True)
async def test_the_quota_of_a_provider_is_charged_for_what_it_answered(gateway):
    assert (await call(gateway, "a")).status == "ok"
    refused = await call(gateway, "b", "inv-2")
    assert refused.limits_reached[0].name == "provider pack"
    assert refused.limits_reached[0].window == "day"
