"""Every limit on what is read, through the whole gateway."""

import asyncio
from datetime import UTC, datetime

import pytest
from inquest.config import Config, ConfigStore
from inquest.contracts.latest import Query, Share, ToolRequest, ToolResult, Window
from inquest.contracts.subjects import TOOL_CALL, TOOL_CALLED
from inquest.contracts.topology import CONFIG, GATEWAY_JOURNAL
from inquest.gateway.service import build
from inquest.gateway.settings import Settings
from inquest.packs import PackMeta, TimeRange, write_pack
from inquest.testkit.fixtures import until

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
        **{"query": Query(window=Window(**WINDOW)), "capability_id": "collect-symptoms", **more},
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


async def calls_of(bus) -> int:
    return await bus.add("acme", "inv", "calls", amount=0)


async def test_a_call_that_is_asked_again_costs_nothing_more(gateway):
    first = await call(gateway, "a", calls_max=1)
    again = await call(gateway, "a", calls_max=1)  # there is no room for it, and it needs none
    assert (again.recorded, again.payload_sha256) == (True, first.payload_sha256)
    await until(lambda: _is(gateway, 1))
    assert (await call(gateway, "b", calls_max=1)).status == "refused"
    await until(lambda: _is(gateway, 1))


async def _is(bus, calls: int) -> bool:
    return await calls_of(bus) == calls


async def test_of_calls_that_were_made_before_none_takes_the_place_of_a_new_one(gateway):
    await asyncio.gather(*(call(gateway, f"old-{number}", calls_max=5) for number in range(4)))
    olds = [call(gateway, f"old-{number}", calls_max=5) for number in range(4)]
    *again, new = await asyncio.gather(*olds, call(gateway, "new", calls_max=5))
    assert all(one.recorded for one in again)
    assert new.status == "ok"
    await until(lambda: _is(gateway, 5))


async def test_a_recorded_answer_does_not_wait_for_a_ledger_that_is_away(gateway, monkeypatch):
    await call(gateway, "a")
    back = asyncio.Event()
    add = gateway.add

    async def away(*tokens, amount):
        await back.wait()
        return await add(*tokens, amount=amount)

    monkeypatch.setattr(gateway, "add", away)
    assert (await call(gateway, "a")).recorded
    back.set()
    monkeypatch.undo()
    await until(lambda: _is(gateway, 1))


async def test_what_a_malformed_question_would_cost_is_not_taken(gateway):
    malformed = await call(gateway, "a", query=Query(window=Window(**WINDOW), path="/etc"))
    assert (malformed.status, malformed.error) == ("failed", "malformed")
    assert await calls_of(gateway) == 0


async def test_who_asks_again_meanwhile_waits_with_who_asked_first(gateway, monkeypatch):
    journal = gateway.kv(GATEWAY_JOURNAL)
    created, create = [], journal.create

    async def slow(key, value):
        created.append(key)
        await go.wait()
        return await create(key, value)

    go = asyncio.Event()
    monkeypatch.setattr(journal, "create", slow)
    asking = [asyncio.create_task(call(gateway, "a")) for _ in range(5)]
    await until(lambda: bool(created))
    go.set()
    answers = await asyncio.gather(*asking)
    assert len(created) == 1
    assert {one.recorded for one in answers} == {False}
    assert len(gateway.published(TOOL_CALLED, tenant="acme", investigation="inv")) == 1


async def test_what_was_told_once_is_not_looked_for_again(gateway, monkeypatch):
    await call(gateway, "a")

    async def read(*_, **__):
        pytest.fail("the stream was read")

    monkeypatch.setattr(gateway, "read", read)
    assert (await call(gateway, "a")).recorded
