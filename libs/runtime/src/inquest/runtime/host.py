"""Starts, watches and stops one service, alone in its process or beside others in an embedded run."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

from inquest.bus.bus import Bus
from inquest.bus.crashpoints import watch_bus
from inquest.bus.port import BusPort
from inquest.runtime.health import application
from inquest.runtime.http import HttpServer
from inquest.runtime.service import Action, Service
from inquest.runtime.settings import ServiceSettings
from inquest.runtime.watchdog import Watchdog
from inquest.telemetry.logs import get_logger

# Analysis runs in threads beside the event loop. With Python's default of 5 ms each of the loop's many short turns
# may wait that long for the interpreter lock.
SWITCH_INTERVAL_S = 0.0005

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)
Build = Callable[[BusPort, SettingsT], Service]


class Host(Generic[SettingsT]):
    """One service with its own connection, HTTP server and watchdog."""

    def __init__(self, name: str, build: Build[SettingsT], settings: SettingsT) -> None:
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self.settings = settings
        self.bus = Bus(settings.nats_url, name, settings.nats_user, settings.nats_password_file)
        self.service = build(watch_bus(self.bus), settings)
        self._log = get_logger(self.service.name)
        watchdog = Watchdog(name, settings.loop_lag_s_max, settings.loop_misses_max)
        pings = {"bus": self.bus.ping, **self.service.pings}
        self.http = HttpServer(application(self.service, pings, watchdog), settings.http_host, settings.http_port)
        self._loops: tuple[Action, ...] = (watchdog.run, self.bus.run, *self.service.tasks)
        self._tasks: list[asyncio.Task[None]] = []
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect, prepare, then consume and serve. A failure leaves nothing running."""
        try:
            await self.bus.connect()
            for action in self.service.on_start:
                await action()
        except BaseException:
            await self.bus.close()
            raise
        self._tasks = [asyncio.create_task(_run(loop)) for loop in self._loops]
        self._serving = asyncio.create_task(self.http.run())
        self._write_address()
        self._log.info("service_started", url=self.http.url)

    async def failed(self) -> BaseException | None:
        """Wait until a part ends that should not; returns its error, None when it ended without one."""
        watched = [*self._tasks, self._serving] if self._serving else self._tasks
        done, _ = await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).exception()

    async def stop(self) -> None:
        """Stop in order: requests, what is in flight, loops, the service's own things, the connection."""
        if self._serving is not None:
            await self.http.stop(self._serving)
        await self.bus.drain(self.settings.drain_s)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for action in reversed(self.service.on_stop):
            try:
                await action()
            except Exception:  # noqa: BLE001 - the rest must still be stopped
                self._log.exception("stop_failed")
        await self.bus.close()
        self._address_file.unlink(missing_ok=True)
        self._log.info("service_stopped")

    @property
    def _address_file(self) -> Path:
        return self.settings.data_dir / "run" / f"{self.service.name}.json"

    def _write_address(self) -> None:
        with suppress(OSError):  # a read-only data directory only costs the convenience of finding ports
            self._address_file.parent.mkdir(parents=True, exist_ok=True)
            self._address_file.write_text(json.dumps({"url": self.http.url, "pid": os.getpid()}))


async def _run(action: Action) -> None:
    await action()
