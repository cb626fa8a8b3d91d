"""The storm: ten thousand alerts at full speed at a running intake, and what became of them.

`python -m scripts.bench_storm [seed]` prints one flat JSON object. Intake and planner run as processes of their own
on an embedded nats-server; the alerts go over HTTP, as their sources send them. How well they are grouped is judged by
what the storm's author knows (`storm_world`), against what intake has published on the bus.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from inquest.bus.bus import Bus
from inquest.bus.server import NatsServer
from inquest.cli.system import prepare
from inquest.config import Config
from inquest.config.keyring import begin_in
from inquest.contracts import subjects as s
from inquest.telemetry import logs

from scripts import storm_world
from scripts.storm_payloads import SECRET, Post, aliases, changes, posts, single
from scripts.storm_poster import post_all
from scripts.storm_world import Alert, World

ALERTS = 8000
REPEATS = 2000
READY_S_MAX = 30.0
REST_S_MAX = 120.0
MB = 1e6
TENANT = "storm"


@dataclass(slots=True)
class Found:
    """What intake has decided, read from the bus: the incident of each signal, and which incidents were opened."""

    incident_of: dict[str, str] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    merged: dict[str, str] = field(default_factory=dict)

    def home(self, incident: str) -> str:
        """Return the incident, or the one it was merged into."""
        while incident in self.merged:
            incident = self.merged[incident]
        return incident


class Process:
    """One service, and the most memory it had."""

    def __init__(self, name: str, url: str, directory: Path) -> None:
        self.name, self._url, self._directory = name, url, directory
        self.address = ""
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it has written its address."""
        begin_in(self._directory, datetime.now(UTC))
        environment = {
            **os.environ,
            "INQUEST_NATS_URL": self._url,
            "INQUEST_HTTP_PORT": "0",
            "INQUEST_DATA_DIR": str(self._directory),
            "INQUEST_LOG_LEVEL": "ERROR",
            "STORM_SECRET": SECRET,
        }
        with (self._directory / f"{self.name}.log").open("wb") as log:
            command = (sys.executable, "-m", f"inquest.{self.name}")
            self._process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=log, stderr=log)
        written = self._directory / "run" / f"{self.name}.json"
        async with asyncio.timeout(READY_S_MAX):
            while not written.exists():  # noqa: ASYNC110 - a file of another process
                await asyncio.sleep(0.05)
        self.address = json.loads(written.read_text())["url"]

    def peak_mb(self) -> float:
        """Return the most memory it had since the last `forget_peak`, in MB."""
        assert self._process is not None
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024 / MB

    def forget_peak(self) -> None:
        """Begin to measure anew."""
        assert self._process is not None
        Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")

    async def stop(self) -> None:
        """Ask it to stop, and wait."""
        if self._process is not None:
            self._process.terminate()
            await self._process.wait()


def config(world: World) -> Config:
    """Return the configuration: five sources and GitHub, and the catalogue of the company."""
    services = [
        {"service_id": one.name, "dependencies": one.calls, "aliases": aliases(one.name)}
        for one in world.services.values()
    ]
    sources = [{"kind": kind, "secret": "env:STORM_SECRET"} for kind in (*storm_world.SOURCES, "github")]
    for source in sources:
        if source["kind"] == "alertmanager":
            source["auth"] = "basic"
    tenant = {
        "sources": sources,
        "catalogue": {"services": services},
        # What is measured is whether each incident is investigated once, not how many are investigated at a time.
        "admission": {"budget": {"running": 60, "per_hour": 900, "per_day": 900}, "source_share": 0.9},
    }
    return Config.model_validate({"tenants": {TENANT: tenant}})


