"""A fleet that is paged about the bundled incident while its processes die, and the comparison with a quiet run."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from inquest.bus.bus import Bus
from inquest.bus.crashpoints import CRASH_AT
from inquest.cli.scenario import Scenario, write_secret
from inquest.contracts.errors import RetryLater
from inquest.contracts.subjects import INVESTIGATION_RECORDED
from inquest.testkit.fixtures import until
from inquest.testkit.fleet import Fleet, Member
from inquest.testkit.reckoning import Tale, dead_letters, repeats, tales, unsettled, work_left
from inquest.testkit.tenants import Inbox, configuration, copies, page
from inquest.testkit.trails import points_of

SETTLE_S_MAX = 90.0
LEFT_S_MAX = 180.0  # what a killed server left in a queue is taken when it was seen for a minute
VICTIMS = ("intake", "planner", "worker", "gateway", "verifier", "notifier", "tracestore")
READ = "provider.read.before"
BUGS = ('"handler_failed"', '"request_failed"', '"provider_crashed"', '"stop_failed"')


@dataclass(slots=True)
class Arena:
    """A running fleet, a bus of our own beside it, and one incident for each tenant."""

    fleet: Fleet
    bus: Bus
    http: httpx.AsyncClient
    inbox: Inbox
    scenarios: list[Scenario]
    secret: str
    _used: int = 0

    async def page(self) -> str:
        """Page about the next tenant's incident; returns the tenant once the page was accepted."""
        one = self.scenarios[self._used]
        self._used += 1
        await page(self.http, self.fleet.url("intake"), one, self.secret)
        return one.tenant

    async def is_concluded(self, tenant: str) -> bool:
        """Say whether the tenant's investigation has been concluded; no while the bus is away."""
        try:
            return any(row.message.concluded for row in await self.bus.read(INVESTIGATION_RECORDED, tenant=tenant))
        except RetryLater:
            return False

    async def is_settled(self) -> bool:
        """Say whether nobody has work left."""
        try:
            return not await unsettled(self.bus)
        except Exception:  # noqa: BLE001 - the server may be away
            return False

    async def settle(self, *tenants: str) -> None:
        """Wait until these are concluded and nothing is left to do. Raises TimeoutError."""
        for tenant in tenants:
            await until(lambda tenant=tenant: self.is_concluded(tenant), SETTLE_S_MAX)  # type: ignore[misc]
        await until(self.is_settled, SETTLE_S_MAX)

    async def clear(self) -> None:
        """Wait until the queues are empty too. Raises TimeoutError."""
        await until(self._is_clear, LEFT_S_MAX)

    async def _is_clear(self) -> bool:
        return await self.is_settled() and not await work_left(self.bus)

    async def tales(self) -> dict[str, Tale]:
        """Return what is recorded of each tenant."""
        return await tales(self.bus, self.inbox.posts)

    async def repeated_reads(self) -> tuple[int, int]:
        """Return how many reads were done again: those in flight when their gateway was lost, and any others."""
        calls = {name for tale in (await self.tales()).values() for kind, name in tale.effects if kind == "call"}
        again = max(0, self.fleet.passed("gateway")[READ] - len(calls))
        in_flight = min(again, await repeats(self.bus))
        return in_flight, again - in_flight

    def bugs(self) -> list[str]:
        """Return the lines in which a service reports what only a bug can cause."""
        logs = sorted(self.fleet.directory.glob("*.log"))
        return [line for log in logs for line in log.read_text().splitlines() if any(one in line for one in BUGS)]

    async def dead_letters(self) -> list[str]:
        """Return the subjects of all dead letters."""
        return await dead_letters(self.bus)


@asynccontextmanager
async def arena(
    directory: Path,
    pack: Path,
    tenants: Sequence[str],
    instead: Mapping[str, Mapping[str, Any]] | None = None,
    **fleet: Any,
) -> AsyncIterator[Arena]:
    """Run a fleet for these tenants; `instead` goes to `configuration`, `fleet` to Fleet."""
    secret = write_secret(directory, "webhook")
    inbox = Inbox()
    scenarios = copies(pack, tenants)
    async with inbox.backend.listening():
        config = configuration(scenarios, secret, inbox.backend.url, instead)
        async with Fleet(directory, config, **{"replicas": {}, **fleet}) as running, httpx.AsyncClient() as http:
            bus = running.bus()
            await bus.connect()
            try:
                yield Arena(running, bus, http, inbox, scenarios, secret.read_text())
            finally:
                await bus.close()


@dataclass(slots=True)
class Campaign:
    """Kills each service at its crash points, one point of every service at a time, one investigation each time."""

    arena: Arena
    seed: int
    quiet: Tale = field(default_factory=Tale)
    points: dict[str, list[str]] = field(default_factory=dict)
    hits: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    async def learn(self) -> None:
        """Run once undisturbed: what is right, and which points there are."""
        tenant = await self.arena.page()
        await self.arena.settle(tenant)
        self.quiet = (await self.arena.tales())[tenant]
        dice = random.Random(self.seed)  # noqa: S311 - a choice of tests
        for name in VICTIMS:
            self.points[name] = sorted(points_of(self.arena.fleet.passed(name)))
            dice.shuffle(self.points[name])

    async def volley(self, number: int) -> None:
        """Arm one point of each service, page, and compare what came of it."""
        armed = [
            (self.arena.fleet.of(name)[0], at) for name in VICTIMS for at in self.points[name][number : number + 1]
        ]
        await asyncio.gather(*(self._arm(member, at) for member, at in armed))
        deaths = {member.name: member.deaths for member, _ in armed}
        tenant = await self.arena.page()
        title = ", ".join(f"{member.name} at {at}" for member, at in armed)
        try:
            await self.arena.settle(tenant)
        except TimeoutError:
            self.problems.append(f"{tenant} never settled: {title}; {await unsettled(self.arena.bus)}")
        self._compare((await self.arena.tales()).get(tenant, Tale()), f"{tenant}: {title}")
        for member, at in armed:
            if member.deaths > deaths[member.name]:
                self.hits[f"{member.name} {at.rpartition(':')[0]}"] += 1
            else:
                self.missed.append(f"{member.name} {at}")

    async def _arm(self, member: Member, at: str) -> None:
        await self.arena.fleet.end(member)
        await self.arena.fleet.spawn(member, {CRASH_AT: at})

    def _compare(self, tale: Tale, title: str) -> None:
        self.problems += differences(tale, self.quiet, title)


def differences(tale: Tale, quiet: Tale, title: str) -> Sequence[str]:
    """Return in words what differs from the quiet run."""
    found = []
    if tale.end != quiet.end:
        found.append(f"{title}: ended {tale.end!r} {tale.reason}")
    if not tale.is_told_as(quiet):
        what = f"revision {tale.revision}, {first_difference(tale.verdict, quiet.verdict)}"
        found.append(f"{title}: another verdict: {what}")
    if not tale.is_counted_as(quiet):
        found.append(f"{title}: effects {tale.counts()}, not {quiet.counts()}")
    if tale.doubled():
        found.append(f"{title}: doubled {tale.doubled()}")
    return found


def first_difference(one: bytes, other: bytes) -> str:
    """Return both from shortly before where they part."""
    at = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
    return f"{one[max(0, at - 120) : at + 120]!r}, not {other[max(0, at - 120) : at + 120]!r}"
