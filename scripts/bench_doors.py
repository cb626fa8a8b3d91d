"""`make bench-doors`: what the doors hold. Prints progress on stderr and one flat JSON object last."""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from inquest.bus.bus import Bus
from inquest.bus.server import NatsServer
from inquest.bus.topology import apply
from inquest.config import Config, ConfigStore
from inquest.config.keyring import begin_in
from inquest.contracts import topology
from inquest.telemetry import logs
from inquest.testkit.fixtures import until
from nats.js.api import StreamConfig

from scripts import bench_storm

RATE_PER_S = 200
STEADY_S = 60
BURST_S = 10
ROUNDS = 3
CONNECTIONS = 64
SYNCS = 400
START_S_MAX = 30.0
DRAIN_S_MAX = 300.0
SECRET = "bench"  # noqa: S105 - for a server that lives for this run only
CONFIG = {"tenants": {"acme": {"sources": [{"kind": "pagerduty", "secret": "env:BENCH_SECRET"}]}}}
RAW = "RAW"


def fsync_ms(directory: Path) -> tuple[float, float]:
    """Return p50 and p99 in ms of appending 4 KiB and fsync, on the disk that the server stores on."""
    times = []
    with (directory / "fsync").open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            file.write(os.urandom(4096))
            started = time.perf_counter()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - started) * 1000)
    times.sort()
    return times[SYNCS // 2], times[int(SYNCS * 0.99)]


@asynccontextmanager
async def _bus(directory: Path) -> AsyncIterator[tuple[NatsServer, Bus]]:
    server = NatsServer(directory)
    await server.start()
    bus = Bus(server.url, "bench")
    try:
        await bus.connect()
        await apply(bus.connection)
        await bus.connection.js.add_stream(StreamConfig(name=RAW, subjects=[RAW]))
        await ConfigStore(bus.kv(topology.CONFIG)).apply(Config.model_validate(CONFIG), "bench", datetime.now(UTC))
        yield server, bus
    finally:
        await bus.close()
        await server.stop()


@asynccontextmanager
async def _intake(url: str, directory: Path) -> AsyncIterator[tuple[str, str]]:
    """Run intake in a process of its own; yields host and port."""
    begin_in(directory, datetime.now(UTC))
    env = {**os.environ, "BENCH_SECRET": SECRET, "INQUEST_NATS_URL": url, "INQUEST_DATA_DIR": str(directory)}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "inquest.intake", env=env, stderr=DEVNULL)
    address = directory / "run" / "intake.json"
    try:
        await until(lambda: address.exists() and bool(address.read_text()), START_S_MAX)
        host, _, port = json.loads(address.read_text())["url"].removeprefix("http://").partition(":")
        yield host, port
    finally:
        await _ended(process)


async def _ended(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
    await process.wait()


async def _load(*arguments: object) -> dict[str, float]:
    command = (sys.executable, "-m", "scripts.bench_load", *map(str, arguments))
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    out, _ = await process.communicate()
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed")
    found: dict[str, float] = json.loads(out)
    return found


async def _settled(bus: Bus) -> None:
    """Wait until intake has worked off what it accepted, so that one round does not weigh on the next."""

    async def idle() -> bool:
        rows = topology.consumers_of("intake")
        found = [await bus.connection.js.consumer_info(row.stream, row.durable) for row in rows]
        return not any(info.num_pending or info.num_ack_pending for info in found)

    await until(idle, DRAIN_S_MAX)


async def accept() -> dict[str, float]:
    """Return how long 202 takes at a steady rate, and how many a second there can be, against raw publishes."""
    with tempfile.TemporaryDirectory(prefix="inquest-bench-") as name:
        directory = Path(name)
        synced = [fsync_ms(directory)]
        async with _bus(directory / "nats") as (server, bus), _intake(server.url, directory) as (host, port):

            async def http(first: int, rate: float, seconds: float) -> dict[str, float]:
                return await _load("http", host, port, SECRET, first, rate, seconds, CONNECTIONS)

            await http(0, RATE_PER_S, 5)  # imports and caches
            _say(f"{RATE_PER_S}/s for {STEADY_S} s …")
            steady = await http(10**6, RATE_PER_S, STEADY_S)
            _say(f"{_shown(steady)}")
            rounds: list[tuple[float, float]] = []
            errors = steady["errors"]
            for number in range(1, ROUNDS + 1):
                await _settled(bus)
                plain = await _load("raw", server.url, RAW, number * 10**7, BURST_S / 2, CONNECTIONS)
                burst = await http(number * 10**7, 0, BURST_S)
                errors += burst["errors"]
                rounds.append((burst["per_s"], plain["per_s"]))
                _say(f"as fast as it goes, round {number}: {_shown(burst)}; raw publishes: {_shown(plain)}")
        synced.append(fsync_ms(directory))
    return {
        "disk_fsync_p50_ms": median(p50 for p50, _ in synced),
        "disk_fsync_p99_ms": max(p99 for _, p99 in synced),
        "accept_p50_ms": steady["p50_ms"],
        "accept_p99_ms": steady["p99_ms"],
        "accept_errors": errors,
        "accept_per_s": median(ours for ours, _ in rounds),
        "raw_durable_publish_per_s": median(theirs for _, theirs in rounds),
        "accept_ratio": median(ours / theirs for ours, theirs in rounds),
    }


def _shown(found: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.1f}" for name, value in found.items())


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def measure(seed: int) -> dict[str, Any]:
    """Return all figures."""
    _say("accepting deliveries …")
    found: dict[str, Any] = await accept()
    _say(f"disk: fsync p50 {found['disk_fsync_p50_ms']:.2f} ms, p99 {found['disk_fsync_p99_ms']:.2f} ms")
    _say(f"a storm, seed {seed} …")
    return found | await bench_storm.storm(seed)


def main() -> None:
    """Measure and print one flat JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="of the storm; drawn and printed unless given")
    seed = parser.parse_args().seed
    logs.configure("ERROR")
    found = asyncio.run(measure(random.SystemRandom().randrange(10**6) if seed is None else seed))
    print(json.dumps({name: round(value, 3) for name, value in found.items()}))


if __name__ == "__main__":
    main()
