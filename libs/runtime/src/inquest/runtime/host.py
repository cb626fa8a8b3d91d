"""Starts, watches and stops one service, alone in its process or beside others in an embedded run."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Generic

from inquest.audit import AuditLog
from inquest.bus.bus import Bus
from inquest.bus.crashpoints import watch_bus
from inquest.bus.durability import not_durable
from inquest.bus.ending import end, within
from inquest.bus.port import BusPort
from inquest.identity import Authenticator
from inquest.runtime.admin import Admin
from inquest.runtime.chores import Chores
from inquest.runtime.doors import open_grpc
from inquest.runtime.duty import Duty
from inquest.runtime.health import application, unready
from inquest.runtime.http import HttpServer
from inquest.runtime.service import Action, Service
from inquest.runtime.settings import SettingsT
from inquest.runtime.tls import http_context
from inquest.runtime.watchdog import Watchdog
from inquest.telemetry.logs import get_logger

if TYPE_CHECKING:
    from inquest.runtime.grpc_server import GrpcServer

# Analysis runs in threads beside the event loop. With Python's default of 5 ms each of the loop's many short turns
# may wait that long for the interpreter lock.
SWITCH_INTERVAL_S = 0.0005
LOOPS_S_MAX = 1.0
ACTIONS_S_MAX = 5.0  # all of them together

Build = Callable[[BusPort, SettingsT], Service]


class Host(Generic[SettingsT]):
    """One service with its own connection, HTTP and gRPC server, and watchdog."""

    def __init__(self, name: str, build: Build[SettingsT], settings: SettingsT) -> None:
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self.settings = settings
        self.bus = Bus(settings.nats_url, name, settings.nats_user, settings.nats_password_file, settings.nats_tls())
        self.service = build(watch_bus(self.bus), settings)
        self._log = get_logger(self.service.name)
        watchdog = Watchdog(name, settings.loop_lag_s_max, settings.loop_misses_max)
        chores = Chores(self.service.chores)
        self.duty = Duty(name, self.bus, chores)
        self._pings = {
            "bus": self.bus.ping,
            **self.service.pings,
            "event-loop": watchdog.ping,
            "state": self.duty.ping,
        }
        self._audit = AuditLog(self.bus, name)
        self._people = Authenticator(settings, self._audit)
        self._tls = settings.files()
        self.http = HttpServer(
            application(self.service, self._unready, self.duty),
            settings.http_host,
            settings.http_port,
            http_context(self._tls, verify_clients=settings.tls_http_clients == "verified") if self._tls else None,
        )
        self._loops: tuple[Action, ...] = (watchdog.run, self.bus.run, chores.run, *self.service.tasks)
        self._tasks: list[asyncio.Task[None]] = []
        self._serving: asyncio.Task[None] | None = None
        self._grpc: GrpcServer | None = None

    @property
    def grpc_address(self) -> str:
        """`host:port` of the gRPC server while it listens, else empty."""
        return self._grpc.address if self._grpc else ""

    async def _unready(self) -> dict[str, str]:
        return await unready(self._pings)

    async def start(self) -> None:
        """Connect, prepare, then consume and serve. A failure leaves nothing running."""
        try:
            await self.bus.connect()
            await self._check_durability()
            for action in self.service.on_start:
                await action()
            self._grpc = await self._open_grpc()
        except BaseException:
            await self.bus.close()
            raise
        self._tasks = [asyncio.create_task(_run(loop)) for loop in self._loops]
        self._serving = asyncio.create_task(self.http.run())
        self._write_address()
        self._log.info("service_started", url=self.http.url, grpc=self.grpc_address)

    async def _check_durability(self) -> None:
        """Warn where an ack would not mean that a message is on disk; only nats-server's monitoring port says."""
        url = self.settings.nats_monitor_url
        if url is None:
            return
        try:
            reason = await not_durable(url)
        except (OSError, ValueError) as error:
            self._log.warning("bus_durability_unknown", url=url, error=str(error))
        else:
            if reason is not None:
                self._log.warning("bus_acks_not_durable", url=url, reason=reason)

    async def _open_grpc(self) -> "GrpcServer":
        settings = self.settings
        return await open_grpc(
            self.service,
            Admin(self.service.name, settings, self.bus, self.duty, self._audit, self._unready),
            self.duty,
            self._people,
            self._unready,
            self._tls,
            (settings.grpc_host, settings.grpc_port),
        )

    async def failed(self) -> BaseException | None:
        """Wait until a part ends that should not; returns its error, None when it ended without one."""
        watched = [*self._tasks, self._serving] if self._serving else self._tasks
        done, _ = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).exception()

    async def stop(self) -> None:
        """Stop in order: requests, what is in flight, loops, the service's own things, the connection."""
        self._forget_address()
        if self._serving is not None:
            await asyncio.gather(self.http.stop(self._serving), self._grpc.stop() if self._grpc else asyncio.sleep(0))
        await self.bus.drain(self.settings.drain_s)
        if left := await end(self._tasks, LOOPS_S_MAX):
            self._log.error("loops_left", loops=len(left))
        await self._stop_own()
        await self.bus.close()
        self._log.info("service_stopped")

    async def _stop_own(self) -> None:
        """Stop the service's own things, within ACTIONS_S_MAX seconds; whatever one does, the rest are stopped."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + ACTIONS_S_MAX
        for action in (*reversed(self.service.on_stop), self._people.close, self._audit.close):
            try:
                await within(max(0.1, ends - loop.time()), action())
            except TimeoutError as error:
                self._log.warning("stop_cut", error=str(error))
            except Exception:  # noqa: BLE001 - the rest must still be stopped
                self._log.exception("stop_failed")

    @property
    def _address_file(self) -> Path:
        return self.settings.data_dir / "run" / f"{self.service.name}.json"

    def _write_address(self) -> None:
        address = {"url": self.http.url, "grpc": self.grpc_address, "tls": self._tls is not None, "pid": os.getpid()}
        with suppress(OSError):  # a read-only data directory only costs the convenience of finding ports
            self._address_file.parent.mkdir(parents=True, exist_ok=True)
            part = self._address_file.with_suffix(f".{self.http.port}.part")
            part.write_text(json.dumps(address))
            part.replace(self._address_file)  # readers see the whole address or none

    def _forget_address(self) -> None:
        """Remove the address, unless another replica of this machine wrote its own since."""
        with suppress(OSError, ValueError, KeyError):
            if json.loads(self._address_file.read_text())["url"] == self.http.url:
                self._address_file.unlink(missing_ok=True)


async def _run(action: Action) -> None:
    await action()
