"""`inquest provider list` and `review` on the gateway's own records: three Lokis, one of them poor and one ill."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
from inquest.cli.provider_list import as_text, rows_of
from inquest.cli.provider_review import Scope, reviewed
from inquest.cli.provider_review import as_text as review_text
from inquest.cli.provider_use import Use
from inquest.config import Config, ConfigStore, TenantConfig
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import Query, ToolAttempt, ToolCall, ToolComparison, ToolDrift, ToolRequest, Window
from inquest.contracts.subjects import TOOL_CALL, TOOL_CALLED, TOOL_COMPARED, TOOL_DRIFTED
from inquest.contracts.topology import CONFIG, GATEWAY_LEDGER
from inquest.gateway.service import build
from inquest.gateway.settings import Settings
from inquest.ledger import LedgerAway
from inquest.ledger.nats import BusLedger
from inquest.testkit.apis.loki import T0, LokiServer, lines
from inquest.testkit.backends import Backend, Reply

LONG_AGO = T0 - timedelta(days=1000)
CALLS = 21


def loki(name, url, priority):
    settings = {"url": url, "selector": '{namespace="shop"}'}
    return {"name": name, "kind": "loki", "priority": priority, "retries": 0, "settings": settings}


async def ask(bus, number):
    window = Window(start=T0 + timedelta(seconds=number), end=T0 + timedelta(minutes=10))
    request = ToolRequest(
        tenant="acme", investigation_id="i1", step_id=f"s{number}", domain="logs", query=Query(window=window)
    )
    return await bus.request(TOOL_CALL, request, timeout_s=10, domain="logs", tenant="acme")


@pytest.fixture
async def tenant(memory_bus):
    """Yield the tenant's configuration, with a gateway that serves it."""
    async with AsyncExitStack() as stack:
        whole = await stack.enter_async_context(Backend(serve=LokiServer(lines())).listening())
        poor = await stack.enter_async_context(Backend(serve=LokiServer(lines(6))).listening())
        ill = await stack.enter_async_context(Backend(serve=lambda _: Reply(500)).listening())
        providers = [loki("ill", ill.url, 300), loki("poor", poor.url, 200), loki("whole", whole.url, 100)]
        config = Config.model_validate({"tenants": {"acme": {"providers": providers}}})
        await ConfigStore(memory_bus.kv(CONFIG)).apply(config, "test", T0)
        service = build(memory_bus, Settings())
        for start in service.on_start:
            await start()
        yield config.tenants["acme"]
        for action in service.on_stop:
            await action()


async def listed(bus, ledger=None):
    return {
        one.provider: one
        for one in await rows_of(bus, ledger or BusLedger(bus, bus.kv(GATEWAY_LEDGER)), "acme", LONG_AGO)
    }


@pytest.mark.usefixtures("tenant")
async def test_before_the_first_call_nothing_is_invented(memory_bus):
    rows = await listed(memory_bus)
    assert [(one.provider, one.priority) for one in rows.values()] == [("ill", 300), ("poor", 200), ("whole", 100)]
    for one in rows.values():
        assert (one.health, one.calls, one.error_rate, one.latency_ms_p95, one.drift) == ("well", 0, None, None, None)
    text = as_text(list(rows.values()), LONG_AGO)
    assert "ill       loki  well        0       -       -       -  cheap  none" in text
    assert text.endswith("- is not known.")


@pytest.mark.usefixtures("tenant")
async def test_health_errors_and_latency_are_those_of_the_calls(memory_bus):
    for number in range(3):
        assert (await ask(memory_bus, number)).provider == "poor"
    rows = await listed(memory_bus)
    ill, poor, whole = rows["ill"], rows["poor"], rows["whole"]
    assert (ill.health, ill.calls, ill.error_rate, ill.latency_ms_p50) == ("resting", 3, 1.0, None)
    assert "500" in ill.reason
    assert (poor.health, poor.calls, poor.error_rate) == ("well", 3, 0.0)
    assert 0 < poor.latency_ms_p50 <= poor.latency_ms_p95
    assert poor.size_bytes > 0
    assert (whole.calls, whole.error_rate) == (0, None)
    text = as_text(list(rows.values()), LONG_AGO)
    assert "acme/ill: resting, for another " in text
    assert "100.0%" in text


@pytest.mark.usefixtures("tenant")
async def test_the_last_drift_is_told_with_its_time(memory_bus):
    drift = ToolDrift(tenant="acme", provider="poor", mapping="loki", changes=("the tool a is gone",))
    await memory_bus.publish(TOOL_DRIFTED, drift, tenant="acme", provider="poor")
    poor = (await listed(memory_bus))["poor"]
    assert (poor.drift.changes, poor.drift.at) == (("the tool a is gone",), memory_bus.now)
    assert "acme/poor: drifted 2026-01-01 00:00Z: the tool a is gone" in as_text([poor], LONG_AGO)


class Away:
    async def health(self, key):
        raise LedgerAway("no answer in time")


@pytest.mark.usefixtures("tenant")
async def test_without_the_ledger_health_is_unknown(memory_bus):
    for one in (await listed(memory_bus, Away())).values():
        assert (one.health, one.reason) == ("unknown", "the ledger does not answer: no answer in time")


async def test_without_a_gateway_that_is_told(memory_bus):
    with pytest.raises(InquestError, match="no gateway says which providers there are"):
        await listed(memory_bus)


