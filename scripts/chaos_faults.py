"""The storm of `make chaos`: seeded deaths, pauses, outages and slowness, and a note of what each death interrupted."""

import asyncio
import random
import resource
import signal
import time
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field

from inquest.bus.crashpoints import CRASH_AT
from inquest.bus.server import ServerFailed
from inquest.testkit.arena import VICTIMS, Arena
from inquest.testkit.fixtures import until
from inquest.testkit.fleet import Member
from inquest.testkit.link import Link
from inquest.testkit.redis import RedisServer

BETWEEN_S = (0.4, 1.6)
PAUSE_S = (1.0, 9.0)  # also longer than the ack wait and the gateway's lease: a superseded process wakes up
CUT_S = (0.5, 3.0)
SLOW_S = (1.0, 3.0)
FULL_S = (1.0, 3.0)
LATENCY_S = (0.02, 0.15)
ARMED_SHARE = 0.4  # of the killed, so many die once more at a crash point of their next life
IDLE_SHARE = 0.2  # where nobody is found in the middle of something, so often somebody idle dies
LOOKS_MAX = 60
LOOK_S = 0.02
JUMPS_S = (-900, -30, 30, 900)
JUMP_AGAIN_S = (1.0, 6.0)
REDIS_S = (0.2, 3.0)
NODE_S = (0.5, 3.0)
LEADER_SHARE = 0.5
WHOLE_S_MAX = 30.0
UNLIMITED = resource.RLIM_INFINITY
WEIGHTS = {
    "kill": 60,
    "pause": 10,
    "jump_clock": 6,
    "fill_disk": 4,
    "cut": 5,
    "slow": 5,
    "restart_bus": 3,
    "fill_bus": 3,
    "kill_redis": 4,
    "kill_node": 10,
}


@dataclass(frozen=True, slots=True)
class Death:
    """One process that ended without being asked to.

    Attributes:
        point: the crash point that it had passed last.
        in_flight: what it was in the middle of.
        messages: those it held, with their durables.
        at: the machine's monotonic clock, seconds.
    """

    member: str
    point: str
    in_flight: tuple[str, ...]
    messages: dict[str, str]
    at: float


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, from when to when by the machine's monotonic clock."""

    name: str
    began_s: float
    ended_s: float


