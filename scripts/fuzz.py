"""`make fuzz N=… SEED=…`: seeded inputs over HTTP, gRPC and the bus, against services in processes of their own.

The bulk of the HTTP inputs goes through the application of intake in a process beside it, without a socket; the rest
goes to listening servers. The last line is one flat JSON object; above it stand the first inputs that went wrong.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import httpx
from inquest.config.keyring import begin_in
from inquest.telemetry import logs
from inquest.testkit.arena import BUGS
from inquest.testkit.fixtures import until
from inquest.testkit.fleet import Fleet

from scripts.fuzz_bus import BusFuzz
from scripts.fuzz_grpc import GrpcFuzz
from scripts.fuzz_http import HttpFuzz
from scripts.fuzz_inputs import SECRET, SECRET_NAME, configuration
from scripts.fuzz_tally import SHOWN_MAX, Tally

SHARES = {"asgi": 0.88, "http": 0.06, "grpc": 0.03, "bus": 0.03}
WARM = 200  # inputs of each door before memory is measured the first time
READY_S_MAX = 60.0
RSS_GROWTH_MB_MAX = 600  # of all services together
FAULTS = (*BUGS, '"delivery_failed"', '"delivery_unread"', "Traceback")


class Door(Protocol):
    """What takes inputs."""

    async def run(self, inputs: int) -> None:
        """Give it so many."""
        ...


async def fuzz(
    inputs: int, seed: int, directory: Path, shares: Mapping[str, float] = SHARES
) -> tuple[dict[str, Any], list[str]]:
    """Run it; returns the figures and the problems in words."""
    keys = begin_in(directory, datetime.now(UTC)).resolve()
    os.environ |= {SECRET_NAME: SECRET, "INQUEST_LOG_LEVEL": "ERROR", "INQUEST_RAW_KEYS_REF": f"file:{keys}"}
    tallies = {name: Tally() for name in shares}
    counts = {name: int(inputs * share) for name, share in shares.items()}
    began = time.monotonic()
    async with Fleet(directory, configuration(), {}) as fleet:
        bus = fleet.bus()
        await bus.connect()
        on_bus = BusFuzz(bus, seed, tallies["bus"])
        doors: dict[str, Door] = {
            "http": HttpFuzz({member.name: fleet.url(member.name) for member in fleet.members}, seed, tallies["http"]),
            "grpc": GrpcFuzz(addresses(directory), seed, tallies["grpc"]),
            "bus": on_bus,
        }
        for name, door in doors.items():
            await door.run(min(WARM, counts[name]))
        before = _rss_mb(fleet)
        beside = asyncio.create_task(_asgi(counts["asgi"], seed))
        await asyncio.gather(*(door.run(max(0, counts[name] - WARM)) for name, door in doors.items()))
        stuck, dead = await on_bus.settle()
        tallies["asgi"] = await beside
        ready = await _ready(fleet)
        after = _rss_mb(fleet)
        crashes = sum(member.deaths for member in fleet.members)
        await bus.close()
    faults = _faults(directory)
    found = {
        "seed": seed,
        "inputs": sum(tally.inputs for tally in tallies.values()),
        "http": tallies["http"].inputs + tallies["asgi"].inputs,
        "http_listening": tallies["http"].inputs,
        "http_in_process": tallies["asgi"].inputs,
        "grpc": tallies["grpc"].inputs,
        "bus": tallies["bus"].inputs,
        "http_5xx": tallies["http"].internal + tallies["asgi"].internal,
        "http_503": tallies["http"].outcomes["503"],
        "internal": tallies["grpc"].internal + tallies["bus"].internal + len(faults),
        "hangs": sum(tally.hangs for tally in tallies.values()),
        "crashes": crashes,
        "not_ready": len(ready),
        "stuck": stuck,
        "dead_letters": dead,
        "seconds": round(time.monotonic() - began, 1),
        "rss_mb_before": before,
        "rss_mb_after": after,
    }
    for name, tally in tallies.items():
        print(name, json.dumps(dict(tally.outcomes)), file=sys.stderr)
    problems = [problem for tally in tallies.values() for problem in tally.problems]
    return found, [*problems, *ready, *faults[:SHOWN_MAX]]


def addresses(directory: Path) -> dict[str, str]:
    """Return where gRPC is served, by service."""
    run = directory / "1" / "run"
    return {path.stem: json.loads(path.read_text())["grpc"] for path in run.glob("*.json")}


async def _asgi(inputs: int, seed: int) -> Tally:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "scripts.fuzz_asgi", str(inputs), str(seed)), stdout=PIPE
    )
    out, _ = await process.communicate()
    tally = Tally()
    if process.returncode:
        tally.bad(f"the process beside ended with status {process.returncode}")
        return tally
    told = json.loads(out)
    for name, value in told.items():
        setattr(tally, name, Counter(value) if name == "outcomes" else value)
    return tally


def _rss_mb(fleet: Fleet) -> int:
    kib = 0
    for member in fleet.members:
        if member.pid:
            lines = Path(f"/proc/{member.pid}/status").read_text().splitlines()
            kib += next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
    return kib // 1024


async def _ready(fleet: Fleet) -> list[str]:
    """Return the services that do not become ready again, in words."""
    found = []
    async with httpx.AsyncClient(timeout=5) as http:
        for member in fleet.members:

            async def is_ready(url: str = fleet.url(member.name)) -> bool:
                try:
                    return (await http.get(f"{url}/readyz")).status_code == httpx.codes.OK
                except httpx.HTTPError:
                    return False

            try:
                await until(is_ready, READY_S_MAX)
            except TimeoutError:
                found.append(f"{member.title} is not ready")
    return found


def _faults(directory: Path) -> list[str]:
    """Return the lines of logs that only a bug writes."""
    logs_ = sorted(directory.glob("*.log"))
    return [line for log in logs_ for line in log.read_text().splitlines() if any(one in line for one in FAULTS)]


def is_bad(found: dict[str, Any]) -> bool:
    """Say whether anything happened that may not."""
    grown = found["rss_mb_after"] - found["rss_mb_before"] > RSS_GROWTH_MB_MAX
    return grown or any(found[name] for name in ("http_5xx", "internal", "hangs", "crashes", "not_ready", "stuck"))


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-n", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logs.configure("CRITICAL")
    with tempfile.TemporaryDirectory(prefix="inquest-fuzz-", ignore_cleanup_errors=True) as directory:
        found, problems = asyncio.run(fuzz(options.n, options.seed, Path(directory)))
    for problem in problems:
        print(problem[:1500])
    print(json.dumps(found))
    sys.exit(is_bad(found))


if __name__ == "__main__":
    main()
