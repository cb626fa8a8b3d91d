"""Approved writes that are not made at once: what leaves an approval standing, and what uses it up."""

import json
from datetime import UTC, datetime

import pytest
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts.latest import DecideApproval, Query, ToolRequest, ToolResult, Window
from inquest.contracts.topology import CONFIG, GATEWAY_APPROVALS, GATEWAY_LEDGER
from inquest.gateway.service import build
from inquest.gateway.settings import Settings
from inquest.ledger import Circuit, LedgerAway
from inquest.ledger.nats import BusLedger
from inquest.testkit.desk import Desk
from inquest.testkit.fixtures import until

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
MAY_WRITE = '@id("desk-may-write") permit (principal, action == Action::"write", resource);'


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
async def gateway(memory_bus, desk, request):
    """A gateway whose tenant may write to the desk; `param` changes the settings of that."""
    provider = desk.provider()
    provider["settings"] |= getattr(request, "param", {})
    tenant = {"providers": [provider], "policy": {"text": MAY_WRITE}}
    config = Config.model_validate({"tenants": {"acme": tenant}})
    await ConfigStore(memory_bus.kv(CONFIG)).apply(config, "test", T0)
    service = build(memory_bus, Settings())
    for action in service.on_start:
        await action()
    yield memory_bus
    for action in service.on_stop:
        await action()


async def write(bus, **more) -> ToolResult:
    request = ToolRequest(
        tenant="acme",
        investigation_id="inv",
        step_id="step",
        domain="tickets",
        query=Query(window=Window(start=T0, end=T0), text="pool is too small"),
        access="write",
        **more,
    )
    return await bus.request(s.TOOL_CALL, request, timeout_s=20, domain="tickets", tenant="acme")


async def approved(bus) -> str:
    """Have the write asked for and approved; return the approval's id."""
    asked = await write(bus)
    wish = DecideApproval(tenant="acme", approval_id=asked.approval_id, decision="give", by="kim")
    assert (await bus.request(s.APPROVAL_DECIDE, wish, timeout_s=5, tenant="acme")).problem == ""
    return asked.approval_id


async def state(bus, approval_id) -> str:
    entry = await bus.kv(GATEWAY_APPROVALS).get(f"acme.{approval_id}")
    return json.loads(entry.value)["state"]


def said(bus):
    """Return the records of calls after the first, which asked for the approval."""
    return [one.status for one in bus.published(s.TOOL_CALLED)][1:]


def refusals(bus):
    records = bus.published(s.AUDIT_RECORDED)
    return [(one.action, one.reason) for one in records if one.action in {"budget-refused", "policy-refused"}]


async def test_a_refusal_over_budget_leaves_an_approval_standing(gateway, desk):
    approval_id = await approved(gateway)
    await gateway.add("acme", "inv", "calls", amount=1)
    refused = await write(gateway, calls_max=1)
    assert (refused.status, refused.approval_id) == ("refused", approval_id)
    assert refused.reason.startswith("over budget: ")
    assert refused.reason.endswith("; nothing was written, and the approval still stands")
    assert (await state(gateway, approval_id), desk.written) == ("given", [])
    done = await write(gateway, calls_max=2)
    assert (done.status, done.recorded, desk.written) == ("ok", False, ["pool is too small"])
    assert (await state(gateway, approval_id), (await write(gateway)).recorded) == ("used", True)
    assert said(gateway) == ["refused", "ok"]
    assert refusals(gateway)[1] == ("budget-refused", refused.reason)


async def test_while_budgets_are_not_counted_an_approval_stands(gateway, desk, monkeypatch):
    approval_id = await approved(gateway)

    async def away(*_args):
        raise LedgerAway("no route")

    with monkeypatch.context() as patch:
        patch.setattr(BusLedger, "reserve", away)
        failed = await write(gateway, timeout_ms=200)
    assert (failed.status, await state(gateway, approval_id)) == ("failed", "given")
    assert ((await write(gateway)).status, desk.written) == ("ok", ["pool is too small"])
    assert said(gateway) == ["failed", "ok"]


async def test_a_provider_that_rests_is_not_asked_and_uses_no_approval(gateway, desk):
    ledger = BusLedger(gateway, gateway.kv(GATEWAY_LEDGER))
    approval_id = await approved(gateway)
    for _ in range(3):
        await ledger.failed("acme/desk", "it burns", Circuit(3, 60))
    failed = await write(gateway)
    assert (failed.status, [one.status for one in failed.attempts]) == ("failed", ["unhealthy"])
    assert (await state(gateway, approval_id), desk.written) == ("given", [])
    await ledger.succeeded("acme/desk")
    results = []

    async def made() -> bool:  # once the gateway has heard that it is well again
        results.append(await write(gateway))
        return results[-1].status == "ok"

    await until(made)
    assert desk.written == ["pool is too small"]


@pytest.mark.parametrize("gateway", [{"stdio": {"command": ["false"]}}], indirect=True)
async def test_what_fails_once_the_approval_is_used_is_not_made_again(gateway, desk, tmp_path):
    """Whether it was sent is not asked: the approval was for one attempt."""
    approval_id = await approved(gateway)
    failed = await write(gateway)
    assert (failed.status, await state(gateway, approval_id)) == ("failed", "used")
    again = await write(gateway)
    assert (again.status, again.recorded, again.reason) == ("failed", True, failed.reason)
    assert said(gateway) == ["failed"]


async def test_an_approval_that_ends_in_between_can_be_asked_for_anew(gateway, desk, monkeypatch):
    approval_id = await approved(gateway)
    kv, key = gateway.kv(GATEWAY_APPROVALS), f"acme.{approval_id}"
    entry = json.loads((await kv.get(key)).value)
    reserve = BusLedger.reserve

    async def ends(self, *args):  # after the policy looked at it, before it is used
        await kv.put(key, json.dumps(entry | {"expires_at": "2026-01-01T00:00:00Z"}).encode())
        return await reserve(self, *args)

    with monkeypatch.context() as patch:
        patch.setattr(BusLedger, "reserve", ends)
        refused = await write(gateway)
    assert (refused.status, refused.rules) == ("refused", ())
    assert "the approval ended" in refused.reason
    assert refusals(gateway)[-1] == ("policy-refused", refused.reason)
    await approved(gateway)
    assert ((await write(gateway)).status, desk.written) == ("ok", ["pool is too small"])
