"""The storm of `make chaos`: seeded deaths, pauses, outages and slowness, and a note of what each death interrupted."""

import asyncio
import random
import resource
import signal
import time
from collections import Counter
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field

from inquest.bus.crashpoints import CRASH_AT
from inquest.bus.server import ServerFailed
from inquest.testkit.arena import VICTIMS, Arena
from inquest.testkit.fleet import Member
from inquest.testkit.link import Link

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
JUMPING = ("planner", "notifier", "verifier", "intake")  # a gateway's lease is as good as the clocks of its replicas
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
WEIGHTS = {"kill": 60, "pause": 12, "cut": 6, "slow": 6, "restart_bus": 4, "fill_disk": 6, "jump_clock": 6}


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


@dataclass(slots=True)
class Storm:
    """Blows until it is stopped. All choices follow from the seed; what they meet does not."""

    arena: Arena
    link: Link
    seed: int
    points: dict[str, list[str]]
    faketime: str  # the library, empty where there is none
    deaths: list[Death] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    _paused: set[asyncio.Task[None]] = field(default_factory=set)

    async def blow(self) -> None:
        """One fault after the other, until cancelled."""
        dice = random.Random(self.seed)  # noqa: S311 - a storm, no secret
        self.arena.fleet.on_death = self._on_death
        weights = {name: weight for name, weight in WEIGHTS.items() if self.faketime or name != "jump_clock"}
        faults: dict[str, Callable[[random.Random], Coroutine[None, None, None]]] = {
            name: getattr(self, f"_{name}") for name in weights
        }
        while True:
            await asyncio.sleep(dice.uniform(*BETWEEN_S))
            (name,) = dice.choices(list(weights), list(weights.values()))
            await faults[name](dice)
            self.faults[name] += 1

    async def calm(self) -> None:
        """End every fault that lasts; the dead are started again by the fleet."""
        self.link.mend()
        self.arena.fleet.arm.clear()
        for task in list(self._paused):
            await task
        await self._start_bus()
        for member in self.arena.fleet.members:
            self._limit_files(member, UNLIMITED[0])
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
            await asyncio.sleep(seconds)
            if member.pid == pid:
                self.arena.fleet.signal(member, signal.SIGCONT)

        task = asyncio.create_task(wake())
        self._paused.add(task)
        task.add_done_callback(self._paused.discard)

    async def _cut(self, dice: random.Random) -> None:
        self.link.cut()
        await asyncio.sleep(dice.uniform(*CUT_S))
        self.link.mend()

    async def _slow(self, dice: random.Random) -> None:
        self.link.delay_s = dice.uniform(*LATENCY_S)
        await asyncio.sleep(dice.uniform(*SLOW_S))
        self.link.mend()

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

    async def _fill_disk(self, dice: random.Random) -> None:
        """Let no file of the trace store grow, as on a full disk."""
        (member,) = self.arena.fleet.of("tracestore")
        wal = self.arena.fleet.directory / "1" / "tracestore" / "tracestore.db-wal"
        if not wal.exists():
            return
        self._limit_files(member, wal.stat().st_size)
        await asyncio.sleep(dice.uniform(*FULL_S))
        self._limit_files(member, UNLIMITED[0])

    def _limit_files(self, member: Member, size: int) -> None:
        if member.pid:
            with suppress(ProcessLookupError, PermissionError):
                resource.prlimit(member.pid, resource.RLIMIT_FSIZE, (size, UNLIMITED[1]))

    async def _jump_clock(self, dice: random.Random) -> None:
        """Kill a process whose next life has its clock far ahead or behind, until its next death."""
        settings = {"LD_PRELOAD": self.faketime, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        offset = dice.choice((-900, -30, 30, 900))
        await self._strike(dice, JUMPING, lambda _: {**settings, "FAKETIME": f"{offset:+d}s"})


def trail_end(in_flight: list[str], last: str) -> str:
    """Return the name of a death in the histogram."""
    return last if in_flight else f"idle after {last or 'its start'}"
