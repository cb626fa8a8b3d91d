import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import yaml
from inquest.testkit.fixtures import until
from inquest.testkit.prometheus import Exporter, Prometheus

INQUEST = Path(sys.executable).parent / "inquest"
pytestmark = [pytest.mark.needs_prometheus, pytest.mark.timeout(150)]


def configuration(url: str) -> str:
    query = {"metric": "queue_depth", "promql": "zorg_depth_furlongs", "service_label": "bay"}
    provider = {"name": "prom", "kind": "prometheus", "settings": {"url": url, "step_s": 1, "queries": [query]}}
    return yaml.safe_dump({"tenants": {"default": {"providers": [provider]}}})


async def inquest(*arguments: str, cwd: Path) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        INQUEST, *arguments, cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, error = await process.communicate()
    return process.returncode or 0, out.decode(), error.decode()


async def samples(prometheus: Prometheus) -> int:
    async with httpx.AsyncClient() as http:
        query = {"query": "count_over_time(zorg_depth_furlongs{bay='checkout'}[5m])"}
        found = (await http.get(f"{prometheus.url}/api/v1/query", params=query)).json()["data"]["result"]
    return int(found[0]["value"][1]) if found else 0


@pytest.mark.slow
async def test_a_service_on_a_live_prometheus(prometheus: Prometheus, exporter: Exporter, tmp_path: Path) -> None:
    (tmp_path / "inquest.yaml").write_text(configuration(prometheus.url))
    exporter.depth.labels("checkout").set(4)
    exporter.depth.labels("cart").set(1)
    await until(lambda: at_least(prometheus, 40), 60)
    broke_at = datetime.now(UTC)
    exporter.depth.labels("checkout").set(400)
    await until(lambda: at_least(prometheus, 70), 60)
    code, out, error = await inquest("doctor", "--json", cwd=tmp_path)
    assert {row["name"]: row["status"] for row in json.loads(out)}["default: prom"] == "ok", error
    start, end = broke_at - timedelta(seconds=1), datetime.now(UTC)
    window = ("--from", start.isoformat(), "--to", end.isoformat())
    code, out, error = await inquest(
        "investigate", "--service", "checkout", *window, "--yes", "--zone", "UTC", cwd=tmp_path
    )
    assert code == 0, error
    assert "about 1 calls a round, at most 2, to metrics; no provider for changes" in error
    assert "queue_depth" in out
    (not_seen,) = [line for line in out.splitlines() if line.startswith("Not seen")]
    assert "logs" in not_seen
    assert "no provider configured" in not_seen


async def at_least(prometheus: Prometheus, count: int) -> bool:
    return await samples(prometheus) >= count


@pytest.mark.slow
async def test_without_a_provider_it_says_what_to_do(tmp_path: Path) -> None:
    code, _, error = await inquest("investigate", "--service", "checkout", "--yes", cwd=tmp_path)
    assert code == 1
    assert "has no provider" in error