async def scoped(bus, tenant, questions=20, domain="logs"):
    rows, whole = await reviewed(bus, tenant, Scope("acme", domain, LONG_AGO, questions))
    assert whole
    return {one.provider: one for one in rows}


async def test_a_review_asks_all_the_same_and_says_which_one_to_replace(memory_bus, tenant, capsys):
    for number in range(CALLS):
        await ask(memory_bus, number)
    rows = await scoped(memory_bus, tenant)
    ill, poor, whole = rows["ill"], rows["poor"], rows["whole"]
    assert (poor.recorded, poor.asked_again, whole.recorded, whole.asked_again) == (CALLS, 20, 0, 20)
    assert whole.coverage == 1
    assert poor.coverage < 0.3
    assert whole.agreement["poor"] == poor.agreement["whole"] < 0.5
    assert poor.agreement["ill"] is None  # it answered nothing
    assert (poor.judgement.advice, poor.judgement.instead) == ("replace", "whole")
    assert (ill.judgement.advice, ill.judgement.instead) == ("replace", "whole")
    assert whole.judgement.advice == "keep"
    told = capsys.readouterr().err
    assert "logs: whole was asked 20 of 20" in told
    text = review_text(list(rows.values()), Scope("acme", "logs", LONG_AGO, 20), whole=True)
    assert "→ poor: replace by whole: whole finds 100% of what is there, this one " in text


async def test_recorded_calls_alone_are_not_enough_to_replace_one(memory_bus, tenant):
    for number in range(CALLS):
        await ask(memory_bus, number)
    rows = await scoped(memory_bus, tenant, questions=0)
    assert (rows["poor"].coverage, rows["poor"].judgement.advice) == (None, "keep")
    assert rows["whole"].judgement.advice == "too few calls"


async def test_a_few_calls_say_nothing(memory_bus, tenant):
    await ask(memory_bus, 1)
    rows = await scoped(memory_bus, tenant)
    assert {one.judgement.advice for one in rows.values()} == {"too few calls"}


async def test_a_provider_that_cannot_be_asked_from_here_is_not_blamed(memory_bus, tenant, monkeypatch):
    for number in range(CALLS):
        await ask(memory_bus, number)
    monkeypatch.delenv("INQUEST_TEST_NO_SUCH_TOKEN", raising=False)
    raw = [loki(one.name, str(one.settings.url), one.priority) for one in tenant.providers]
    raw[2]["settings"]["auth"] = {"kind": "bearer", "token": "env:INQUEST_TEST_NO_SUCH_TOKEN"}
    barred = TenantConfig.model_validate({"providers": raw})
    rows = await scoped(memory_bus, barred)
    assert rows["whole"].asked_again == 0
    assert rows["whole"].barred
    assert rows["whole"].judgement.advice == "too few calls"
    assert "not asked again: " in review_text(list(rows.values()), Scope("acme", "logs", LONG_AGO, 20), whole=True)


async def test_dual_reads_are_counted(memory_bus, tenant):
    for number, equal in enumerate((True, False, True)):
        compared = ToolComparison(
            tenant="acme",
            investigation_id="i1",
            call_id=f"c{number}",
            domain="logs",
            external="poor",
            internal="whole",
            led_by="external",
            equal=equal,
            compared_at=datetime(2026, 3, 1, tzinfo=UTC),
        )
        await memory_bus.publish(TOOL_COMPARED, compared, tenant="acme", investigation="i1")
    rows = await scoped(memory_bus, tenant, questions=0)
    assert rows["poor"].dual_reads == rows["whole"].dual_reads == (3, 2)
    assert "dual reads: 2 of 3 without a difference" in review_text(
        list(rows.values()), Scope("acme", "logs", LONG_AGO, 0), whole=False
    )


async def test_a_domain_without_providers_is_told(memory_bus, tenant):
    with pytest.raises(InquestError, match="tenant acme has no provider of chat"):
        await scoped(memory_bus, tenant, domain="chat")


async def fail_in_use(memory_bus, count):
    """Leave records of calls that a provider answered with what does not fit; its probe is well all the while."""
    for number in range(count):
        failed = ToolAttempt(
            provider="whole", status="failed", duration_ms=1, error="malformed", reason=f"no streams, {number}"
        )
        call = ToolCall(
            call_id=f"c{number}",
            tenant="acme",
            investigation_id="i1",
            step_id=f"s{number}",
            domain="logs",
            status="failed",
            called_at=T0,
            attempts=(failed,),
        )
        await memory_bus.publish(TOOL_CALLED, call, tenant="acme", investigation="i1")


@pytest.mark.usefixtures("tenant")
@pytest.mark.parametrize(("count", "health"), [(2, "well"), (3, "failing")])
async def test_a_provider_whose_probe_alone_is_well_is_failing(memory_bus, count, health):
    await fail_in_use(memory_bus, count)
    whole = (await listed(memory_bus))["whole"]
    assert whole.health == health
    if health == "failing":
        assert whole.reason == "3 failures since its last answer, at last: no streams, 2"


def test_an_answer_ends_the_row_of_failures():
    use = Use()
    for error in ("unsupported", "malformed", "timeout", "auth", None, "malformed"):  # the newest first
        use.note(1.0, error)
    assert (use.failing, use.failed, use.asked) == (2, 4, 6)  # a time-out passes; the probe shows whether it did
