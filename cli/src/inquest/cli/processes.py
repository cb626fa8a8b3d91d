"""The same system with one process per service: what a cluster runs, on one machine."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import Process
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from inquest.bus.server import NatsServer
from inquest.bus.tied import tied_to_parent
from inquest.bus.users import OPERATOR
from inquest.cli.keeper import RESTARTS_MAX, keep_server
from inquest.cli.raw_keys import provide
from inquest.cli.system import START_ORDER, STOP_LAST, Ports, first_failure, password_file, prepare
from inquest.config import Config
from inquest.contracts.errors import InquestError
from inquest.telemetry.logs import get_logger

READY_S_MAX = 30.0
STOP_S_MAX = 15.0
RESTART_DELAY_S = 0.5
POLL_S = 0.05


class ProcessSystem:
    """Starts `python -m inquest.<service>` for each service and restarts what ends. An async context manager."""

    def __init__(
        self, data_dir: Path, config: Config | None = None, ports: Ports | None = None, *, secured: bool = True
    ) -> None:
        self.data_dir = data_dir
        self.server = NatsServer(data_dir / "nats", (ports or Ports()).nats, secured=secured)
        self.processes: dict[str, Process] = {}
        self._config = config
        self._ports = ports or Ports()
        self._log = get_logger("cli")
        self._picked: dict[str, int] = {}
        self._stopping = False
        self._keeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start everything and wait until each service has written its address."""
        try:
            provide(self.data_dir)
            await self.server.start()
            self._keeper = asyncio.create_task(keep_server(self.server, lambda: self._stopping))
            await prepare(self.server.url, self._config, password_file=password_file(self.server, OPERATOR))
            for name in START_ORDER:
                await self._spawn(name)
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything."""
        await self.stop()

    async def _spawn(self, name: str) -> None:
        self._address(name).unlink(missing_ok=True)
        environment = {
            **os.environ,
            "INQUEST_NATS_URL": self.server.url,
            "INQUEST_HTTP_PORT": str(self._picked.get(name) or self._ports.of(name)),
            "INQUEST_GRPC_PORT": "0",
            "INQUEST_DATA_DIR": str(self.data_dir),
            **self._identity(name),
        }
        log = (self.data_dir / f"{name}.log").open("ab")
        with log:
            # Its own session: Ctrl-C reaches this process, which stops the others in order.
            self.processes[name] = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                f"inquest.{name}",
                env=environment,
                stderr=log,
                stdout=log,
                start_new_session=True,
                preexec_fn=tied_to_parent(),
            )
        await self._wait_for_address(name)
        self._picked[name] = urlsplit(self.url(name)).port or 0  # a restart must be found where the first start was

    def _identity(self, name: str) -> dict[str, str]:
        file = password_file(self.server, name)
        return {"INQUEST_NATS_USER": name, "INQUEST_NATS_PASSWORD_FILE": str(file)} if file else {}

    def _address(self, name: str) -> Path:
        return self.data_dir / "run" / f"{name}.json"

    async def _wait_for_address(self, name: str) -> None:
        process = self.processes[name]
        try:
            async with asyncio.timeout(READY_S_MAX):
                while not self._address(name).exists():
                    if process.returncode is not None:
                        raise InquestError(f"{name} ended with status {process.returncode}; {self._last_line(name)}")
                    await asyncio.sleep(POLL_S)
        except TimeoutError as error:
            raise InquestError(f"{name} did not start in {READY_S_MAX:.0f} s; {self._last_line(name)}") from error

    def _last_line(self, name: str) -> str:
        path = self.data_dir / f"{name}.log"
        lines = path.read_text(errors="replace").strip().splitlines() if path.exists() else []
        return f"its log {path} ends with: {lines[-1] if lines else '(nothing)'}"

    def url(self, service: str) -> str:
        """Return where a service answers HTTP."""
        body: dict[str, str] = json.loads(self._address(service).read_text())
        return body["url"]

    async def supervise(self) -> None:
        """Restart what ends, a bounded number of times. Runs until cancelled."""
        parts = [self._keep(name) for name in START_ORDER]
        await first_failure([*parts, *([self._keeper] if self._keeper else [])])

    async def _keep(self, name: str) -> None:
        for number in range(1, RESTARTS_MAX + 1):
            status = await self.processes[name].wait()
            if self._stopping:
                return
            self._log.error("service_ended", name=name, status=status, restart=number)
            await asyncio.sleep(RESTART_DELAY_S)
            await self._spawn(name)
        raise InquestError(f"{name} ended {RESTARTS_MAX} times; {self._last_line(name)}")

    async def stop(self) -> None:
        """End the services, those that others need after them, the server last."""
        self._stopping = True
        await asyncio.gather(*(self._end(name) for name in self.processes if name not in STOP_LAST))
        for name in STOP_LAST:
            await self._end(name)
        if self._keeper is not None:
            self._keeper.cancel()
        await self.server.stop()

    async def _end(self, name: str) -> None:
        process = self.processes.get(name)
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_S_MAX):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
