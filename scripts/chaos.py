"""`make chaos N=… SEED=… SECONDS=…`: investigations under a seeded storm of faults, and the ledger afterwards.

Every service runs in its own process, planner, worker and gateway twice, and reaches the bus through a proxy that can
be cut. The last line is one flat JSON object; above it stand the histogram of deaths and every problem in words.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

from inquest.telemetry import logs
from inquest.testkit.arena import VICTIMS, Arena, arena
from inquest.testkit.backends import HANG, Backend
from inquest.testkit.fleet import free_port, points_of
from inquest.testkit.lab import BUNDLED
from inquest.testkit.link import Link
from inquest.testkit.reckoning import Tale
from inquest.testkit.tenants import page

from scripts.chaos_faults import Storm
from scripts.chaos_ledger import histogram, kind_of, ledger

REPLICAS = {"planner": 2, "worker": 2, "gateway": 2}
KINDS = {"t": 0.9, "dead": 0.05, "slow": 0.05}  # of data source: sound, one that is gone, one that never answers
FAKETIME = "*/faketime/libfaketime.so.1"
SLOW_MS = 700


async def chaos(investigations: int, seed: int, seconds: float, directory: Path) -> tuple[dict[str, Any], list[str]]:
    """Run the storm; returns the figures and the problems in words."""
    began = time.monotonic()
    tenants = names(investigations, seed)
    async with AsyncExitStack() as stack:
        slow = await stack.enter_async_context(Backend(serve=lambda _: HANG).listening())
        link = await stack.enter_async_context(Link(0).listening())
        first = [f"{kind}-quiet" for kind in KINDS]
        instead = {name: provider(kind_of(name), slow.url) for name in (*first, *tenants) if kind_of(name) != "t"}
        running = await stack.enter_async_context(
            arena(directory, BUNDLED, (*first, *tenants), instead, replicas=REPLICAS, link=link)
        )
        quiet = await learn(running, first)
        points = {name: list(points_of(running.fleet.passed(name))) for name in VICTIMS}
        storm = Storm(running, link, seed, points, faketime())
        accepted = await blow(running, storm, tenants, seconds)
        with suppress(TimeoutError):
            await running.settle(*accepted)
        found, problems = await ledger(running, storm, quiet, accepted, await running.dead_letters())
        for name, count in histogram(storm.deaths).most_common():
            print(f"{count:5d}  {name}")
    return {"seed": seed, **found, "seconds": round(time.monotonic() - began, 1)}, problems


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
    options = parser.parse_args()
    logs.configure("ERROR")
    with tempfile.TemporaryDirectory(prefix="inquest-chaos-", ignore_cleanup_errors=True) as directory:
        seconds = options.seconds or max(20.0, options.n * 1.5)
        found, problems = asyncio.run(chaos(options.n, options.seed, seconds, Path(directory)))
    for problem in problems:
        print(problem[:1000])
    print(json.dumps(found))
    wrong = ("lost", "doubled_effects", "odd_counts", "rerun_calls", "diverged", "stuck", "dead_letters", "bugs")
    sys.exit(any(found[name] for name in wrong))


if __name__ == "__main__":
    main()
