"""What `make chaos` counts when the storm is over."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from inquest.testkit.arena import Arena, differences
from inquest.testkit.reckoning import Tale, repeats, unsettled

from scripts.chaos_faults import Death, Storm

STEP = "worker-"


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
        counts["diverged"] += tale.end == "concluded" and tale.verdict != right.verdict
        counts["doubled_effects"] += len(tale.doubled())
        counts["odd_counts"] += tale.counts() != right.counts()
        counts["maybe_sent"] += len(tale.maybe_sent)
        problems += differences(tale, right, tenant)
    stuck = await unsettled(arena.bus)
    problems += [f"stuck: {durable} {count}" for durable, count in stuck.items()] + [
        f"dead letter: {one}" for one in dead
    ]
    bugs = arena.bugs()
    problems += [f"bug: {line}" for line in bugs]
    in_flight = [death for death in storm.deaths if death.in_flight]
    reads_repeated, reruns = await arena.repeated_reads()
    waits_s = recoveries(arena, storm)
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
        "stuck": len(stuck),
        "dead_letters": len(dead),
        "bugs": len(bugs),
        "kills": len(storm.deaths),
        "kills_in_flight": len(in_flight),
        "steps_interrupted": len(waits_s),
        "recovery_s_max": round(max(waits_s, default=0.0), 2),
        **{f"faults_{name}": count for name, count in sorted(storm.faults.items())},
    }, problems


def kind_of(tenant: str) -> str:
    """Return what kind of tenant this is, by its name."""
    return tenant.rpartition("-")[0]


def histogram(deaths: Iterable[Death]) -> Counter[str]:
    """Return how many died at each crash point, by service."""
    return Counter(f"{death.member.rpartition('-')[0]:<10} {death.point}" for death in deaths)


def recoveries(arena: Arena, storm: Storm) -> list[float]:
    """Return how long each interrupted step took from the last death that it met to its end, in seconds."""
    ends: dict[str, float] = {}
    for trail in (trail for member in arena.fleet.of("worker") for trail in member.trails):
        trail.look()
        for message, at in trail.finished.items():
            ends[message] = min(at, ends.get(message, at))
    died: dict[str, float] = {}
    for death in storm.deaths:
        for message, durable in death.messages.items():
            if durable.startswith(STEP) and ends.get(message, 0.0) > death.at:
                died[message] = death.at
    return [ends[message] - at for message, at in died.items()]
