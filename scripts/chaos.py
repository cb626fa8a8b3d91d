"""`make chaos N=… SEED=… SECONDS=…`: investigations under a seeded storm of faults, and the ledger afterwards.

Every service runs in its own process, planner, worker and gateway twice, and reaches the bus through a proxy that can
be cut, or, with `NODES=3`, a cluster whose nodes die in turn. The gateways' ledger is on Redis. The last line is one
flat JSON object; above it stand the histogram of deaths and every problem in words.
"""

import argparse
import asyncio
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

from inquest.telemetry import logs
from inquest.testkit.arena import VICTIMS, Arena, arena
from inquest.testkit.backends import HANG, Backend
from inquest.testkit.cluster import cluster
from inquest.testkit.lab import BUNDLED
from inquest.testkit.link import Link
from inquest.testkit.ports import free_port
from inquest.testkit.reckoning import Tale
from inquest.testkit.redis import RedisServer
from inquest.testkit.tenants import page
from inquest.testkit.trails import points_of

from scripts.chaos_faults import Storm
from scripts.chaos_ledger import histogram, kind_of, ledger, shortfalls
from scripts.chaos_outages import Outages
from scripts.chaos_report import write

REPLICAS = {"planner": 2, "worker": 2, "gateway": 2}
KINDS = {"t": 0.9, "dead": 0.05, "slow": 0.05}  # of data source: sound, one that is gone, one that never answers
FAKETIME = "*/faketime/libfaketime.so.1"
SLOW_MS = 700
TELL_S = 20.0


async def chaos(
    investigations: int, seed: int, seconds: float, directory: Path, *, nodes: int = 1
) -> tuple[dict[str, Any], list[str], Counter[str]]:
    """Run the storm; returns the figures, the problems in words, and the deaths by crash point."""
    began = time.monotonic()
    tenants = names(investigations, seed)
    async with AsyncExitStack() as stack:
        slow = await stack.enter_async_context(Backend(serve=lambda _: HANG).listening())
        first = [f"{kind}-quiet" for kind in KINDS]
        instead = {name: provider(kind_of(name), slow.url) for name in (*first, *tenants) if kind_of(name) != "t"}
        redis = await ledger_server(stack, directory)
        around = (
            {"nodes": await stack.enter_async_context(cluster(directory))}
            if nodes > 1
            else {"link": await stack.enter_async_context(Link(0).listening())}
        )
        env = {"gateway": {"INQUEST_LEDGER_URL": redis.url}} if redis else {}
        running = await stack.enter_async_context(
            arena(directory, BUNDLED, (*first, *tenants), instead, replicas=REPLICAS, env=env, **around)
        )
        quiet = await learn(running, first)
        points = {name: list(points_of(running.fleet.passed(name))) for name in VICTIMS}
        storm = Storm(running, seed, points, faketime(), Outages(running, redis))
        telling = asyncio.create_task(tell(running, storm))
        accepted = await blow(running, storm, tenants, seconds)
        with suppress(TimeoutError):
            await running.settle(*accepted)
            await running.clear()
        telling.cancel()
        found, problems = await ledger(running, storm, quiet, accepted, await running.dead_letters())
    return {"seed": seed, **found, "seconds": round(time.monotonic() - began, 1)}, problems, histogram(storm.deaths)


async def tell(running: Arena, storm: Storm) -> None:
    """Say every so often how far it is, on the standard error; until cancelled."""
    paged, concluded = [one.tenant for one in running.scenarios[len(KINDS) :]], 0
    while True:
        await asyncio.sleep(TELL_S)
        while concluded < len(paged) and await running.is_concluded(paged[concluded]):  # in the order of their pages
            concluded += 1
        print(f"{concluded} of {len(paged)} concluded, {len(storm.deaths)} deaths", file=sys.stderr, flush=True)


async def ledger_server(stack: AsyncExitStack, directory: Path) -> RedisServer | None:
    """Start the server of the gateways' ledger; None, and said, where it is not installed: then it is the bus."""
    if shutil.which("redis-server") is None:
        print("no kills of Redis: redis-server is not installed")
        return None
    redis = RedisServer(directory / "redis", durable=True)
    await redis.start()
    stack.push_async_callback(redis.kill)
    return redis


def names(investigations: int, seed: int) -> list[str]:
    """Return a tenant for each investigation, named after the kind of its data source."""
    dice = random.Random(seed)  # noqa: S311 - a choice of tests
    kinds = dice.choices(list(KINDS), list(KINDS.values()), k=investigations)
    return [f"{kind}-{number}" for number, kind in enumerate(kinds)]


def provider(kind: str, slow_url: str) -> Mapping[str, Any]:
    """Return settings of a tenant whose metrics come from a data source in trouble, with the recording behind it."""
    url = slow_url if kind == "slow" else f"http://127.0.0.1:{free_port()}"
    live = {
        "name": "live",
        "kind": "prometheus",
        "domains": ["metrics"],
        "priority": 1,
        "timeout_ms": SLOW_MS,
        "retries": 0,
        "breaker_failures_max": 1_000_000,
        "settings": {"url": url, "queries": [{"metric": "up", "promql": "up"}]},
    }
    return {"providers": [live, {"name": "pack", "kind": "pack", "priority": 2, "settings": {"path": str(BUNDLED)}}]}


def faketime() -> str:
    """Return the library that moves the clock of a process; empty, and said, where it is not installed."""
    found = sorted(Path("/usr/lib").glob(FAKETIME))
    if not found:
        print("no clock jumps: libfaketime is not installed (Debian: faketime)")
    return str(found[0]) if found else ""


async def learn(running: Arena, first: list[str]) -> dict[str, Tale]:
    """Run one investigation of each kind undisturbed."""
    for _ in first:
        await running.settle(await running.page())
    found = await running.tales()
    return {kind_of(name): found[name] for name in first}


async def blow(running: Arena, storm: Storm, tenants: list[str], seconds: float) -> list[str]:
    """Page about all incidents over so many seconds of storm; returns who was accepted."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + seconds
    blowing = asyncio.create_task(storm.blow())
    paging = []
    for one in running.scenarios[len(KINDS) :]:
        paging.append(asyncio.create_task(page(running.http, running.fleet.url("intake"), one, running.secret)))
        await asyncio.sleep(seconds / len(tenants))
    await asyncio.wait(paging)
    while loop.time() < ends and not blowing.done():
        await asyncio.wait([blowing], timeout=ends - loop.time())
    blowing.cancel()
    with suppress(asyncio.CancelledError):
        await blowing
    await storm.calm()
    return tenants


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--nodes", type=int, choices=(1, 3), default=1, help="nats-servers")
    parser.add_argument("--report", type=Path, help="file for the report, Markdown")
    options = parser.parse_args()
    logs.configure("ERROR")
    with tempfile.TemporaryDirectory(prefix="inquest-chaos-", ignore_cleanup_errors=True) as directory:
        seconds = options.seconds or max(20.0, options.n * 1.8)
        found, problems, deaths = asyncio.run(
            chaos(options.n, options.seed, seconds, Path(directory), nodes=options.nodes)
        )
    for name, count in deaths.most_common():
        print(f"{count:5d}  {name}")
    broken = shortfalls(found)
    for problem in (*problems, *broken):
        print(problem[:1000])
    if options.report:
        command = f"make chaos N={options.n} SEED={options.seed} SECONDS={seconds:g} NODES={options.nodes}"
        write(options.report, command, found, deaths, problems)
    print(json.dumps(found))
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
