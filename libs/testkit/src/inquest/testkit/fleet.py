"""A whole system of real processes that can be killed one by one, each with its crash points written down."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from inquest.bus.bus import Bus
from inquest.bus.crashpoints import CRASH_AT, CRASH_LOG
from inquest.bus.ending import end, within
from inquest.bus.server import NatsServer
from inquest.bus.users import OPERATOR
from inquest.cli.system import START_ORDER, password_file, prepare
from inquest.config import Config
from inquest.config.keyring import begin_in
from inquest.contracts.errors import InquestError
from inquest.testkit.cluster import Cluster, when_formed
from inquest.testkit.fixtures import until
from inquest.testkit.link import Link
from inquest.testkit.ports import free_port
from inquest.testkit.trails import Trail

READY_S_MAX = 40.0
STOP_S_MAX = 10.0
RESTART_DELAY_S = 0.2


@dataclass(slots=True)
class Member:
    """One replica of one service, over all the processes that it had.

    Attributes:
        pid: of the present process; 0 while there is none.
        deaths: how often it ended without having been asked to.
        trails: what its processes wrote down, the newest last.
    """

    name: str
    number: int
    port: int
    pid: int = 0
    deaths: int = 0
    is_stopping: bool = False
    trails: list[Trail] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def title(self) -> str:
        """Name and number."""
        return f"{self.name}-{self.number}"


class Fleet:
    """Starts nats-server and the services, restarts what dies. An async context manager.

    `link` is what the services reach the bus through, where that is not the server itself; `nodes` is a cluster in the
    place of the one server. `env` adds to the environment of the processes of a service.
    `arm` says by title of a member what is added to the environment of its next process; `on_death` hears of deaths.
    """

    def __init__(
        self,
        directory: Path,
        config: Config,
        replicas: Mapping[str, int],
        link: Link | None = None,
        nodes: Cluster | None = None,
        env: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    ) -> None:
        self.directory = directory
        self.server = NatsServer(directory / "nats", free_port(), secured=True)
        self.link = link
        self.nodes = nodes
        self.arm: dict[str, dict[str, str]] = {}
        self.on_death: Callable[[Member], None] = lambda _: None
        self.members = [
            Member(name, number, free_port()) for name in START_ORDER for number in range(1, replicas.get(name, 1) + 1)
        ]
        self._config = config
        self._env = env
        self._forks: Process | None = None
        self._began: dict[str, asyncio.Future[int]] = {}
        self._reading: asyncio.Task[None] | None = None
        self._restarts: set[asyncio.Task[None]] = set()
        self._orders = 0

    async def __aenter__(self) -> Self:
        """Start everything and wait until each service says where it is."""
        try:
            await self._start_bus()
            await self._start_forks()
            await asyncio.gather(*(self.spawn(member) for member in self.members))
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything."""
        await self.stop()

    async def _start_bus(self) -> None:
        if self.nodes is not None:
            await when_formed(self.nodes.url)
            await prepare(self.nodes.url, self._config, replicas=len(self.nodes.nodes))
            return
        await self.server.start()
        if self.link is not None:
            self.link.port = self.server.port
        await prepare(self.server.url, self._config, password_file=password_file(self.server, OPERATOR))

    def bus(self) -> Bus:
        """Return a bus of the operator's, not connected yet, without what lies between it and the services."""
        if self.nodes is not None:
            return Bus(self.nodes.url, OPERATOR)
        return Bus(self.server.url, OPERATOR, OPERATOR, password_file(self.server, OPERATOR))

    def _bus_url(self) -> str:
        if self.link is not None:
            return self.link.url
        return self.nodes.url if self.nodes else self.server.url

    def _identity(self, name: str) -> dict[str, str]:
        found = None if self.nodes else password_file(self.server, name)
        return {"INQUEST_NATS_USER": name, "INQUEST_NATS_PASSWORD_FILE": str(found)} if found else {}

    def of(self, name: str) -> list[Member]:
        """Return the replicas of a service."""
        return [member for member in self.members if member.name == name]

    async def spawn(self, member: Member, env: Mapping[str, str] | None = None) -> None:
        """Start a member's next process and wait until it is up; one that dies before that is started again."""
        data = self.directory / str(member.number)
        address = data / "run" / f"{member.name}.json"
        address.parent.mkdir(parents=True, exist_ok=True)
        address.unlink(missing_ok=True)
        self._orders += 1
        points = self.directory / f"{member.title}.{self._orders}.points"
        member.trails.append(Trail(points))
        member.is_stopping = False
        member.ended = asyncio.Event()
        order_id = str(self._orders)
        order = {
            "id": order_id,
            "name": member.name,
            "fresh": "LD_PRELOAD" in (env or {}),
            "log": str(self.directory / f"{member.title}.log"),
            "env": {
                "INQUEST_NATS_URL": self._bus_url(),
                **self._identity(member.name),
                "INQUEST_HTTP_PORT": str(member.port),
                "INQUEST_DATA_DIR": str(data),
                "INQUEST_RAW_KEYS_REF": f"file:{begin_in(self.directory, datetime.now(UTC)).resolve()}",
                CRASH_AT: "",
                CRASH_LOG: str(points),
                **self._env.get(member.name, {}),
                **(env or {}),
            },
        }
        began = self._began[order_id] = asyncio.get_running_loop().create_future()
        self._tell(order)
        async with asyncio.timeout(READY_S_MAX):
            await began
        await self._wait_until_up(member, address)

    async def _wait_until_up(self, member: Member, address: Path) -> None:
        try:
            await until(lambda: member.ended.is_set() or _has_text(address), READY_S_MAX)
        except TimeoutError as error:
            raise InquestError(f"{member.title} did not start; see {self.directory}/{member.title}.log") from error

    async def end(self, member: Member) -> None:
        """Ask a member's process to end, and wait; it is not started again."""
        member.is_stopping = True
        if not member.pid:
            return
        with suppress(ProcessLookupError):
            os.kill(member.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_S_MAX):
                await member.ended.wait()
        except TimeoutError:
            self.signal(member, signal.SIGKILL)
            async with asyncio.timeout(STOP_S_MAX):
                await member.ended.wait()

    def signal(self, member: Member, number: signal.Signals) -> None:
        """Send a signal to a member's process, where it has one."""
        if member.pid:
            with suppress(ProcessLookupError):
                os.kill(member.pid, number)

    def url(self, name: str, number: int = 1) -> str:
        """Return where a replica answers HTTP."""
        return f"http://127.0.0.1:{self.of(name)[number - 1].port}"

    def passed(self, name: str) -> Counter[str]:
        """Return the crash points that all processes of a service have passed."""
        return sum((trail.passed() for member in self.of(name) for trail in member.trails), Counter())

    async def stop(self) -> None:
        """End all members, then the server."""
        for member in self.members:
            member.is_stopping = True
            self.signal(member, signal.SIGCONT)
        ending = [self.end(member) for member in self.members if member.pid]
        await asyncio.gather(*ending, return_exceptions=True)  # those that do not end, end with what forked them
        await end([*self._restarts, *([self._reading] if self._reading else [])], STOP_S_MAX)
        if self._forks is not None:
            try:  # closes its input, which ends it, and reads what it still says
                await within(STOP_S_MAX, self._forks.communicate(b""))
            except TimeoutError:  # its children are tied to it
                self._forks.kill()
        await self.server.stop()

    async def _start_forks(self) -> None:
        names = dict.fromkeys(member.name for member in self.members)
        self._forks = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "inquest.testkit.forks",
            *names,
            stdin=PIPE,
            stdout=PIPE,
            start_new_session=True,
            env=self._compiled(),
        )
        said = self._said(self._forks)
        async with asyncio.timeout(READY_S_MAX):
            await anext(said)
        self._reading = asyncio.create_task(self._follow(said))

    def _compiled(self) -> dict[str, str]:
        """Return an environment in which a life compiles nothing that one before it has compiled."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return kept | {"PYTHONPYCACHEPREFIX": str(self.directory / "compiled")}

    async def _said(self, forks: Process) -> Any:
        assert forks.stdout is not None
        async for line in forks.stdout:
            yield json.loads(line)

    def _tell(self, order: Mapping[str, Any]) -> None:
        assert self._forks is not None
        assert self._forks.stdin is not None
        self._forks.stdin.write((json.dumps(order) + "\n").encode())

    async def _follow(self, said: Any) -> None:
        titles = {}
        try:
            async for what in said:
                if "began" in what:
                    member = self._spawned(what["began"])
                    titles[what["pid"]] = member
                    member.pid = what["pid"]
                    began = self._began.pop(what["began"])
                    if not began.done():  # else whoever ordered it has given up
                        began.set_result(member.pid)
                elif "ended" in what:
                    self._on_end(titles.pop(what["ended"]))
        finally:  # nobody says any more what begins or ends: who waits for that must not wait on
            for began in self._began.values():
                if not began.done():
                    began.set_exception(InquestError("what forks the services is gone"))

    def _spawned(self, order: str) -> Member:
        return next(m for m in self.members if m.trails and m.trails[-1].path.name == f"{m.title}.{order}.points")

    def _on_end(self, member: Member) -> None:
        member.pid = 0
        member.ended.set()
        if member.is_stopping:
            return
        member.deaths += 1
        self.on_death(member)
        task = asyncio.create_task(self._restart(member))
        self._restarts.add(task)
        task.add_done_callback(self._restarts.discard)

    async def _restart(self, member: Member) -> None:
        await asyncio.sleep(RESTART_DELAY_S)
        if not member.is_stopping:
            await self.spawn(member, self.arm.pop(member.title, None))


def _has_text(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0
