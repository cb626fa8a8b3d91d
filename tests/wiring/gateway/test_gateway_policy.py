"""Policies and approvals at work: what is refused, what waits for a person, and what was really written."""

import json
import time
from datetime import UTC, datetime

import pytest
from inquest.config import Config, ConfigStore, TenantConfig
from inquest.contracts import subjects as s
from inquest.contracts.latest import (
    DecideApproval,
    ListApprovals,
    Query,
    TicketsRequest,
    ToolRequest,
    ToolResult,
    Window,
)
from inquest.contracts.topology import CONFIG, GATEWAY_APPROVALS
from inquest.gateway.conformance.making import making
from inquest.gateway.ports import Context, ProviderError
from inquest.gateway.service import build
from inquest.gateway.settings import Settings
from inquest.packs import PackMeta, TimeRange, write_pack
from inquest.testkit.desk import Desk

BASE = 1_772_373_600.0
WINDOW = Window(start=datetime.fromtimestamp(BASE, UTC), end=datetime.fromtimestamp(BASE + 600, UTC))
MAY_WRITE = '@id("desk-may-write") permit (principal, action == Action::"write", resource);'
NO_PAYMENTS = """
@id("no-payments") @because("payments are not read by machines")
forbid (principal, action, resource) when { context.every_service || context.services.contains("payments") };
@id("no-loose-pack") @because("it is being moved")
forbid (principal, action, resource) when { resource.provider == "loose" };
"""


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
async def gateways(memory_bus):
    """Return what starts a gateway with one tenant `acme`, and ends it after the test."""
    ends = []

    async def start(tenant: dict, everybody: str = "") -> None:
        config = {"tenants": {"acme": tenant}, "policy": {"text": everybody}}
        await ConfigStore(memory_bus.kv(CONFIG)).apply(Config.model_validate(config), "test", datetime.now(UTC))
        service = build(memory_bus, Settings())
        for action in service.on_start:
            await action()
        ends.extend(service.on_stop)

    yield start
    for action in ends:
        await action()


def pack(tmp_path, name):
    folder = write_pack(
        tmp_path / name,
        meta=PackMeta(id=name, title="t", window=TimeRange(BASE, BASE + 600)),
        signal={"source": "generic", "body": {}},
        logs=[{"time": BASE + 1, "service": "cart", "message": "hello"}],
    )
    return {"name": name, "kind": "pack", "domains": ["logs"], "settings": {"path": str(folder)}}


async def call(bus, step_id="step", domain="logs", access="read", capability=None, **query) -> ToolResult:
    request = ToolRequest(
        tenant="acme",
        investigation_id="inv",
        step_id=step_id,
        domain=domain,
        query=Query(window=WINDOW, **query),
        access=access,
        capability_id=capability,
    )
    return await bus.request(s.TOOL_CALL, request, timeout_s=20, domain=domain, tenant="acme")


async def write(bus, step_id="step", text="pool is too small") -> ToolResult:
    return await call(bus, step_id, "tickets", "write", text=text)


async def decide(bus, approval_id, decision="give", **more):
    wish = DecideApproval(tenant="acme", approval_id=approval_id, decision=decision, by="kim", **more)
    return await bus.request(s.APPROVAL_DECIDE, wish, timeout_s=5, tenant="acme")


def actions(bus):
    return [one.action for one in bus.published(s.AUDIT_RECORDED)]


async def test_a_rule_refuses_a_read_in_the_result_the_record_and_the_audit(memory_bus, gateways, tmp_path):
    await gateways({"providers": [pack(tmp_path, "whole")], "policy": {"text": NO_PAYMENTS}})
    result = await call(memory_bus, services=["payments"])
    assert (result.status, result.rules) == ("refused", ("no-payments",))
    assert result.reason == "refused by rule no-payments because payments are not read by machines"
    [record] = memory_bus.published(s.TOOL_CALLED)
    assert (record.status, record.rules, record.reason) == ("refused", result.rules, result.reason)
    [audited] = memory_bus.published(s.AUDIT_RECORDED)
    assert (audited.action, audited.outcome, audited.about) == ("policy-refused", "refused", "inv")
    assert await memory_bus.add("acme", "inv", "calls", amount=0) == 0
    assert (await call(memory_bus, "step-2", services=["cart"])).status == "ok"
    assert (await call(memory_bus, "step-3")).rules == ("no-payments",)  # all services: payments too


