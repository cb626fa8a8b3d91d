"""Evidence from a configured Loki and a configured Prometheus: no pack, the real gateway and the real worker."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
from inquest.config import Config, ConfigStore
from inquest.contracts.latest import CapabilityTask, Evidence, Focus, ListInterfaces, StepFinished, Window
from inquest.contracts.subjects import EVIDENCE_COLLECTED, INTERFACES_LIST, STEP_FINISHED, STEP_RUN, TOOL_CALLED
from inquest.contracts.topology import CONFIG
from inquest.gateway.service import build
from inquest.gateway.settings import Settings
from inquest.testkit.apis.loki import Entry, LokiServer
from inquest.testkit.backends import Backend, Received, Reply
from inquest.worker.service import build as build_worker
from inquest.worker.settings import Settings as WorkerSettings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = Window(start=NOON, end=NOON + timedelta(minutes=10))
BASELINE = Window(start=NOON - timedelta(minutes=60), end=NOON)
FAULT_S = NOON.timestamp() + 180


def entries() -> list[Entry]:
    """A quiet hour, then errors of a service that Loki calls by another name."""
    start_s = int(BASELINE.start.timestamp())
    return [
        Entry(
            (start_s + 10 * number) * 10**9,
            "connection pool exhausted: no connection within 30000 ms, password=hunter2"
            if (faulty := start_s + 10 * number >= FAULT_S)
            else f"GET /checkout/{number} 200",
            {"namespace": "shop", "service_name": "checkout-svc", "detected_level": "error" if faulty else "info"},
        )
        for number in range(420)
    ]


def latency(received: Received) -> Reply:
    """Latency at 0.1 s, then 1.4 s."""
    if received.path == "/-/ready":
        return Reply(body=b"ready", headers={"content-type": "text/plain"})
    asked = dict(part.split("=", 1) for part in received.body.decode().split("&"))
    times = range(int(asked["start"]), int(asked["end"]) + 1, int(asked["step"]))
    values = [[time, "1.4" if time >= FAULT_S else f"0.1{time // 15 % 3}"] for time in times]
    result = [{"metric": {"service": "checkout"}, "values": values}]
    return Reply(body={"status": "success", "data": {"resultType": "matrix", "result": result}})


@pytest.fixture
async def sources(memory_bus):
    async with AsyncExitStack() as stack:
        loki = await stack.enter_async_context(Backend(serve=LokiServer(entries())).listening())
        prometheus = await stack.enter_async_context(Backend(serve=latency).listening())
        queries = [{"metric": "latency_p99", "promql": "latency", "unit": "s"}]
        tenant = {
            "providers": [
                {"name": "loki-main", "kind": "loki", "settings": {"url": loki.url, "selector": '{namespace="shop"}'}},
                {"name": "prom-main", "kind": "prometheus", "settings": {"url": prometheus.url, "queries": queries}},
            ],
            "catalogue": {"services": [{"service_id": "checkout", "aliases": {"loki": ["checkout-svc"]}}]},
        }
        config = Config.model_validate({"tenants": {"acme": tenant}})
        await ConfigStore(memory_bus.kv(CONFIG)).apply(config, "test", NOON)
        service = build(memory_bus, Settings())
        for action in service.on_start:
            await action()
        build_worker(memory_bus, WorkerSettings())
        yield
        for action in service.on_stop:
            await action()


async def run(bus, capability: str) -> tuple[list[Evidence], StepFinished]:
    task = CapabilityTask(
        step_id=capability,
        tenant="acme",
        investigation_id="i1",
        capability_id=capability,
        window=WINDOW,
        baseline=BASELINE,
        focus=Focus(services=("checkout",)),
    )
    keys = {"tenant": "acme", "investigation": "i1"}
    await bus.publish(STEP_RUN, task, capability=capability, priority="normal", **keys)
    await bus.settle()
    assert bus.errors == []
    [finished] = bus.published(STEP_FINISHED, step=capability, **keys)
    return bus.published(EVIDENCE_COLLECTED, step=capability, **keys), finished


@pytest.mark.usefixtures("sources")
@pytest.mark.parametrize(
    ("capability", "provider", "kind", "says"),
    [
        ("collect-error-signatures", "loki-main", "log", "pool exhausted"),
        ("collect-symptoms", "prom-main", "metric", "latency_p99"),
    ],
)
async def test_a_capability_is_served_by_the_source_that_is_configured(memory_bus, capability, provider, kind, says):
    evidence, finished = await run(memory_bus, capability)
    assert [(one.provider, one.status) for one in finished.coverage] == [(provider, "looked")]
    found = [one for one in evidence if one.kind == kind and one.entity == "checkout"]
    assert any(says in one.statement for one in found), [one.statement for one in evidence]
    assert {one.provenance.provider for one in found} == {provider}
    onsets = [one.onset_at.timestamp() for one in found if one.onset_at]
    assert any(abs(onset - FAULT_S) <= 60 for onset in onsets)
    assert "hunter2" not in "".join(one.model_dump_json() for one in evidence)
    [record] = memory_bus.published(TOOL_CALLED)
    assert record.provider == provider


@pytest.mark.usefixtures("sources")
async def test_what_can_be_asked_can_be_listed(memory_bus):
    listed = await memory_bus.request(INTERFACES_LIST, ListInterfaces(tenant="acme"), timeout_s=5, tenant="acme")
    assert [one.interface_id for one in listed.interfaces] == ["logs.loki-main", "metrics.prom-main"]
    one = ListInterfaces(tenant="acme", domain="metrics")
    listed = await memory_bus.request(INTERFACES_LIST, one, timeout_s=5, tenant="acme")
    assert [one.kind for one in listed.interfaces] == ["prometheus"]
