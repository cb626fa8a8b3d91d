"""A domain that is switched and a policy that forbids one of its sides; and which refusal the audit names."""

from datetime import UTC, datetime

import pytest
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts.latest import Query, SwitchProvider, ToolRequest, ToolResult, Window
from inquest.contracts.topology import CONFIG
from inquest.gateway.service import build
from inquest.gateway.settings import Settings
from inquest.packs import PackMeta, TimeRange, write_pack

BASE = 1_772_373_600.0
WINDOW = Window(start=datetime.fromtimestamp(BASE, UTC), end=datetime.fromtimestamp(BASE + 600, UTC))
NO_OURS = """
@id("no-ours") @because("it is not ready")
forbid (principal, action, resource) when { resource.provider == "ours" };
"""
KEPT_OUT = "ours was not asked: refused by rule no-ours because it is not ready"


@pytest.fixture
async def gateway(memory_bus, tmp_path, request):
    """A gateway with an external and an internal source of logs, the internal one forbidden; `param`: who answers."""
    providers = []
    for name, side in (("loki", "external"), ("ours", "internal")):
        line = {"time": BASE + 1, "service": "cart", "message": "slow"}
        meta = PackMeta(id=name, title="t", window=TimeRange(BASE, BASE + 600))
        folder = write_pack(tmp_path / name, meta=meta, signal={"source": "generic", "body": {}}, logs=[line])
        settings = {"path": str(folder)}
        providers.append({"name": name, "kind": "pack", "domains": ["logs"], "side": side, "settings": settings})
    switching = {"logs": request.param} if getattr(request, "param", None) else {}
    tenant = {"providers": providers, "switching": switching, "policy": {"text": NO_OURS}}
    config = Config.model_validate({"tenants": {"acme": tenant}})
    await ConfigStore(memory_bus.kv(CONFIG)).apply(config, "test", WINDOW.start)
    service = build(memory_bus, Settings())
    for action in service.on_start:
        await action()
    yield memory_bus
    for action in service.on_stop:
        await action()


async def call(bus, step: str = "step", **more) -> ToolResult:
    given = {"tenant": "acme", "investigation_id": "inv", "step_id": step, "domain": "logs"}
    request = ToolRequest(**given, query=Query(window=WINDOW), **more)
    return await bus.request(s.TOOL_CALL, request, timeout_s=20, domain="logs", tenant="acme")


def audited(bus):
    records = bus.published(s.AUDIT_RECORDED)
    return [(one.action, one.reason) for one in records if one.action.endswith("-refused")]


INTERNAL = {"use": "internal"}
LED_BY_OURS = {"use": "both", "percent": 100, "compare_percent": 0}
LED_BY_LOKI = {"use": "both", "percent": 0, "compare_percent": 100}


@pytest.mark.parametrize("gateway", [INTERNAL], indirect=True)
async def test_the_side_that_was_chosen_and_is_forbidden_is_refused_by_that_rule(gateway):
    result = await call(gateway)
    assert (result.status, result.rules, result.attempts) == ("refused", ("no-ours",), ())
    assert result.reason == "refused by rule no-ours because it is not ready"
    assert audited(gateway) == [("policy-refused", result.reason)]


async def test_a_promotion_by_command_is_honoured_as_well(gateway):
    assert (await call(gateway)).provider == "loki"
    wish = SwitchProvider(tenant="acme", domain="logs", action="promote", by="ada")
    assert (await gateway.request(s.PROVIDER_SWITCH, wish, timeout_s=5, tenant="acme")).changed
    assert (await call(gateway, "after")).rules == ("no-ours",)
    back = wish.model_copy(update={"action": "rollback"})
    await gateway.request(s.PROVIDER_SWITCH, back, timeout_s=5, tenant="acme")
    assert ((await call(gateway, "back")).provider, (await call(gateway, "back")).rules) == ("loki", ())


@pytest.mark.parametrize("gateway", [LED_BY_OURS, LED_BY_LOKI], indirect=True)
async def test_with_both_the_other_side_answers_and_says_why(gateway):
    result = await call(gateway)
    assert (result.status, result.provider, result.rules) == ("ok", "loki", ("no-ours",))
    assert KEPT_OUT in result.problems
    assert gateway.published(s.TOOL_COMPARED) == []


async def test_a_refusal_over_budget_is_no_refusal_by_the_rule_that_kept_another_out(gateway):
    await gateway.add("acme", "inv", "calls", amount=1)
    refused = await call(gateway, calls_max=1)
    assert refused.reason.startswith("over budget")
    assert audited(gateway) == [("budget-refused", refused.reason), ("policy-refused", KEPT_OUT)]