async def test_the_audit_names_every_provider_that_one_rule_kept_out(memory_bus, gateways, tmp_path):
    loose = '@id("no-loose") forbid (principal, action, resource) when { resource.provider like "loose*" };'
    packs = [pack(tmp_path, name) for name in ("loose-1", "loose-2", "whole")]
    await gateways({"providers": packs, "policy": {"text": loose}})
    assert (await call(memory_bus)).rules == ("no-loose",)
    [audited] = memory_bus.published(s.AUDIT_RECORDED)
    assert audited.reason == "; ".join(f"loose-{n} was not asked: refused by rule no-loose" for n in (1, 2))


async def test_a_provider_that_is_forbidden_is_passed_over_and_named(memory_bus, gateways, tmp_path):
    providers = [{**pack(tmp_path, "loose"), "priority": 200}, pack(tmp_path, "whole")]
    await gateways({"providers": providers, "policy": {"text": NO_PAYMENTS}})
    result = await call(memory_bus, services=["cart"])
    assert (result.status, result.provider, result.rules) == ("ok", "whole", ("no-loose-pack",))
    assert "loose was not asked: refused by rule no-loose-pack because it is being moved" in result.problems
    assert [one.provider for one in result.attempts] == ["whole"]
    assert actions(memory_bus) == ["policy-refused"]


async def test_rules_for_all_tenants_hold_beside_their_own_and_name_capabilities(memory_bus, gateways, tmp_path):
    everybody = '@id("no-log-reader") forbid (principal == Capability::"log-reader", action, resource);'
    await gateways({"providers": [pack(tmp_path, "whole")], "policy": {"text": NO_PAYMENTS}}, everybody)
    assert (await call(memory_bus, capability="log-reader", services=["cart"])).rules == ("no-log-reader",)
    assert (await call(memory_bus, capability="another", services=["cart"])).status == "ok"


async def test_a_rule_counts_what_was_spent(memory_bus, gateways, tmp_path):
    text = '@id("two-calls") forbid (principal, action, resource) when { context.spent.calls >= 2 };'
    await gateways({"providers": [pack(tmp_path, "whole")], "policy": {"text": text}})
    assert [(await call(memory_bus, f"step-{n}")).status for n in range(3)] == ["ok", "ok", "refused"]


async def test_without_a_rule_that_permits_nothing_is_written_and_nobody_is_asked(memory_bus, gateways, desk):
    await gateways({"providers": [desk.provider()]})
    result = await write(memory_bus)
    assert (result.status, result.reason, result.approval_id) == ("refused", "refused: no rule permits it", None)
    assert (desk.written, await memory_bus.kv(GATEWAY_APPROVALS).keys()) == ([], [])


async def test_a_question_never_reaches_what_writes(memory_bus, gateways, desk):
    await gateways({"providers": [desk.provider()], "policy": {"text": MAY_WRITE}})
    assert (await call(memory_bus, domain="tickets")).reason == "no provider configured"
    assert desk.written == []


