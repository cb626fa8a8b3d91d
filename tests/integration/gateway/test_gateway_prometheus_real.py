"""An exporter never seen before, wired by configuration alone, read from a real Prometheus server."""

import base64
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from inquest.config import Config, ConfigStore
from inquest.contracts.latest import MetricsResponse, Query, SeriesData, ToolRequest, ToolResult, Window
from inquest.contracts.payloads import decode
from inquest.contracts.subjects import TOOL_CALL
from inquest.contracts.topology import CONFIG
from inquest.gateway.service import build
from inquest.gateway.settings import Settings
from inquest.testkit.fixtures import until

pytestmark = pytest.mark.needs_prometheus

CATALOGUE = {"services": [{"service_id": "checkout", "aliases": {"prometheus": ["bay-7"]}}]}


class Gateway:
    """A wired gateway over the in-memory bus, asking one Prometheus."""

    def __init__(self, bus: Any) -> None:
        self.bus = bus
        self.calls = 0
        self.started = datetime.now(UTC)

    async def wire(self, url: str, **settings: Any) -> None:
        provider = {"name": "prom-main", "kind": "prometheus", "retries": 0, "breaker_failures_max": 2}
        provider["settings"] = {"url": url, "step_s": 1, **settings}
        config = {"tenants": {"acme": {"providers": [provider], "catalogue": CATALOGUE}}}
        await ConfigStore(self.bus.kv(CONFIG)).apply(Config.model_validate(config), "test", datetime.now(UTC))
        self.service = build(self.bus, Settings())
        for action in self.service.on_start:
            await action()

    async def ask(self, **query: Any) -> ToolResult:
        self.calls += 1
        window = Window(start=self.started - timedelta(seconds=2), end=datetime.now(UTC))
        request = ToolRequest(
            tenant="acme",
            investigation_id="inv",
            step_id=f"step-{self.calls}",
            domain="metrics",
            query=Query(window=window, **query),
            calls_max=1000,
        )
        return await self.bus.request(TOOL_CALL, request, timeout_s=10, domain="metrics", tenant="acme")

    async def series(self, **query: Any) -> dict[tuple[str, str], SeriesData]:
        result = await self.ask(**query)
        response = decode(base64.b64decode(result.payload_inline or ""), MetricsResponse)
        return {(one.service, one.metric): one for one in response.series}


@pytest.fixture
async def gateway(memory_bus, prometheus):
    made = Gateway(memory_bus)
    yield made
    for action in made.service.on_stop:
        await action()


@pytest.mark.slow
async def test_configured_expressions_map_labels_to_services(gateway, prometheus, exporter):
    await gateway.wire(
        prometheus.url,
        queries=[
            {
                "metric": "errors",
                "promql": 'sum by (bay) (rate(zorg_flux_total{grade="bad"}[5s]))',
                "service_label": "bay",
                "unit": "1/s",
            },
            {"metric": "depth", "promql": "zorg_depth_furlongs", "service": "zorg-{bay}", "instance_label": None},
        ],
    )
    exporter.depth.labels("bay-9").set(math.inf)

    async def seen() -> bool:
        exporter.flux.labels("bay-7", "bad").inc(3)
        exporter.flux.labels("bay-7", "good").inc(100)
        series = await gateway.series()
        errors = series.get(("checkout", "errors"))
        return errors is not None and any(value and value > 0 for value in errors.values) and len(series) == 2

    await until(seen)
    series = await gateway.series()
    errors = series["checkout", "errors"]
    assert errors.unit == "1/s"
    assert errors.times == sorted(errors.times)
    assert all(second - first == 1 for first, second in zip(errors.times, errors.times[1:], strict=False))
    assert set(series["zorg-bay-9", "depth"].values) == {None}
    assert set(await gateway.series(services=("checkout",))) == {("checkout", "errors")}
    assert set(await gateway.series(names=("depth",))) == {("zorg-bay-9", "depth")}
    result = await gateway.ask()
    assert (result.status, result.provider) == ("ok", "prom-main")
    assert result.query_text.startswith(
        'sum by (bay) (rate(zorg_flux_total{grade="bad"}[5s])); zorg_depth_furlongs over'
    )


@pytest.mark.slow
async def test_discovery_finds_an_exporter_by_its_job(gateway, prometheus, exporter):
    await gateway.wire(
        prometheus.url,
        discovery=[
            {"match": '{job="zorg",bay!=""}', "service_label": "bay", "rate_window_s": 5, "quantiles": [0.5]},
        ],
    )
    expected = {
        ("checkout", 'zorg_flux_total{grade="bad"}'),
        ("checkout", "zorg_depth_furlongs"),
        ("checkout", "zorg_dwell_fortnights_p50"),
        ("checkout", "zorg_dwell_fortnights_count"),
    }

    async def seen() -> bool:
        exporter.flux.labels("bay-7", "bad").inc(3)
        exporter.depth.labels("bay-7").set(4)
        exporter.dwell.labels("bay-7").observe(0.3)
        series = await gateway.series()
        return expected <= set(series) and any(series["checkout", "zorg_dwell_fortnights_p50"].values)

    await until(seen)
    series = await gateway.series()
    assert set(series) == expected  # no _created, no _sum, no raw buckets
    assert set(series["checkout", "zorg_depth_furlongs"].values) == {4.0}
    assert series["checkout", "zorg_depth_furlongs"].instance.startswith("127.0.0.1:")
    p50 = [value for value in series["checkout", "zorg_dwell_fortnights_p50"].values if value is not None]
    assert all(0.25 <= value <= 0.5 for value in p50)


async def test_errors_of_the_server_and_its_death_are_told(gateway, prometheus):
    await gateway.wire(prometheus.url, queries=[{"metric": "broken", "promql": "sum by ("}])
    result = await gateway.ask()
    assert result.status == "failed"
    assert "bad_data" in result.reason
    assert len(result.attempts) == 1
    prometheus.stop()
    for _ in range(2):
        result = await gateway.ask()
        assert "cannot be reached" in result.reason
    result = await gateway.ask()
    assert [one.status for one in result.attempts] == ["unhealthy"]
    assert "prom-main: unhealthy after 2 failures" in result.reason
