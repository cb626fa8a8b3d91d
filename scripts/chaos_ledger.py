"""What `make chaos` counts when the storm is over."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from inquest.bus.bus import Bus
from inquest.testkit.arena import Arena, differences
from inquest.testkit.reckoning import Tale, orphans, repeats, unsettled

from scripts.chaos_faults import Death, Storm

HOLDS_STEP = ("worker-", "req.tool.call.")  # the durables of workers, the request that gateways answer
OUTAGES = ("restart_bus", "fill_bus", "cut", "kill_redis", "kill_node", "paused worker", "paused gateway")
RECOVERY_S_MAX = 10.0
LOOKS, LOOK_S = 10, 1.0
IN_FLIGHT_MIN = 0.8
ZERO = ("lost", "doubled_effects", "odd_counts", "rerun_calls", "diverged", "stuck", "orphaned", "dead_letters", "bugs")


async def ledger(
    arena: Arena, storm: Storm, quiet: Mapping[str, Tale], accepted: list[str], dead: list[str]
) -> tuple[dict[str, Any], list[str]]:
    """Return the figures, and in words each problem behind them. `quiet` is the undisturbed run of each kind."""
    found = await arena.tales()
    problems: list[str] = []
    counts: Counter[str] = Counter()
    for tenant in accepted:
        tale, right = found.get(tenant, Tale()), quiet[kind_of(tenant)]
        counts["concluded"] += tale.end == "concluded"
        explained = tale.end != "concluded" and bool(tale.reason or any(f".{tenant}." in one for one in dead))
        counts["explained"] += explained
        counts["lost"] += tale.end != "concluded" and not explained
        counts["late"] += tale.is_late
        counts["diverged"] += tale.end == "concluded" and not tale.is_told_as(right)
        counts["doubled_effects"] += len(tale.doubled())
        counts["odd_counts"] += not tale.is_counted_as(right)
        counts["maybe_sent"] += len(tale.maybe_sent)
        problems += differences(tale, right, tenant)
    stuck, left, bugs = await settled_by_nobody(arena.bus), await orphans(arena.bus), arena.bugs()
    problems += [f"stuck: {durable} {count}" for durable, count in stuck.items()]
    problems += [f"orphan: {one}" for one in left]
    problems += [f"dead letter: {one}" for one in dead] + [f"bug: {line}" for line in bugs]
    in_flight = [death for death in storm.deaths if death.in_flight]
    reads_repeated, reruns = await arena.repeated_reads()
    waits = recoveries(arena, storm)
    problems += [f"slow recovery: {one}" for one in waits if one.seconds >= RECOVERY_S_MAX]
    return {
        "accepted": len(accepted),
        "concluded": counts["concluded"],
        "explained": counts["explained"],
        "lost": counts["lost"],
        "doubled_effects": counts["doubled_effects"],
        "odd_counts": counts["odd_counts"],
        "rerun_calls": reruns,
        "inflight_reads_repeated": reads_repeated,
        "calls_taken_over": await repeats(arena.bus),
        "maybe_sent": counts["maybe_sent"],
        "diverged": counts["diverged"],
        "late": counts["late"],
        "stuck": len(stuck),
        "orphaned": len(left),
        "dead_letters": len(dead),
        "bugs": len(bugs),
        "kills": len(storm.deaths),
        "kills_in_flight": len(in_flight),
        "steps_interrupted": len(waits),
        "recovery_s_max": round(waits[-1].seconds, 2) if waits else 0.0,
        "recovery_s_median": round(waits[len(waits) // 2].seconds, 2) if waits else 0.0,
        "recovery_s_max_outages_included": round(max((one.overall_s for one in waits), default=0.0), 2),
        **{f"faults_{name}": count for name, count in sorted(_counted(storm).items())},
    }, problems


async def settled_by_nobody(bus: Bus) -> dict[str, int]:
    """Return the durables that have work left however often one looks: timers go on, and are worked off at once."""
    stuck = await unsettled(bus)
    for _ in range(LOOKS):
        if not stuck:
            break
        await asyncio.sleep(LOOK_S)
        now = await unsettled(bus)
        stuck = {durable: min(count, now[durable]) for durable, count in stuck.items() if durable in now}
    return stuck


def shortfalls(found: Mapping[str, Any]) -> list[str]:
    """Return in words which of the promises the figures break; empty when none."""
    broken = [f"{name} is {found[name]}" for name in ZERO if found[name]]
    if found["accepted"] != found["concluded"] + found["explained"]:
        broken.append("accepted is not concluded + explained")
    if found["recovery_s_max"] >= RECOVERY_S_MAX:
        broken.append(f"recovery took {found['recovery_s_max']} s")
    if found["kills_in_flight"] < IN_FLIGHT_MIN * found["kills"]:
        broken.append(f"{found['kills_in_flight']} of {found['kills']} deaths were in flight")
    return broken


def kind_of(tenant: str) -> str:
    """Return what kind of tenant this is, by its name."""
    return tenant.rpartition("-")[0]


def histogram(deaths: Iterable[Death]) -> Counter[str]:
    """Return how many died at each crash point, by service."""
    return Counter(f"{death.member.rpartition('-')[0]:<10} {death.point}" for death in deaths)


def _counted(storm: Storm) -> Counter[str]:
    return Counter(fault.name for fault in storm.faults if " " not in fault.name)


@dataclass(frozen=True, slots=True)
class Recovery:
    """A step that was interrupted by a death.

    Attributes:
        seconds: from the last fault that it met to its end.
        overall_s: from the death to its end, outages included.
        member: who died.
        meanwhile: the outages between the death and the end.
    """

    seconds: float
    overall_s: float
    step: str
    member: str
    meanwhile: tuple[str, ...]

    def __str__(self) -> str:
        """Say it in a line."""
        outages = ", ".join(self.meanwhile) or "no outage"
        return f"{self.seconds:.1f} s ({self.overall_s:.1f} s after {self.member} died; meanwhile {outages})"


def recoveries(arena: Arena, storm: Storm) -> list[Recovery]:
    """Return what became of each interrupted step, the fastest first.

    It is interrupted by the death of a worker that holds it, or of a gateway that makes one of its calls; it is over
    when its outcome is recorded; and what counts is the last death that it met.
    """
    ends: dict[str, float] = {}
    for trail in (trail for member in arena.fleet.of("worker") for trail in member.trails):
        trail.look()
        for step, at in trail.finished.items():
            ends[step] = min(at, ends.get(step, at))
    last: dict[str, Death] = {}
    for death in storm.deaths:
        for message, held_by in death.messages.items():
            step = message.partition(":")[0]
            if held_by.startswith(HOLDS_STEP) and ends.get(step, 0.0) > death.at:
                last[step] = death
    return sorted((_recovery(storm, step, death, ends[step]) for step, death in last.items()), key=lambda r: r.seconds)


def _recovery(storm: Storm, step: str, death: Death, end_s: float) -> Recovery:
    met = [
        fault
        for fault in storm.faults
        if fault.name.startswith(OUTAGES) and fault.ended_s > death.at and fault.began_s < end_s
    ]
    began_s = max((fault.ended_s for fault in met if fault.ended_s < end_s), default=death.at)
    return Recovery(end_s - began_s, end_s - death.at, step, death.member, tuple(fault.name for fault in met))
