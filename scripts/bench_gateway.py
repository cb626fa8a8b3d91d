"""What the gateway adds to a call (journal, budget, fence, record, the way over the bus), versus the same client alone.

A Prometheus that answers at once, on a socket; each question goes to it directly and through the gateway, in turn. The
gateway is a process of its own, as in production; who asks and the source are this one. Then a storm
(`bench_gateway_storm`), MCP (`bench_gateway_mcp`) and redaction (`bench_redaction`), each in its own process.
Prints one flat JSON object last; a part that is not there, or fails, is named before it, and its keys are left out.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

import httpx
import uvloop
from inquest.bus.bus import Bus
from inquest.bus.server import NatsServer
from inquest.bus.topology import apply
from inquest.config import Config, ConfigStore
from inquest.contracts.latest import Query, ToolRequest, ToolResult, Window
from inquest.contracts.subjects import TOOL_CALL
from inquest.contracts.topology import CONFIG
from inquest.telemetry import logs
from inquest.testkit.backends import Backend, Received, Reply
from inquest.testkit.fixtures import until

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = Window(start=NOON, end=NOON + timedelta(minutes=10))
WARM = 30
AT_ONCE = 16
PART_S_MAX = 900
START_S_MAX = 30.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PARTS = {
    "scripts.bench_gateway_storm": ("storm_backend_share",),
    "scripts.bench_gateway_mcp": ("mcp_overhead_ms_p50",),
    "scripts.bench_redaction": ("redaction_lines_per_s", "redaction_recall", "redaction_false_hits_per_line"),
}
KEYS = ("native_overhead_ms_p50", "native_overhead_ms_p95", "calls_per_s")
_ANSWER = {
    "status": "success",
    "data": {
        "resultType": "matrix",
        "result": [
            {
                "metric": {"service": "cart"},
                "values": [[NOON.timestamp() + 15 * number, str(number)] for number in range(40)],
            }
        ],
    },
}
_BODY = json.dumps(_ANSWER).encode()


def serve(received: Received) -> Reply:
    """Answer every query with the same forty samples."""
    del received
    return Reply(body=_BODY)


async def through(bus: Bus, number: int) -> float:
    """Ask the gateway a question that nobody has asked; return the milliseconds until the answer is here."""
    request = ToolRequest(
        tenant="acme",
        investigation_id=f"bench-{number % 8}",
        step_id=f"step-{number}",
        domain="metrics",
        query=Query(window=Window(start=NOON, end=WINDOW.end + timedelta(milliseconds=number))),
        calls_max=1_000_000,
        bytes_max=1 << 50,
    )
    started = time.perf_counter()
    result: ToolResult = await bus.request(TOOL_CALL, request, timeout_s=10, domain="metrics", tenant="acme")
    assert result.status == "ok", result.reason
    return (time.perf_counter() - started) * 1000


async def directly(http: httpx.AsyncClient, url: str) -> float:
    """Ask the source the same question with the same client library; return milliseconds."""
    form = {"query": "m", "start": "0", "end": "600", "step": "15"}
    started = time.perf_counter()
    (await http.post(f"{url}/api/v1/query_range", data=form)).json()
    return (time.perf_counter() - started) * 1000


async def measure(calls: int) -> dict[str, float]:
    """Return the figures of one run over a real nats-server."""
    with tempfile.TemporaryDirectory() as name:
        server = NatsServer(Path(name) / "nats")
        await server.start()
        worker = Bus(server.url, "worker")
        try:
            async with Backend(serve=serve).listening() as backend, httpx.AsyncClient() as http:
                await worker.connect()
                await apply(worker.connection)
                await _configure(worker, backend.url)
                async with _gateway(server.url, Path(name)) as pid:
                    return await _figures(worker, http, backend.url, calls, pid)
        finally:
            await worker.close()
            await server.stop()


@asynccontextmanager
async def _gateway(url: str, directory: Path) -> AsyncIterator[int]:
    """Run a gateway in a process of its own; yields its process id."""
    env = {**os.environ, "INQUEST_NATS_URL": url, "INQUEST_DATA_DIR": str(directory)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "inquest.gateway", env=env, stderr=DEVNULL)
    address = directory / "run" / "gateway.json"
    try:
        await until(lambda: address.exists() and bool(address.read_text()), START_S_MAX)
        yield process.pid
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _cpu_s(pid: int) -> float:
    """Return the processor time that a process took so far, in user and system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


async def _configure(bus: Bus, url: str) -> None:
    provider = {
        "name": "prom",
        "kind": "prometheus",
        "settings": {"url": url, "queries": [{"metric": "m", "promql": "m"}], "requests_at_once_max": 64},
        # What is measured is the gateway, not how polite it is told to be, nor how much it spares the source.
        "calls_at_once_max": 64,
        "calls_per_second_max": 10_000,
    }
    config = Config.model_validate({"tenants": {"acme": {"providers": [provider]}}})
    await ConfigStore(bus.kv(CONFIG)).apply(config, "bench", NOON)


async def _figures(worker: Bus, http: httpx.AsyncClient, url: str, calls: int, pid: int) -> dict[str, float]:
    for number in range(WARM):
        await through(worker, -1 - number)
        await directly(http, url)
    spent_s = _cpu_s(pid)
    pairs = [(await directly(http, url), await through(worker, number)) for number in range(calls)]
    spent_s = _cpu_s(pid) - spent_s
    alone = median(pair[0] for pair in pairs)
    added = [both - alone for _, both in pairs]
    started = time.perf_counter()
    await asyncio.gather(*(_in_turn(worker, range(calls + first, 2 * calls, AT_ONCE)) for first in range(AT_ONCE)))
    took_s = time.perf_counter() - started
    return {
        "direct_ms_p50": round(alone, 3),
        "native_overhead_ms_p50": round(median(added), 3),
        "native_overhead_ms_p95": round(quantiles(added, n=20)[-1], 3),
        # Of the gateway's process, its own client of the source included; what else the machine does counts for little.
        "native_gateway_cpu_ms": round(spent_s / calls * 1000, 3),
        "calls_per_s": round(calls / took_s, 1),
    }


async def _in_turn(worker: Bus, numbers: range) -> None:
    for number in numbers:
        await through(worker, number)


def part(module: str, keys: tuple[str, ...]) -> dict[str, float]:
    """Run another bench in its own process and return its figures; empty, and said why, where it has none."""
    run = subprocess.run(
        [sys.executable, "-m", module], capture_output=True, text=True, timeout=PART_S_MAX, check=False
    )
    lines = run.stdout.splitlines()
    if run.returncode or not lines:
        print(f"{module}: no figures for {', '.join(keys)}: {(run.stderr.splitlines() or ['no output'])[-1]}")
        return {}
    found = json.loads(lines[-1])
    print(f"{module}: {lines[-1]}")
    return {key: found[key] for key in keys}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--calls", type=int, default=400)
    parser.add_argument("--native", action="store_true", help="this part alone, with all its figures")
    given = parser.parse_args()
    logs.configure("ERROR")
    figures = uvloop.run(measure(given.calls))  # as the services run
    if given.native:
        print(json.dumps(figures))
        return
    print(f"native, with what leads to the figures: {json.dumps(figures)}")
    found = {key: figures[key] for key in KEYS}
    for module, keys in PARTS.items():
        found |= part(module, keys)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
