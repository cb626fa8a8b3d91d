"""`inquest provider test`, `list` and `review` as commands, on a real nats-server and a real Prometheus."""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from inquest.bus.bus import Bus
from inquest.cli.system import System
from inquest.config.load import parse
from inquest.contracts.latest import Query, ToolRequest, Window
from inquest.contracts.subjects import TOOL_CALL
from inquest.testkit.fixtures import until
from inquest.testkit.ports import free_port
from inquest.testkit.prometheus import Exporter, Prometheus

INQUEST = Path(sys.executable).parent / "inquest"
pytestmark = [pytest.mark.needs_prometheus, pytest.mark.slow, pytest.mark.timeout(400)]
QUESTIONS = 21
SECONDS = 15


def configuration(url: str) -> str:
    query = {"metric": "queue_depth", "promql": "zorg_depth_furlongs", "service_label": "bay"}
    settings = {"step_s": 1, "queries": [query]}
    provider = {"kind": "prometheus", "retries": 0, "breaker_failures_max": 1000}
    ill = f"http://127.0.0.1:{free_port()}"
    providers = [
        provider | {"name": "prom-ill", "priority": 200, "settings": settings | {"url": ill}},
        provider | {"name": "prom-main", "priority": 100, "settings": settings | {"url": url}},
    ]
    return json.dumps({"tenants": {"default": {"providers": providers}}})


async def inquest(*arguments: str, cwd: Path) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        INQUEST, *arguments, cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=os.environ
    )
    out, error = await process.communicate()
    return process.returncode or 0, out.decode(), error.decode()


@pytest.fixture
async def window(prometheus: Prometheus, exporter: Exporter, tmp_path: Path) -> Window:
    """Return a stretch of time in which two services have samples; inquest.yaml names the server, and a dead one."""
    (tmp_path / "inquest.yaml").write_text(configuration(prometheus.url))
    exporter.depth.labels("checkout").set(4)
    exporter.depth.labels("cart").set(1)
    start = datetime.now(UTC) + timedelta(seconds=2)
    await until(lambda: datetime.now(UTC) > start + timedelta(seconds=SECONDS), 60)
    return Window(start=start, end=start + timedelta(seconds=SECONDS - 2))


async def test_a_live_prometheus_passes_and_a_dead_one_does_not(window: Window, tmp_path: Path) -> None:
    when = ("--from", window.start.isoformat(), "--to", window.end.isoformat())
    code, out, error = await inquest("provider", "test", "prom-main", *when, cwd=tmp_path)
    assert code == 0, out + error
    assert "prom-main (prometheus): metrics of tenant default" in out
    assert "✓ it answers" in out
    assert " 0 failed" in out
    code, out, error = await inquest("provider", "test", "prom-ill", *when, "--json", cwd=tmp_path)
    assert code == 1
    verdicts = {row["check"]: row for row in json.loads(out)}
    assert verdicts["it is well"]["verdict"] == "failed"
    assert "does not answer" in verdicts["it answers"]["reason"] or "cannot" in verdicts["it answers"]["reason"]
    assert "[17/17]" in error


async def test_what_is_wrong_with_the_question_is_told(tmp_path: Path) -> None:
    (tmp_path / "inquest.yaml").write_text(configuration("http://127.0.0.1:9"))
    for arguments, said in (
        (["nobody"], "tenant default has no provider nobody; there are: prom-ill, prom-main"),
        (["prom-main", "--tenant", "acme"], "has no tenant acme; there are: default"),
        (["prom-main", "--domain", "logs"], "prom-main serves metrics, not logs"),
        (["prom-main", "--from", "soon"], "'soon' is no time"),
        (["prom-main", "--from", "-5m", "--to", "-10m"], "is not before --to"),
        (["prom-main", "--ask", "colour=red"], "write FIELD=VALUE; fields are "),
        (["prom-main", "--ask", "path=src"], "metrics takes no path"),
        (["prom-main", "--ask", "step_s=often"], "--ask: step_s: "),
    ):
        code, _, error = await inquest("provider", "test", *arguments, cwd=tmp_path)
        assert (code, said in error) == (1, True), error
    code, _, error = await inquest("provider", "list", cwd=tmp_path)
    assert (code, "no running system found here" in error) == (1, True)


async def test_a_running_system_lists_and_reviews_its_providers(window: Window, tmp_path: Path) -> None:
    config = parse((tmp_path / "inquest.yaml").read_text())
    async with System(tmp_path / "var", config, secured=False) as system:
        url = ("--nats-url", system.server.url)
        code, out, error = await inquest("provider", "list", *url, "--json", cwd=tmp_path)
        assert code == 0, error
        assert {(row["provider"], row["calls"], row["latency_ms_p95"]) for row in json.loads(out)} == {
            ("prom-ill", 0, None),
            ("prom-main", 0, None),
        }
        await questions(system.server.url, window)
        code, out, error = await inquest("provider", "list", *url, cwd=tmp_path)
        assert code == 0, error
        main, ill = (
            next(line.split() for line in out.splitlines() if name in line) for name in ("prom-main", "prom-ill")
        )
        assert main[4:7] == ["well", str(QUESTIONS), "0.0%"]
        assert ill[4:7] == ["failing", str(QUESTIONS), "100.0%"]
        code, out, error = await inquest("provider", "review", "metrics", *url, cwd=tmp_path)
        assert code == 0, error
        assert "→ prom-ill: replace by prom-main: prom-main finds 100% of what is there, this one 0%" in out
        assert "→ prom-main: keep: no other is clearly better" in out
        assert "metrics: prom-main was asked 20 of 20" in error
        code, _, error = await inquest("provider", "review", "mails", *url, cwd=tmp_path)
        assert (code, "there is no domain 'mails'" in error) == (1, True)
        code, _, error = await inquest("provider", "list", *url, "--tenant", "acme", cwd=tmp_path)
        assert (code, "has no tenant acme; there are: default" in error) == (1, True)


async def questions(url: str, window: Window) -> None:
    """Ask as workers do, a little other stretch of time each time: the same is not asked of the source twice."""
    bus = Bus(url, "worker")
    await bus.connect()
    try:
        for number in range(QUESTIONS):
            asked = Window(start=window.start, end=window.end - timedelta(seconds=0.2 * number))
            request = ToolRequest(
                tenant="default",
                investigation_id="i1",
                step_id=f"s{number}",
                domain="metrics",
                query=Query(window=asked),
            )
            result = await bus.request(TOOL_CALL, request, timeout_s=30, domain="metrics", tenant="default")
            assert result.provider == "prom-main", result
    finally:
        await bus.close()
