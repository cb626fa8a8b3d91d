"""What usually follows what: lost and new steps in the sequence of log templates of one entity.

Inside one trace the lines of one entity form a sequence. When a step that nearly always followed
another stops following it, or a new step takes its place, the code between them took another way:
an early return, an exception, a skipped call. The same table tells how often a line was to be expected
given the steps before it, so that a warning that grows with its traffic is not taken for a fault.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from inquest.rca.errorclass import error_classes
from inquest.rca.finding import Finding, Scalar
from inquest.rca.tables import Logs, Window
from inquest.rca.templates import Miner
from inquest.rca.wording import clock, number

START, END = -2, -1
PASSES_MIN = 3
BREAK_MIN = 2.0
SEQUENCES_MIN = 10
Step = tuple[str, int]
# A known branch taken more often is a matter of the requests; a step never seen before is not.
NOVEL, STOPS, NEW_TURN, KNOWN = 1.0, 0.9, 0.7, 0.35
SEVERE = (0.6, 0.9, 1.0)


class Flow:
    """Counts of template -> next template by entity, over whole traces."""

    def __init__(self) -> None:
        self.follows: defaultdict[Step, Counter[int]] = defaultdict(Counter)
        self.seen: Counter[Step] = Counter()
        self.times: defaultdict[tuple[Step, int], list[float]] = defaultdict(list)
        self.passes: defaultdict[Step, list[float]] = defaultdict(list)
        self.sequences = 0

    def add(self, entity: str, sequence: Sequence[tuple[float, int]]) -> None:
        """Count one sequence of (time, template)."""
        self.sequences += 1
        here = (entity, START)
        for at, template in (*sequence, (sequence[-1][0], END)):
            self.follows[here][template] += 1
            self.times[here, template].append(at)
            self.passes[here].append(at)
            here = (entity, template)
            self.seen[here] += 1


def flow_of(logs: Logs, identifiers: Sequence[int], rows: Iterable[int]) -> Flow:
    """The flow of the given rows; lines without a trace say nothing of order and are left out."""
    by_trace: defaultdict[tuple[str, str, str], list[tuple[float, int]]] = defaultdict(list)
    spans, times = logs.span_ids, logs.times
    for row in rows:
        trace = logs.trace_ids[row]
        if trace is not None:
            span = (spans[row] or "") if spans is not None else ""
            by_trace[trace, span, logs.entities[row]].append((float(times[row]), identifiers[row]))
    flow = Flow()
    for (_, _, entity), sequence in by_trace.items():
        sequence.sort(key=lambda pair: pair[0])
        flow.add(entity, sequence)
    return flow


def expected_lines(now: Flow, usual: Flow, step: Step) -> float | None:
    """How many lines of a template its predecessors in the window would usually bring.

    None when its predecessors were never seen before, or where there are too few traces to tell.
    """
    if usual.sequences < SEQUENCES_MIN or now.sequences < SEQUENCES_MIN:
        return None
    entity, template = step
    total, known = 0.0, False
    for before, followers in now.follows.items():
        if before[0] != entity or not followers[template]:
            continue
        passes = sum(usual.follows[before].values()) if before in usual.follows else 0
        if passes:
            known = True
            total += sum(followers.values()) * usual.follows[before][template] / passes
    return total if known else None


def flow_breaks(now: Flow, usual: Flow, miner: Miner, severities: dict[Step, int], window: Window) -> list[Finding]:
    """Steps whose followers in the window differ from the baseline."""
    found = []
    for step in now.follows:
        if step in usual.follows:
            found.extend(_compare(step, now, usual, miner, severities, window))
    return found


def _compare(
    step: Step, now: Flow, usual: Flow, miner: Miner, severities: dict[Step, int], window: Window
) -> list[Finding]:
    """The follower that gained most, tested with the G statistic of a two by two table."""
    here = step[1]
    known = usual.follows[step]
    seen_before = sum(known.values())
    if here == START or seen_before < PASSES_MIN:
        return []
    best: tuple[float, float, int] | None = None
    for after in now.follows[step]:
        onset = min(now.times[step, after]) if not known[after] else window.start
        passes = sum(at >= onset for at in now.passes[step])
        hits = now.follows[step][after]
        if passes < PASSES_MIN or hits / passes <= known[after] / seen_before:
            continue
        g = _root_g(hits, passes, known[after], seen_before)
        worth = g * _weight(step, after, usual, severities)
        if best is None or (worth, -after) > (best[0], -best[2]):
            best = (worth, g, after)
    if best is None or best[1] < BREAK_MIN:
        return []
    return [_finding(step, best[2], best[1], now, usual, miner, severities, window)]


def _weight(step: Step, after: int, usual: Flow, severities: dict[Step, int]) -> float:
    entity = step[0]
    if after == END:
        return STOPS
    kind = NOVEL
    if usual.seen[entity, after]:
        kind = KNOWN if usual.follows[step][after] else NEW_TURN
    return kind * SEVERE[severities.get((entity, after), 0)]


def _finding(
    step: Step,
    after: int,
    g: float,
    now: Flow,
    usual: Flow,
    miner: Miner,
    severities: dict[Step, int],
    window: Window,
) -> Finding:
    entity, here = step
    known, followers = usual.follows[step], now.follows[step]
    seen_before = sum(known.values())
    onset = min(now.times[step, after])
    since = onset if not known[after] else window.start
    passes = sum(at >= since for at in now.passes[step])
    share, usual_share = followers[after] / passes, known[after] / seen_before
    lost = max(known, key=lambda other: (known[other] / seen_before - followers[other] / passes, -other))
    resumes = lost == END and not severities.get((entity, after), 0)
    said = "nothing" if after == END else f'"{miner.text(after)[:80]}"'
    statement = (
        f'In {entity}, "{miner.text(here)[:80]}" was followed by {said} in {number(100 * share)} % of '
        f"{passes} passes, before in {number(100 * usual_share)} % of {seen_before}, from {clock(onset)} on."
    )
    weight = _weight(step, after, usual, severities)
    features: dict[str, Scalar] = {
        "detector": "flow",
        "step": miner.text(here)[:160],
        "next": "" if after == END else miner.text(after)[:160],
        "lost": "" if lost in {START, END} else miner.text(lost)[:160],
        "share": round(share, 4),
        "usual_share": round(usual_share, 4),
        "passes": float(passes),
        "surprise": round(g, 3),
        "severity": float(severities.get((entity, after), 0)),
        "classes": " ".join(error_classes(miner.text(after))) if severities.get((entity, after)) else "",
        "novel": after != END and not usual.seen[entity, after],
        "ends": after == END,
        "resumes": resumes,
    }
    # A flow that goes further than before is no fault by itself.
    strength = (0.3 if resumes else 1.0) * weight * g / (g + 2.0) * (share - usual_share) ** 0.5
    query = f"log lines of {entity} in the order of each trace, window against baseline"
    return Finding("log", entity, statement, window, onset, strength, features, query)


def _root_g(hits: int, total: int, hits_before: int, total_before: int) -> float:
    """Root of the G statistic (log-likelihood ratio), half a count added to each cell."""
    a, b = hits + 0.5, total - hits + 0.5
    c, d = hits_before + 0.5, total_before - hits_before + 0.5
    whole = a + b + c + d
    cells = ((a, a + b, a + c), (b, a + b, b + d), (c, c + d, a + c), (d, c + d, b + d))
    g = sum(2 * cell * math.log(cell * whole / (row * column)) for cell, row, column in cells)
    return math.sqrt(max(g, 0.0))
