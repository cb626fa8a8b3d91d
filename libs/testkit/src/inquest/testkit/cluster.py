"""Three nats-servers on one machine that keep each stream three times."""

import asyncio
import json
import os
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from inquest.bus.bus import Bus
from inquest.bus.server import binary
from inquest.contracts.errors import InquestError
from inquest.testkit.fixtures import until
from inquest.testkit.ports import free_port

FORM_S_MAX = 30.0

_CONFIG = """\
server_name: {name}
listen: "127.0.0.1:{port}"
log_file: {log}
max_payload: 2MB
jetstream {{ store_dir: {store}, sync_interval: always, max_file_store: 40GB }}
cluster {{ name: test, listen: "127.0.0.1:{route}", routes: [{routes}] }}
"""


@dataclass(slots=True)
class Node:
    """One server of the cluster."""

    name: str
    config: Path
    port: int
    process: Process | None = None

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"nats://127.0.0.1:{self.port}"

    @property
    def is_running(self) -> bool:
        """Whether it has a process."""
        return self.process is not None and self.process.returncode is None

    async def start(self) -> None:
        """Start it; it joins by itself."""
        self.process = await asyncio.create_subprocess_exec(
            binary(), "-c", str(self.config), stdout=DEVNULL, stderr=DEVNULL, start_new_session=True
        )

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None and self.is_running:
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)
            await self.process.wait()


@dataclass(slots=True)
class Cluster:
    """The nodes, by name."""

    nodes: dict[str, Node] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where clients connect: any node will do."""
        return ",".join(node.url for node in self.nodes.values())

    async def is_ready(self, bus: Bus, stream: str) -> bool:
        """Say whether a stream has a leader and all its other copies are there and current."""
        try:
            cluster = (await bus.connection.js.stream_info(stream)).cluster
        except Exception:  # noqa: BLE001 - there is no leader now
            return False
        others = cluster.replicas or [] if cluster else []
        is_whole = len(others) == len(self.nodes) - 1 and all(one.current and not one.offline for one in others)
        return bool(cluster and cluster.leader and is_whole)

    async def leader(self, bus: Bus, stream: str) -> Node:
        """Return the node that leads a stream."""
        cluster = (await bus.connection.js.stream_info(stream)).cluster
        if cluster is None or not cluster.leader:
            raise InquestError(f"{stream} has no leader")
        return self.nodes[cluster.leader]


@asynccontextmanager
async def cluster(directory: Path) -> AsyncIterator[Cluster]:
    """Run three nodes meanwhile."""
    ports = {f"n{number}": (free_port(), free_port()) for number in range(3)}
    routes = ", ".join(json.dumps(f"nats://127.0.0.1:{route}") for _, route in ports.values())
    made = Cluster()
    for name, (port, route) in ports.items():
        config = directory / f"{name}.conf"
        log, store = (json.dumps(str(directory / f"{name}.{kind}")) for kind in ("log", "store"))
        config.write_text(_CONFIG.format(name=name, port=port, route=route, routes=routes, log=log, store=store))
        made.nodes[name] = Node(name, config, port)
    try:
        await asyncio.gather(*(node.start() for node in made.nodes.values()))
        yield made
    finally:
        await asyncio.gather(*(node.kill() for node in made.nodes.values()))


async def when_formed(url: str) -> None:
    """Wait until the cluster can make streams."""

    async def answers() -> bool:
        bus = Bus(url, "test")
        try:
            await bus.connect()
            await bus.connection.js.account_info()
        except Exception:  # noqa: BLE001 - no node serves, or there is no meta leader yet
            return False
        finally:
            await bus.close()
        return True

    await until(answers, FORM_S_MAX)