@dataclass(slots=True)
class Storm:
    """Blows until it is stopped. All choices follow from the seed; what they meet does not."""

    arena: Arena
    seed: int
    points: dict[str, list[str]]
    faketime: str  # the library, empty where there is none
    redis: RedisServer | None = None
    deaths: list[Death] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _lasting: set[asyncio.Task[None]] = field(default_factory=set)

    def weights(self) -> dict[str, int]:
        """Return the faults that are possible here, with how often they come."""
        fleet = self.arena.fleet
        missing = {
            "jump_clock": not self.faketime,
            "kill_redis": self.redis is None,
            "kill_node": fleet.nodes is None,
            **dict.fromkeys(("cut", "slow"), fleet.link is None),
            **dict.fromkeys(("restart_bus", "fill_bus"), fleet.nodes is not None),
        }
        return {name: weight for name, weight in WEIGHTS.items() if not missing.get(name)}

    async def blow(self) -> None:
        """One fault after the other, until cancelled."""
        dice = random.Random(self.seed)  # noqa: S311 - a storm, no secret
        self.arena.fleet.on_death = self._on_death
        weights = self.weights()
        faults: dict[str, Callable[[random.Random], Coroutine[None, None, None]]] = {
            name: getattr(self, f"_{name}") for name in weights
        }
        while True:
            await asyncio.sleep(dice.uniform(*BETWEEN_S))
            (name,) = dice.choices(list(weights), list(weights.values()))
            began_s = time.monotonic()
            await faults[name](dice)
            self.faults.append(Fault(name, began_s, time.monotonic()))

    async def calm(self) -> None:
        """End every fault that lasts; the dead are started again by the fleet."""
        fleet = self.arena.fleet
        if fleet.link is not None:
            fleet.link.mend()
        fleet.arm.clear()
        for task in list(self._lasting):
            await task
        if fleet.nodes is None:
            await self._heal_bus()
        else:
            await asyncio.gather(*(node.start() for node in fleet.nodes.nodes.values() if not node.is_running))
        if self.redis is not None and self.redis.pid is None:
            await self.redis.start()
        for member in self.arena.fleet.members:
            _limit_files(member.pid, UNLIMITED)
        self.arena.fleet.on_death = lambda _: None

    def _on_death(self, member: Member) -> None:
        trail = member.trails[-1]
        self.deaths.append(
            Death(
                member.title,
                trail_end(trail.in_flight(), trail.last),
                tuple(trail.in_flight()),
                dict(trail.messages),
                time.monotonic(),
            )
        )

    # -- faults ---------------------------------------------------------------------------------

    async def _kill(self, dice: random.Random) -> None:
        def next_life(member: Member) -> dict[str, str]:
            points = self.points.get(member.name)
            return {CRASH_AT: dice.choice(points)} if points and dice.random() < ARMED_SHARE else {}

        await self._strike(dice, VICTIMS, next_life)

    async def _strike(
        self, dice: random.Random, names: Collection[str], next_life: Callable[[Member], dict[str, str]]
    ) -> None:
        """Kill a process in the middle of something, where one is found in time."""
        alive = [member for member in self.arena.fleet.members if member.pid and member.name in names]
        for look in range(LOOKS_MAX if alive else 0):
            member = dice.choice(alive)
            self.arena.fleet.signal(member, signal.SIGSTOP)
            if member.trails[-1].in_flight() or (look == LOOKS_MAX - 1 and dice.random() < IDLE_SHARE):
                self.arena.fleet.arm[member.title] = next_life(member)
                self.arena.fleet.signal(member, signal.SIGKILL)
                return
            self.arena.fleet.signal(member, signal.SIGCONT)
            await asyncio.sleep(LOOK_S)

    async def _pause(self, dice: random.Random) -> None:
        member = dice.choice([one for one in self.arena.fleet.members if one.name != "api"])
        seconds, pid = dice.uniform(*PAUSE_S), member.pid
        if not pid:
            return
        self.arena.fleet.signal(member, signal.SIGSTOP)

        async def wake() -> None:
            began_s = time.monotonic()
            await asyncio.sleep(seconds)
            self.faults.append(Fault(f"paused {member.title}", began_s, time.monotonic()))
            if member.pid == pid:
                self.arena.fleet.signal(member, signal.SIGCONT)

        self._meanwhile(wake())

    def _meanwhile(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._lasting.add(task)
        task.add_done_callback(self._lasting.discard)

    async def _cut(self, dice: random.Random) -> None:
        link = self._link()
        link.cut()
        await asyncio.sleep(dice.uniform(*CUT_S))
        link.mend()

    async def _slow(self, dice: random.Random) -> None:
        link = self._link()
        link.delay_s = dice.uniform(*LATENCY_S)
        await asyncio.sleep(dice.uniform(*SLOW_S))
        link.mend()

    def _link(self) -> Link:
        assert self.arena.fleet.link is not None
        return self.arena.fleet.link

    async def _restart_bus(self, dice: random.Random) -> None:
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

    async def _fill_bus(self, dice: random.Random) -> None:
        """Let no file of nats-server grow, as on a full disk; then there is space, and it is started again."""
        server = self.arena.fleet.server
        _limit_files(server.pid, 0)
        await asyncio.sleep(dice.uniform(*FULL_S))
        await self._heal_bus()

    async def _heal_bus(self) -> None:
        """Do what `inquest up` and a liveness probe do: start a server again that is gone or says that it is ill."""
        server = self.arena.fleet.server
        _limit_files(server.pid, UNLIMITED)
        if server.pid is not None and await server.unhealthy():
            server.terminate()
            await server.wait()
        await self._start_bus()

    async def _kill_node(self, dice: random.Random) -> None:
        """Kill a node of the cluster, as often as not the leader of the truth; the other two go on."""
        nodes = self.arena.fleet.nodes
        assert nodes is not None
        node = dice.choice(list(nodes.nodes.values()))
        with suppress(Exception):  # there is no leader now
            if dice.random() < LEADER_SHARE:
                node = await nodes.leader(self.arena.bus, "INVESTIGATIONS")
        await node.kill()
        await asyncio.sleep(dice.uniform(*NODE_S))
        await node.start()
        with suppress(TimeoutError):  # two of three keep everything: never kill one while another still catches up
            await until(lambda: nodes.is_ready(self.arena.bus, "INVESTIGATIONS"), WHOLE_S_MAX)

    async def _kill_redis(self, dice: random.Random) -> None:
        assert self.redis is not None
        await self.redis.kill()
        await asyncio.sleep(dice.uniform(*REDIS_S))
        await self.redis.start()

    async def _fill_disk(self, dice: random.Random) -> None:
        """Let no file of the trace store grow, as on a full disk."""
        (member,) = self.arena.fleet.of("tracestore")
        wal = self.arena.fleet.directory / "1" / "tracestore" / "tracestore.db-wal"
        if not wal.exists():
            return
        _limit_files(member.pid, wal.stat().st_size)
        await asyncio.sleep(dice.uniform(*FULL_S))
        _limit_files(member.pid, UNLIMITED)

    async def _jump_clock(self, dice: random.Random) -> None:
        """Kill a process whose next life has its clock far ahead or behind, and has it jump again in mid-life."""
        first, second = dice.sample(JUMPS_S, 2)
        file = self.arena.fleet.directory / f"clock-{len(self.faults)}"
        file.write_text(f"{first:+d}s")
        settings = {
            "LD_PRELOAD": self.faketime,
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        await self._strike(dice, VICTIMS, lambda _: settings)

        async def jump_again() -> None:
            await asyncio.sleep(dice.uniform(*JUMP_AGAIN_S))
            file.write_text(f"{second:+d}s")

        self._meanwhile(jump_again())


def _limit_files(pid: int | None, size: int) -> None:
    """Let no file of a process grow beyond a size."""
    if pid:
        with suppress(ProcessLookupError, PermissionError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, UNLIMITED))


def trail_end(in_flight: list[str], last: str) -> str:
    """Return the name of a death in the histogram."""
    return last if in_flight else f"idle after {last or 'its start'}"
