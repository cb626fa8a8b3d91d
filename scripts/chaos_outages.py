"""The outages of `make chaos`: what the services stand on breaks, for everybody at once."""

import asyncio
import random
import resource
from contextlib import suppress
from dataclasses import dataclass, field

from inquest.bus.server import ServerFailed
from inquest.testkit.arena import Arena
from inquest.testkit.fixtures import until
from inquest.testkit.link import Link
from inquest.testkit.redis import RedisServer

CUT_S = (0.5, 3.0)
SLOW_S = (1.0, 3.0)
FULL_S = (1.0, 3.0)
LATENCY_S = (0.02, 0.15)
REDIS_S = (0.2, 3.0)
NODE_S = (0.5, 3.0)
WHOLE_S_MAX = 30.0
UNLIMITED = resource.RLIM_INFINITY


@dataclass(frozen=True, slots=True)
class Outages:
    """Each method is one outage, from its beginning to its end. `end` ends one that was cut short."""

    arena: Arena
    redis: RedisServer | None
    killed: list[str] = field(default_factory=list)  # nodes, since all had their turn

    def possible(self) -> frozenset[str]:
        """Return the names of those that can be made here."""
        fleet = self.arena.fleet
        found = {"fill_disk"}
        found |= {"kill_node"} if fleet.nodes else {"restart_bus", "fill_bus"}
        found |= {"cut", "slow"} if fleet.link else set()
        return frozenset(found | ({"kill_redis"} if self.redis else set()))

    async def end(self) -> None:
        """Bring everything back."""
        fleet = self.arena.fleet
        if fleet.link is not None:
            fleet.link.mend()
        if fleet.nodes is None:
            await self._heal_bus()
        else:
            await asyncio.gather(*(node.start() for node in fleet.nodes.nodes.values() if not node.is_running))
        if self.redis is not None and self.redis.pid is None:
            await self.redis.start()
        for member in fleet.members:
            limit_files(member.pid, UNLIMITED)

    async def cut(self, dice: random.Random) -> None:
        """Break every connection to the bus, and let nobody through for a while."""
        link = self._link()
        link.cut()
        await asyncio.sleep(dice.uniform(*CUT_S))
        link.mend()

    async def slow(self, dice: random.Random) -> None:
        """Hold back all that goes to and from the bus."""
        link = self._link()
        link.delay_s = dice.uniform(*LATENCY_S)
        await asyncio.sleep(dice.uniform(*SLOW_S))
        link.mend()

    async def restart_bus(self, dice: random.Random) -> None:
        """End nats-server as a power cut would, and start it again."""
        server = self.arena.fleet.server
        server.kill()
        await server.wait()
        await asyncio.sleep(dice.uniform(0.0, 1.0))
        await self._start_bus()

    async def _start_bus(self) -> None:
        server = self.arena.fleet.server
        for _ in range(20):
            if server.pid is not None:
                return
            with suppress(ServerFailed):  # the port is not free yet
                await server.start()
            await asyncio.sleep(0.2)

    async def fill_bus(self, dice: random.Random) -> None:
        """Let no file of nats-server grow, as on a full disk; then there is space, and it is started again."""
        server = self.arena.fleet.server
        limit_files(server.pid, 0)
        await asyncio.sleep(dice.uniform(*FULL_S))
        await self._heal_bus()

    async def _heal_bus(self) -> None:
        """Do what `inquest up` and a liveness probe do: start a server again that is gone or says that it is ill."""
        server = self.arena.fleet.server
        limit_files(server.pid, UNLIMITED)
        if server.pid is not None and await server.unhealthy():
            server.terminate()
            await server.wait()
        await self._start_bus()

    async def kill_node(self, dice: random.Random) -> None:
        """Kill a node of the cluster, each in its turn, the leader of the truth first; the other two go on."""
        nodes = self.arena.fleet.nodes
        assert nodes is not None
        waiting = [node for name, node in nodes.nodes.items() if name not in self.killed]
        node = dice.choice(waiting)
        with suppress(Exception):  # there is no leader now
            leader = await nodes.leader(self.arena.bus, "INVESTIGATIONS")
            node = leader if leader in waiting else node
        self.killed.append(node.name)
        if len(waiting) == 1:
            self.killed.clear()
        await node.kill()
        await asyncio.sleep(dice.uniform(*NODE_S))
        await node.start()
        with suppress(TimeoutError):  # two of three keep everything: never kill one while another still catches up
            await until(lambda: nodes.is_ready(self.arena.bus, "INVESTIGATIONS"), WHOLE_S_MAX)

    async def kill_redis(self, dice: random.Random) -> None:
        """End the server of the gateways' ledger without warning, and start it again."""
        assert self.redis is not None
        await self.redis.kill()
        await asyncio.sleep(dice.uniform(*REDIS_S))
        await self.redis.start()

    async def fill_disk(self, dice: random.Random) -> None:
        """Let no file of the trace store grow, as on a full disk."""
        (member,) = self.arena.fleet.of("tracestore")
        wal = self.arena.fleet.directory / "1" / "tracestore" / "tracestore.db-wal"
        if not wal.exists():
            return
        limit_files(member.pid, wal.stat().st_size)
        await asyncio.sleep(dice.uniform(*FULL_S))
        limit_files(member.pid, UNLIMITED)

    def _link(self) -> Link:
        assert self.arena.fleet.link is not None
        return self.arena.fleet.link


def limit_files(pid: int | None, size: int) -> None:
    """Let no file of a process grow beyond a size."""
    if pid:
        with suppress(ProcessLookupError, PermissionError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, UNLIMITED))
