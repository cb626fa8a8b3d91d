"""What usually follows what: lost and new steps in the sequence of log templates of one entity.

Inside one trace the lines of one entity form a sequence. When a step that nearly always followed
another stops following it, or a new step takes its place, the code between them took another way:
an early return, an exception, a skipped call.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from inquest.rca.finding import Finding, Scalar
from inquest.rca.tables import Logs, Window
from inquest.rca.templates import Miner
from inquest.rca.wording import clock, number

END = -1
SUPPORT_MIN = 3
BREAK_MIN = 2.0
Step = tuple[str, int]


class _Flow:
    """Counts of template -> next template by entity, over whole traces."""

    def __init__(self) -> None:
        self.follows: defaultdict[Step, Counter[int]] = defaultdict(Counter)
        self.first_at: dict[tuple[Step, int], float] = {}

    def total(self, step: Step) -> int:
        return sum(self.follows[step].values()) if step in self.follows else 0

    def add(self, entity: str, sequence: list[tuple[float, int]]) -> None:
        for (at, here), (_, after) in zip(sequence, [*sequence[1:], (0.0, END)], strict=True):
            step = (entity, here)
            self.follows[step][after] += 1
            key = (step, after)
            self.first_at[key] = min(self.first_at.get(key, math.inf), at)


def _flow(logs: Logs, identifiers: Sequence[int], rows: Iterable[int]) -> _Flow:
    by_trace: defaultdict[tuple[str, str, str], list[tuple[float, int]]] = defaultdict(list)
    spans = logs.span_ids
    times = logs.times
    for row in rows:
        trace = logs.trace_ids[row]
        if trace is not None:
            span = (spans[row] or "") if spans is not None else ""
            by_trace[trace, span, logs.entities[row]].append((float(times[row]), identifiers[row]))
    flow = _Flow()
    for (_, _, entity), sequence in by_trace.items():
        sequence.sort(key=lambda pair: pair[0])
        flow.add(entity, sequence)
    return flow


def flow_breaks(
    logs: Logs, identifiers: Sequence[int], miner: Miner, window: Window, baseline: Window | None
) -> list[Finding]:
    """Steps whose followers in the window differ from the baseline; both need traces."""
    if baseline is None or not len(logs):
        return []
    inside, before = window.covers(logs.times), baseline.covers(logs.times)
    usual = _flow(logs, identifiers, before.nonzero()[0].tolist())
    now = _flow(logs, identifiers, inside.nonzero()[0].tolist())
    found = []
    for step, followers in now.follows.items():
        known = usual.follows.get(step)
        if known is None:
            continue
        finding = _compare(step, known, followers, now, miner, window)
        if finding is not None:
            found.append(finding)
    return found


def _compare(
    step: Step,
    known: Counter[int],
    followers: Counter[int],
    now: _Flow,
    miner: Miner,
    window: Window,
) -> Finding | None:
    """The follower that gained most, tested with the G statistic of a two by two table."""
    seen, seen_before = sum(followers.values()), sum(known.values())
    if seen < SUPPORT_MIN or seen_before < SUPPORT_MIN:
        return None
    best: tuple[float, int] | None = None
    for after in {*followers, *known}:
        g = _signed_g(followers[after], seen, known[after], seen_before)
        if g > 0 and (best is None or (g, -after) > (best[0], -best[1])):
            best = (g, after)
    if best is None or best[0] < BREAK_MIN:
        return None
    score, after = best
    lost = max(known, key=lambda other: (known[other] / seen_before - followers[other] / seen, -other))
    entity, here = step
    share, usual_share = followers[after] / seen, known[after] / seen_before
    onset = now.first_at.get((step, after))
    said = "nothing" if after == END else f'"{miner.text(after)[:80]}"'
    statement = (
        f'In {entity}, "{miner.text(here)[:80]}" was followed by {said} in {number(100 * share)} % of '
        f"{seen} passes, before in {number(100 * usual_share)} % of {seen_before}"
        + (f", from {clock(onset)} on." if onset is not None else ".")
    )
    features: dict[str, Scalar] = {
        "detector": "flow",
        "step": miner.text(here)[:160],
        "next": "" if after == END else miner.text(after)[:160],
        "lost": "" if lost == END else miner.text(lost)[:160],
        "share": round(share, 4),
        "usual_share": round(usual_share, 4),
        "passes": float(seen),
        "surprise": round(score, 3),
        "ends": after == END,
    }
    strength = score / (score + 5.0) * (share - usual_share)
    query = f"log lines of {entity} in the order of each trace, window against baseline"
    return Finding("log", entity, statement, window, onset, strength, features, query)


def _signed_g(hits: int, total: int, hits_before: int, total_before: int) -> float:
    """Signed root of the G statistic (log-likelihood ratio), half a count added to each cell."""
    a, b = hits + 0.5, total - hits + 0.5
    c, d = hits_before + 0.5, total_before - hits_before + 0.5
    whole = a + b + c + d
    g = 0.0
    for cell, row, column in ((a, a + b, a + c), (b, a + b, b + d), (c, c + d, a + c), (d, c + d, b + d)):
        g += 2 * cell * math.log(cell * whole / (row * column))
    rising = a / (a + b) > c / (c + d)
    return math.copysign(math.sqrt(max(g, 0.0)), 1 if rising else -1)