class Storm:
    """One storm: its world, its deliveries, and when its critical alert went out."""

    def __init__(self, seed: int, turn: int) -> None:
        self.world = World(seed, turn)
        # The second storm is another day: nothing of the first is near it.
        begin = datetime.now(UTC) - timedelta(seconds=storm_world.SPAN_S + 120) - timedelta(days=2 - 2 * turn)
        self.alerts = storm_world.alerts(self.world, ALERTS, begin, turn * 100_000)
        self.posts = posts(self.world, self.alerts, REPEATS)
        deployed = changes(self.world, begin, turn * 100 + 1)
        self.posts = sorted([*self.posts, *deployed], key=lambda post: post.at)
        self.critical = self._critical(begin, turn)
        self.posts.insert(len(self.posts) // 2, self.critical)

    def _critical(self, begin: datetime, turn: int) -> Post:
        """Return an alert of a service of its own, in the middle of everything."""
        number = turn * 100_000 + ALERTS
        at = begin + timedelta(seconds=storm_world.SPAN_S / 2)
        fault = len(self.world.faults)
        alert = Alert(number, fault, "alarm-line", at, "pagerduty", "nobody can call", 1, "critical", "alarm")
        self.alerts.append(alert)
        return single(alert)

    @property
    def expected(self) -> int:
        """How many incidents there really are."""
        return len(self.world.faults) + 1


def judge(storm: Storm, found: Found) -> dict[str, float]:
    """Return how well the alerts are grouped: pairs of alerts in one incident, against pairs of one fault."""
    fault_of = {alert.number: alert.fault for alert in storm.alerts}
    both: Counter[tuple[str, int]] = Counter()
    groups: Counter[str] = Counter()
    faults: Counter[int] = Counter()
    lost = 0
    homes: set[str] = set()
    for post in storm.posts:
        if post.is_repeat:
            continue
        lost += max(0, len(post.numbers) - len(post.signal_ids))
        for number, signal in zip(post.numbers, post.signal_ids, strict=False):
            if signal not in found.incident_of:
                lost += 1
                continue
            home = found.home(found.incident_of[signal])
            homes.add(home)
            both[home, fault_of[number]] += 1
            groups[home] += 1
            faults[fault_of[number]] += 1
    pairs = _pairs(both.values())
    return {
        "storm_incidents_expected": storm.expected,
        "storm_incidents": len({found.home(one) for one in found.opened} & homes),
        "storm_pair_precision": pairs / max(1, _pairs(groups.values())),
        "storm_pair_recall": pairs / max(1, _pairs(faults.values())),
        "storm_lost": lost,
    }


def _pairs(counts: Any) -> int:
    return sum(count * (count - 1) // 2 for count in counts)


async def read_found(bus: Bus) -> Found:
    """Read what was decided."""
    found = Found()
    async for batch in bus.replay("INCIDENTS"):
        for incident, delivery in batch:
            if ".opened." in delivery.subject:
                found.opened.add(incident.incident_id)
            if incident.merged_into:
                found.merged[incident.incident_id] = incident.merged_into
            for decision in incident.taken:
                if decision.signal_id:
                    found.incident_of[decision.signal_id] = incident.incident_id
    return found


async def rest(bus: Bus) -> None:
    """Wait until intake and planner have nothing left to do, and no incident is held."""
    consumers = [("INGEST", "intake-deliveries"), ("SIGNALS", "intake-signals"), ("INCIDENTS", "planner-incidents")]
    async with asyncio.timeout(REST_S_MAX):
        quiet = 0
        while quiet < 3:
            await asyncio.sleep(0.5)
            infos = [await bus.connection.js.consumer_info(*one) for one in consumers]
            timers = await bus.subjects(s.INCIDENT_TIMER_SET)
            idle = not timers and all(info.num_pending == 0 and info.num_ack_pending == 0 for info in infos)
            quiet = quiet + 1 if idle else 0


async def critical_s(bus: Bus, post: Post) -> float:
    """Return the seconds from sending the critical alert to the first event of its investigation."""
    while not post.signal_ids:  # noqa: ASYNC110 - set by the connection that posts it
        await asyncio.sleep(0.05)
    signal = post.signal_ids[0]
    async with asyncio.timeout(REST_S_MAX):
        while True:
            for subject in await bus.subjects(s.INVESTIGATION_RECORDED):
                keys: dict[str, Any] = s.INVESTIGATION_RECORDED.parse(subject) or {}
                (first, *_) = await bus.read(s.INVESTIGATION_RECORDED, **keys)
                opened = first.message.opened
                incident = opened and await bus.last(s.INCIDENT_OPENED, tenant=TENANT, incident=opened.incident_id)
                if incident and signal in incident.message.signal_ids:
                    return (first.message.at - post.sent_at).total_seconds() if post.sent_at else 0.0
            await asyncio.sleep(0.25)


async def rage(bus: Bus, intake: Process, storm: Storm) -> dict[str, float]:
    """Send one storm, wait for its end, and judge."""
    intake.forget_peak()
    started = time.perf_counter()
    refused = await post_all(intake.address, TENANT, storm.posts)
    accepted_s = time.perf_counter() - started
    await rest(bus)
    figures = judge(storm, await read_found(bus))
    return figures | {"storm_s": accepted_s, "storm_rss_mb": intake.peak_mb(), "storm_refused": refused}


async def storm(seed: int) -> dict[str, float]:
    """Run two storms one after the other; returns the figures of the first, and the memory of both."""
    logs.configure("ERROR")
    storms = [Storm(seed, 0), Storm(seed, 1)]
    with tempfile.TemporaryDirectory(prefix="inquest-storm-") as name:
        directory = Path(name)
        server = NatsServer(directory / "nats")
        await server.start()
        processes = [Process(service, server.url, directory) for service in ("intake", "planner")]
        bus = Bus(server.url, "bench")
        try:
            await prepare(server.url, config(storms[0].world))
            await bus.connect()
            for process in processes:
                await process.start()
            first = await rage(bus, processes[0], storms[0])
            investigations = len(await bus.subjects(s.INVESTIGATION_RECORDED))
            first |= {
                "storm_investigations": investigations,
                "storm_critical_s": await critical_s(bus, storms[0].critical),
            }
            second = await rage(bus, processes[0], storms[1])
        finally:
            await bus.close()
            for process in processes:
                await process.stop()
            await server.stop()
    return first | {"storm_second_rss_mb": second["storm_rss_mb"], "storm_second_s": second["storm_s"]}


def main() -> None:
    """Print the figures of one storm."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    print(json.dumps({name: round(value, 4) for name, value in asyncio.run(storm(seed)).items()}))


if __name__ == "__main__":
    main()
