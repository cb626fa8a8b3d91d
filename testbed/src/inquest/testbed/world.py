"""The running shop: its processes, and the surroundings that they look at."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import yaml
from inquest.testbed.repository import Repository
from inquest.testbed.scenario import Fault, RecordingError

OBSERVED = ("ordersdb", "catalog", "recommend", "inventory", "payment", "checkout", "frontend")
"""Services of the shop, callees first; their telemetry goes into the pack."""

UNSEEN = ("nameserver", "bank")
"""Run here, but not the shop's: nobody inside sees their telemetry."""

READY_S = 30.0
STOP_S = 6.0
LOCK_TRIES = 20
TRACE_RATIO = 0.15
BACK_OFF_S = 3.0
"""Between the end of a process that used too much memory and its next start."""


class World:
    """Starts, replaces and stops processes; everything lies in `folder`."""

    def __init__(self, folder: Path, repository: Repository, fault: Fault) -> None:
        self.folder = folder
        self._fault = fault
        self.telemetry = folder / "telemetry"
        self.telemetry.mkdir(parents=True)
        self.repository = repository
        self.release_of: dict[str, Path] = {}
        self.version_of: dict[str, int] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._others: list[subprocess.Popen[bytes]] = []
        self._held: list[socket.socket] = []
        self._again_at: dict[str, float] = {}
        self._ports = {name: _free_port() for name in (*OBSERVED, *UNSEEN)}
        self._values: dict[str, Any] = {
            "flags": {},
            "addresses": {name: f"127.0.0.1:{port}" for name, port in self._ports.items()},
            "zone": {"api.acmebank.example": "127.0.0.1"},
            "load_per_s": fault.load_per_s,
        }
        self._members("node-a").write_text(f"{os.cpu_count()}\n")
        self._members("node-b").write_text("1\n")
        self.change({})

    def change(self, values: dict[str, Any]) -> None:
        """Change values of the surroundings; mappings are merged. Processes see it within a second."""
        for key, value in values.items():
            old = self._values.get(key)
            merged = {**old, **value} if isinstance(old, dict) and isinstance(value, dict) else value
            self._values[key] = merged
        part = self.folder / "world.yaml.part"
        part.write_text(yaml.safe_dump(self._values))
        part.rename(self.folder / "world.yaml")

    def start(self, service: str) -> None:
        """Start a service from a new release and wait until it serves."""
        self.release_of[service] = self.repository.release(service)
        self.version_of[service] = self.version_of.get(service, 41) + 1
        process = self._spawn(service)
        self._await_ready(service, process)

    def deploy(self, service: str) -> None:
        """Replace the running version: the new one serves before the old one is told to end."""
        old = self._running.get(service)
        self.start(service)
        if old:
            old.send_signal(signal.SIGTERM)
            self._others.append(old)

    def stop(self, service: str) -> None:
        """Kill a service, as a crash would."""
        process = self._running.pop(service)
        process.kill()
        process.wait()

    def start_load(self) -> None:
        """Start the people who use the shop."""
        address = self._values["addresses"]["frontend"]
        arguments = ["-m", "inquest.testbed.load", address, str(self.folder / "world.yaml")]
        self._others.append(self._popen(arguments, self.folder, {}, None))

    def burn(self, beside: str, workers: int) -> None:
        """Start strangers' processes on the CPUs of a service's node."""
        code = "x = 0\nwhile True: x = (x + 1) % 1000003"
        for _ in range(workers):
            process = self._popen(["-c", code], self.folder, {}, self._cpus(beside))
            self._others.append(process)
            self._join(node_of(beside), process)

    def query(self, sql: str) -> None:
        """Run one statement as an outside feed would; RecordingError where the database refuses."""
        with socket.create_connection(("127.0.0.1", self._ports["ordersdb"]), timeout=10) as link:
            link.sendall(orjson.dumps({"sql": sql, "args": []}) + b"\n")
            answer = orjson.loads(link.makefile("rb").readline())
        if "error" in answer:
            raise RecordingError(f"ordersdb: {answer['error']}")

    def hold_lock(self) -> None:
        """Begin a transaction that writes, and leave it open; RecordingError where it cannot begin."""
        link = socket.create_connection(("127.0.0.1", self._ports["ordersdb"]), timeout=10)
        self._held.append(link)
        answers = link.makefile("rb")
        for _ in range(LOCK_TRIES):
            link.sendall(orjson.dumps({"sql": "BEGIN IMMEDIATE", "args": []}) + b"\n")
            if "error" not in orjson.loads(answers.readline()):
                return
        raise RecordingError("ordersdb: the write lock was never free")

    def enforce_memory_limits(self) -> None:
        """Kill each service that uses more memory than its configuration allows; start it again after a pause."""
        now = time.monotonic()
        for service in [one for one, at in self._again_at.items() if at <= now]:
            del self._again_at[service]
            self._spawn(service)
        for service, process in list(self._running.items()):
            config = yaml.safe_load((self.release_of[service] / "config" / f"{service}.yaml").read_text())
            limit_mb = config.get("memory_limit_mb")
            if limit_mb and _rss_bytes(process.pid) > limit_mb * 1_000_000:
                self.stop(service)
                self._again_at[service] = now + BACK_OFF_S

    def stop_all(self) -> None:
        """End every process: asked first, killed after `STOP_S` seconds."""
        for link in self._held:
            link.close()
        processes = [*self._running.values(), *self._others]
        for process in processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        until = time.monotonic() + STOP_S
        for process in processes:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def check_alive(self) -> None:
        """Raise RecordingError where a service that should run has ended."""
        for service, process in self._running.items():
            if process.poll() is not None:
                raise RecordingError(self._ended(service, process))

    def _spawn(self, service: str) -> subprocess.Popen[bytes]:
        release = self.release_of[service]
        environment = {
            "PYTHONPATH": str(release),
            "SHOP_SERVICE": service,
            "SHOP_VERSION": f"v1.{self.version_of[service]}",
            "SHOP_NODE": node_of(service),
            "SHOP_NODE_MEMBERS": str(self._members(node_of(service))),
            "SHOP_PORT": str(self._ports[service]),
            "SHOP_WORLD": str(self.folder / "world.yaml"),
            "SHOP_TELEMETRY": str(self.telemetry),
            "SHOP_TRACE_RATIO": str(TRACE_RATIO),
            "SHOP_METRICS_S": str(self._fault.metrics_every_s),
            "SHOP_INSTRUMENTED": str(int(service not in self._fault.silent)),
        }
        process = self._popen(["-m", f"services.{service}"], release, environment, self._cpus(service))
        self._running[service] = process
        self._join(node_of(service), process)
        return process

    def _cpus(self, service: str) -> set[int] | None:
        """Return the CPUs that a service is bound to, None for any: node-b is the last CPU of this machine."""
        if not hasattr(os, "sched_setaffinity"):
            return None
        every = os.sched_getaffinity(0)
        if node_of(service) == "node-b":
            return {max(every)}
        return (every - {max(every)} or every) if self._fault.nodes_apart else None

    def _members(self, node: str) -> Path:
        return self.folder / f"{node}.members"

    def _join(self, node: str, process: subprocess.Popen[bytes]) -> None:
        with self._members(node).open("a") as members:
            members.write(f"{process.pid}\n")

    def _popen(
        self, arguments: list[str], cwd: Path, environment: dict[str, str], cpus: set[int] | None
    ) -> subprocess.Popen[bytes]:
        out = (self.folder / "processes.log").open("ab")
        with out:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=cwd,
                env={**os.environ, **environment},
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C reaches the recorder alone, which stops the others in order
            )
        if cpus:
            os.sched_setaffinity(process.pid, cpus)
        return process

    def _await_ready(self, service: str, process: subprocess.Popen[bytes]) -> None:
        marker = self.telemetry / f"{service}-{process.pid}.ready"
        until = time.monotonic() + READY_S
        while not marker.exists():
            if process.poll() is not None:
                raise RecordingError(self._ended(service, process))
            if time.monotonic() > until:
                raise RecordingError(f"{service} was not ready within {READY_S:.0f} s")
            time.sleep(0.05)

    def _ended(self, service: str, process: subprocess.Popen[bytes]) -> str:
        log = (self.folder / "processes.log").read_text(errors="replace").strip().splitlines()
        last = log[-1] if log else "it said nothing"
        return f"{service} ended with status {process.returncode}: {last}"


def node_of(service: str) -> str:
    """Return the node that a service runs on."""
    return "node-b" if service == "recommend" else "node-a"


def _rss_bytes(pid: int) -> int:
    """Return the resident memory of a process; 0 where there is no /proc, or the process has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
