"""The whole system in one process: a nats-server child, the topology, the configuration and every service."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from inquest.bus.bus import Bus
from inquest.bus.server import NatsServer
from inquest.bus.topology import TopologyRefused, apply
from inquest.bus.users import OPERATOR
from inquest.cli.keeper import keep_server
from inquest.cli.raw_keys import provide
from inquest.cli.topology import apply_as_configured
from inquest.config import Config, ConfigStore
from inquest.config.redaction_key import begin_redaction_key
from inquest.contracts.errors import InquestError, RetryLater
from inquest.contracts.topology import CONFIG
from inquest.runtime import Host, Service, ServiceSettings, read_settings
from inquest.runtime.run import first_cause
from inquest.telemetry.logs import get_logger

# Readers start before writers, so that nothing has to wait for its consumer.
START_ORDER = ("tracestore", "gateway", "verifier", "worker", "planner", "notifier", "intake", "api")
# Stopped one after the other when all else has: others wait for answers of the one, and the other records everything.
STOP_LAST = ("gateway", "tracestore")
PREPARE_TRIES_MAX = 3
# An embedded run shares one loop and two cores with its own analysis: lag is reported, never a reason to exit.
EMBEDDED_MISSES_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the system listens; 0 picks a free port."""

    nats: int = 0
    intake: int = 0
    api: int = 0
    others: dict[str, int] = field(default_factory=dict)

    def of(self, service: str) -> int:
        """Return the HTTP port of a service."""
        return {"intake": self.intake, "api": self.api}.get(service, self.others.get(service, 0))


def parts(service: str) -> tuple[Callable[..., Service], type[ServiceSettings]]:
    """Return `build` and `Settings` of a service, imported only now."""
    from importlib import import_module  # noqa: PLC0415 - keeps `inquest --help` fast

    build: Callable[..., Service] = import_module(f"inquest.{service}.service").build
    settings: type[ServiceSettings] = import_module(f"inquest.{service}.settings").Settings
    return build, settings


class System:
    """Starts, supervises and stops everything. Use as an async context manager."""

    def __init__(
        self, data_dir: Path, config: Config | None = None, ports: Ports | None = None, *, secured: bool = True
    ) -> None:
        self.data_dir = data_dir
        self.server = NatsServer(data_dir / "nats", (ports or Ports()).nats, secured=secured)
        self.hosts: dict[str, Host[Any]] = {}
        self._config = config
        self._ports = ports or Ports()
        self._stopping = False
        self._keeper: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Start in order; on failure stop what was started."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything that was started."""
        await self.stop()

    async def _start(self) -> None:
        provide(self.data_dir)
        begin_redaction_key(self.data_dir)
        await self.server.start()
        self._keeper = asyncio.create_task(keep_server(self.server, lambda: self._stopping))
        await prepare(self.server.url, self._config, password_file=password_file(self.server, OPERATOR))
        for name in START_ORDER:
            build, settings_class = parts(name)
            settings = read_settings(
                settings_class,
                nats_url=self.server.url,
                nats_user=name if self.server.identities else None,
                nats_password_file=password_file(self.server, name),
                http_port=self._ports.of(name),
                grpc_port=0,  # eight servers cannot share one that the environment names
                data_dir=self.data_dir,
                loop_misses_max=EMBEDDED_MISSES_MAX,
            )
            host = Host(name, build, settings)
            await host.start()
            self.hosts[name] = host

    def url(self, service: str) -> str:
        """Return where a service answers HTTP."""
        return self.hosts[service].http.url

    async def supervise(self) -> None:
        """Raise InquestError when a service fails or nats-server cannot be kept up. Runs until cancelled."""
        parts = [_raise_when_failed(name, host) for name, host in self.hosts.items()]
        await first_failure([*parts, *([self._keeper] if self._keeper else [])])

    async def stop(self) -> None:
        """Stop the services, those that others need after them, the server last."""
        self._stopping = True
        hosts, self.hosts = self.hosts, {}
        last = [hosts.pop(name) for name in STOP_LAST if name in hosts]
        try:
            await asyncio.gather(*(host.stop() for host in hosts.values()), return_exceptions=True)
            for host in last:
                await host.stop()
        finally:
            if self._keeper is not None:
                self._keeper.cancel()
            await self.server.stop()


async def first_failure(parts: Sequence[Awaitable[None]]) -> None:
    """Wait for parts that should not end; raise the error of the first that fails, without its group."""
    try:
        async with asyncio.TaskGroup() as group:
            for part in parts:
                group.create_task(_awaited(part))
    except BaseExceptionGroup as failures:
        raise InquestError(first_cause(failures)) from failures


async def _awaited(part: Awaitable[None]) -> None:
    await part


async def _raise_when_failed(name: str, host: Host[Any]) -> None:
    error = await host.failed()
    raise InquestError(f"service {name} failed: {first_cause(error)}")


def password_file(server: NatsServer, user: str) -> Path | None:
    """Return the file with a user's password, None where the server asks nobody for one."""
    return server.identities.password_file(user) if server.identities else None


async def prepare(
    nats_url: str, config: Config | None, replicas: int = 1, *, password_file: Path | None = None
) -> None:
    """Apply the topology and, where one is given, the configuration; again when the server restarts meanwhile."""
    for _ in range(PREPARE_TRIES_MAX - 1):
        try:
            await _prepare(nats_url, config, replicas, password_file)
        except (RetryLater, TopologyRefused) as error:
            get_logger("cli").warning("prepare_failed", error=str(error))
        else:
            return
    await _prepare(nats_url, config, replicas, password_file)


async def _prepare(nats_url: str, config: Config | None, replicas: int, password_file: Path | None) -> None:
    bus = Bus(nats_url, OPERATOR, OPERATOR if password_file else None, password_file)
    await bus.connect()
    try:
        if config is None:
            await apply_as_configured(bus)
        else:
            await apply(bus.connection, replicas, config.retention.ages())
            await ConfigStore(bus.kv(CONFIG)).apply(config, "inquest up", datetime.now(UTC))
    finally:
        await bus.close()
