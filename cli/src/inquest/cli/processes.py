"""The same system with one process per service: what a cluster runs, on one machine."""

import asyncio
import json
import os
import signal
import sys
import time
from asyncio.subprocess import Process
from collections import Counter
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import typer

from inquest.bus.server import NatsServer
from inquest.bus.tied import tied_to_parent
from inquest.bus.users import OPERATOR
from inquest.cli.keeper import RESTARTS_MAX, keep_server
from inquest.cli.raw_keys import provide
from inquest.cli.system import START_ORDER, STOP_LAST, Ports, first_failure, password_file, prepare
from inquest.config import Config
from inquest.contracts.errors import InquestError
from inquest.telemetry.logs import get_logger

# Eight interpreters that start on a busy machine take a minute: whoever waits is told meanwhile.
START_S_MAX = 120.0
TELL_S = 10.0
STOP_S_MAX = 25.0  # no less than a service takes: what docs/running.md says of INQUEST_DRAIN_S
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
        self._urls: dict[str, str] = {}
        self._restarts: Counter[str] = Counter()
        self._stopping = False
        self._keepers: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Start everything and wait until each service has written its address; from then on it is kept up."""
        try:
            provide(self.data_dir)
            await self.server.start()
            self._keepers.append(asyncio.create_task(keep_server(self.server, lambda: self._stopping)))
            await prepare(self.server.url, self._config, password_file=password_file(self.server, OPERATOR))
            for name in START_ORDER:
                await self._start(name)
                self._keepers.append(asyncio.create_task(self._keep(name)))
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything."""
        await self.stop()

    async def _start(self, name: str) -> None:
        """Start a service for the first time: one that ends by itself has said why, one that was killed has not."""
        await self._launch(name)
        try:
            async with asyncio.timeout(START_S_MAX):
                while not await self._is_up(name):
                    status = self.processes[name].returncode
                    if status is not None and status >= 0:
                        raise InquestError(f"{name} ended with status {status}; {self._last_line(name)}")
                    await self._restart(name)
        except TimeoutError as error:
            raise InquestError(f"{name} did not start in {START_S_MAX:.0f} s; {self._last_line(name)}") from error
        self._urls[name] = str(json.loads(self._address(name).read_text())["url"])

    async def _launch(self, name: str) -> None:
        self._address(name).unlink(missing_ok=True)
        environment = {
            **os.environ,
            "INQUEST_NATS_URL": self.server.url,
            "INQUEST_HTTP_PORT": str(self._port(name)),
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

    def _port(self, name: str) -> int:
        """Return where to listen: a restart must be found where the first start was."""
        return urlsplit(self._urls[name]).port or 0 if name in self._urls else self._ports.of(name)

    def _identity(self, name: str) -> dict[str, str]:
        file = password_file(self.server, name)
        return {"INQUEST_NATS_USER": name, "INQUEST_NATS_PASSWORD_FILE": str(file)} if file else {}

    def _address(self, name: str) -> Path:
        return self.data_dir / "run" / f"{name}.json"

    async def _is_up(self, name: str) -> bool:
        """Wait until a service has written its address; False when it ended before that. Tells whoever waits."""
        process, began, told = self.processes[name], time.monotonic(), 0
        while not self._address(name).exists():
            if process.returncode is not None:
                return False
            if time.monotonic() - began >= TELL_S * (told + 1):
                told += 1
                typer.echo(f"inquest: {name} is still starting, after {TELL_S * told:.0f} s", err=True)
            await asyncio.sleep(POLL_S)
        return True

    def _last_line(self, name: str) -> str:
        path = self.data_dir / f"{name}.log"
        lines = path.read_text(errors="replace").strip().splitlines() if path.exists() else []
        return f"its log {path} ends with: {lines[-1] if lines else '(nothing)'}"

    def url(self, service: str) -> str:
        """Return where a service answers HTTP."""
        return self._urls[service]

    async def supervise(self) -> None:
        """Raise InquestError when something ended too often to be started again. Runs until cancelled."""
        await first_failure(self._keepers)

    async def _keep(self, name: str) -> None:
        """Start a service again whenever it ends, also before it was up; a slow one is waited for."""
        while True:
            await self._is_up(name)
            await self.processes[name].wait()
            await self._restart(name)

    async def _restart(self, name: str) -> None:
        """Start what ended once more. Raises InquestError at the limit."""
        self._restarts[name] += 1
        if self._restarts[name] > RESTARTS_MAX:
            raise InquestError(f"{name} ended {self._restarts[name]} times; {self._last_line(name)}")
        self._log.error(
            "service_ended", name=name, status=self.processes[name].returncode, restart=self._restarts[name]
        )
        await asyncio.sleep(RESTART_DELAY_S)
        try:
            await self._launch(name)
        except OSError as error:  # no memory or no process to be had: the ended one stays, and this was one restart
            self._log.error("service_not_started", name=name, error=str(error))

    async def stop(self) -> None:
        """End the services, those that others need after them, the server last."""
        self._stopping = True
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)  # none may start anything from here on
        await asyncio.gather(*(self._end(name) for name in self.processes if name not in STOP_LAST))
        for name in STOP_LAST:
            await self._end(name)
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