async def test_a_write_waits_for_a_person_and_is_made_once(memory_bus, gateways, desk):
    await gateways({"providers": [desk.provider()], "policy": {"text": MAY_WRITE}})
    asked = await write(memory_bus)
    assert (asked.status, asked.rules) == ("refused", ("inquest-approval",))
    assert f"approval {asked.approval_id} waits" in asked.reason
    [waiting] = (
        await memory_bus.request(s.APPROVALS_LIST, ListApprovals(tenant="acme"), timeout_s=5, tenant="acme")
    ).approvals
    assert (waiting.operation, waiting.provider, waiting.state) == ("create_ticket", "desk", "asked")
    assert json.loads(waiting.question)["query"]["text"] == "pool is too small"
    assert (await write(memory_bus)).status == "refused"  # nobody has said anything yet

    given = await decide(memory_bus, asked.approval_id, request_hash=waiting.request_hash, reason="agreed")
    assert (given.problem, given.approval.state, given.approval.by) == ("", "given", "kim")
    assert (await write(memory_bus, text="another")).status == "refused"  # not what was approved
    done = await write(memory_bus)
    assert (done.status, done.provider, done.approval_id) == ("ok", "desk", asked.approval_id)
    again = await write(memory_bus)
    assert (again.status, again.recorded) == ("ok", True)
    assert desk.written == ["pool is too small"]
    used = ["approval-asked", "policy-refused", "approval-given", "approval-used"]
    assert [one for one in dict.fromkeys(actions(memory_bus)) if one in used] == used
    statuses = [(one.status, one.access) for one in memory_bus.published(s.TOOL_CALLED)]
    assert ("refused", "write") in statuses
    assert ("ok", "write") in statuses


async def test_what_a_person_refused_stays_refused(memory_bus, gateways, desk):
    await gateways({"providers": [desk.provider()], "policy": {"text": MAY_WRITE}})
    asked = await write(memory_bus)
    await decide(memory_bus, asked.approval_id, "refuse", reason="not now")
    result = await write(memory_bus)
    assert result.reason == "refused by rule inquest-approval because kim refused the approval: not now"
    assert "refused already, by kim" in (await decide(memory_bus, asked.approval_id)).problem
    assert desk.written == []


async def test_an_approval_that_ended_has_to_be_asked_for_again(memory_bus, gateways, desk):
    policy = {"text": MAY_WRITE, "approvals": {"given_s": 1}}
    await gateways({"providers": [desk.provider()], "policy": policy})
    asked = await write(memory_bus)
    await decide(memory_bus, asked.approval_id)
    kv, key = memory_bus.kv(GATEWAY_APPROVALS), f"acme.{asked.approval_id}"
    entry = await kv.get(key)
    past = json.loads(entry.value) | {"expires_at": "2026-01-01T00:00:00Z"}
    await kv.put(key, json.dumps(past).encode())
    assert (await write(memory_bus)).status == "refused"
    assert desk.written == []
    assert json.loads((await kv.get(key)).value)["state"] == "asked"


async def test_a_forbidding_rule_stands_above_an_approval(memory_bus, gateways, desk):
    text = MAY_WRITE + '@id("freeze") forbid (principal, action == Action::"write", resource);'
    await gateways({"providers": [desk.provider()], "policy": {"text": text}})
    result = await write(memory_bus)
    assert (result.rules, result.approval_id) == (("freeze",), None)


async def test_a_write_that_nobody_could_read_is_refused(memory_bus, gateways, desk):
    await gateways({"providers": [desk.provider()], "policy": {"text": MAY_WRITE}})
    result = await write(memory_bus, text="x" * 16_000)
    assert "too long to be shown" in result.reason
    assert await memory_bus.kv(GATEWAY_APPROVALS).keys() == []


async def test_policies_that_cannot_be_read_permit_nothing(memory_bus, gateways, tmp_path):
    await gateways({"providers": [pack(tmp_path, "whole")], "policy": {"text": "permit(everybody);"}})
    result = await call(memory_bus)
    assert (result.status, result.rules) == ("refused", ("unreadable",))


async def test_nobody_decides_what_nobody_asked(memory_bus, gateways, desk):
    await gateways({"providers": [desk.provider()]})
    assert (await decide(memory_bus, "nothing")).approval is None


async def test_what_writes_refuses_whoever_comes_past_the_gateway(desk):
    config = TenantConfig.model_validate({"providers": [desk.provider()]})
    question = TicketsRequest(window=WINDOW, text="open it")
    async with making(config.providers[0], "acme", config) as provider:
        assert [(one.access, one.operations) for one in provider.describe()] == [("write", ("create_ticket",))]
        with pytest.raises(ProviderError, match="not called without an approval"):
            await provider.call(question, Context("acme", "tickets", time.monotonic() + 10, 100_000))
    assert desk.written == []
