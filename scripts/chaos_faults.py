"""The storm of `make chaos`: seeded deaths, pauses, outages and slowness, and a note of what each death interrupted."""

import asyncio
import random
import signal
import time
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass, field

from inquest.bus.crashpoints import CRASH_AT
from inquest.testkit.arena import VICTIMS, Arena
from inquest.testkit.fleet import Member

from scripts.chaos_outages import Outages

BETWEEN_S = (0.4, 1.6)
PAUSE_S = (1.0, 9.0)  # also longer than the ack wait and the gateway's lease: a superseded process wakes up
ARMED_SHARE = 0.4  # of the killed, so many die once more at a crash point of their next life
IDLE_SHARE = 0.2  # where nobody is found in the middle of something, so often somebody idle dies
LOOKS_MAX = 60
LOOK_S = 0.02
JUMPS_S = (-900, -30, 30, 900)
JUMP_AGAIN_S = (1.0, 6.0)
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
    "kill_node": 60,
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
    outages: Outages
    deaths: list[Death] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    _lasting: set[asyncio.Task[None]] = field(default_factory=set)

    async def blow(self) -> None:
        """One fault after the other, until cancelled."""
        dice = random.Random(self.seed)  # noqa: S311 - a storm, no secret
        self.arena.fleet.on_death = self._on_death
        faults: dict[str, Callable[[random.Random], Coroutine[None, None, None]]] = {
            "kill": self.kill,
            "pause": self.pause,
            **({"jump_clock": self.jump_clock} if self.faketime else {}),
            **{name: getattr(self.outages, name) for name in sorted(self.outages.possible())},
        }
        while True:
            await asyncio.sleep(dice.uniform(*BETWEEN_S))
            (name,) = dice.choices(list(faults), [WEIGHTS[name] for name in faults])
            began_s = time.monotonic()
            await faults[name](dice)
            self.faults.append(Fault(name, began_s, time.monotonic()))

    async def calm(self) -> None:
        """End every fault that lasts; the dead are started again by the fleet."""
        self.arena.fleet.arm.clear()
        for task in list(self._lasting):
            await task
        await self.outages.end()
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

    async def kill(self, dice: random.Random) -> None:
        """Kill a process, whose next life may die once more."""

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

    async def pause(self, dice: random.Random) -> None:
        """Stop a process for a while, and let it go on."""
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

    async def jump_clock(self, dice: random.Random) -> None:
        """Kill a process whose next life has its clock far ahead or behind, and has it jump again in mid-life."""
        first, second = dice.sample(JUMPS_S, 2)
        file = self.arena.fleet.directory / f"clock-{len(self.faults)}"
        file.write_text(f"{first:+d}s")
        settings = {
            "LD_PRELOAD": self.faketime,
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # its fix for old C libraries makes waits of Python's threads end late
        }
        await self._strike(dice, VICTIMS, lambda _: settings)

        async def jump_again() -> None:
            await asyncio.sleep(dice.uniform(*JUMP_AGAIN_S))
            fresh = file.with_suffix(".new")
            fresh.write_text(f"{second:+d}s")
            fresh.rename(file)  # it is never seen half written

        self._meanwhile(jump_again())


def trail_end(in_flight: list[str], last: str) -> str:
    """Return the name of a death in the histogram."""
    return last if in_flight else f"idle after {last or 'its start'}"
