"""Many log lines as few templates: every line counted, over time, with a few of them as they were written.

A detector that is given a summary comes to the counts, onsets and severities that it would find in the lines
themselves. What follows what is judged by a sample of whole traces.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inquest.rca.duplicates import unrepeated
from inquest.rca.severity import severity_of
from inquest.rca.tables import Floats, Logs, Pattern, Window
from inquest.rca.templates import Miner

STRETCHES = 240  # of the time looked at: counts over time are told for each
EXEMPLARS = 3
FAULT_EXEMPLARS = 10  # of lines that are warnings or errors: a template with no more of them keeps them all
EXEMPLAR_CHARS = 2_000
SAMPLE_LINES = 10_000
PATTERNS = 2_000
OTHERS = "(other templates)"


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of the lines. `sample` holds whole traces; `pattern_of` says of each of its lines which pattern it is.

    `traces_in` and `traces_before` count distinct traces of all lines in the window and in the baseline; `left_out`
    counts templates that have no pattern of their own.
    """

    patterns: tuple[Pattern, ...]
    sample: Logs
    pattern_of: tuple[int, ...]
    lines: int
    repeated: int
    traces_in: int
    traces_before: int
    left_out: int


@dataclass(slots=True)
class _Group:
    """Rows of one template of one entity at one severity, in order of time."""

    entity: str
    number: int
    severity: int
    rows: list[int] = field(default_factory=list)


def summarise(
    logs: Logs, *, window: Window, baseline: Window | None = None, sample_lines: int = SAMPLE_LINES
) -> Summary:
    """Return the summary. Linear in the number of lines, but for sorts by time and of traces."""
    logs, repeated = unrepeated(logs)
    order = np.argsort(logs.times, kind="stable").tolist()
    miner = Miner()
    groups: dict[tuple[str, int, int], _Group] = {}
    for row in order:
        message = logs.messages[row]
        key = (logs.entities[row], miner.add(message), severity_of(logs.severities[row], message))
        groups.setdefault(key, _Group(*key)).rows.append(row)
    stretches = _stretches(logs.times, window, baseline)
    inside = window.covers(logs.times)
    ranked = sorted(groups.values(), key=lambda one: _order(one, logs, inside))
    kept = ranked[:PATTERNS]
    patterns = [_pattern(one, miner.text(one.number), logs, stretches, inside) for one in kept]
    patterns += _others(ranked[PATTERNS:])
    pattern_of = {row: index for index, one in enumerate(kept) for row in one.rows}
    before = baseline.covers(logs.times) if baseline else np.zeros(len(logs), dtype=bool)
    sample = [row for row in _sample(logs, order, sample_lines) if row in pattern_of]
    return Summary(
        tuple(patterns),
        _rows(logs, sample, [patterns[pattern_of[row]].signature for row in sample]),
        tuple(pattern_of[row] for row in sample),
        len(logs),
        repeated,
        _traces(logs, inside),
        _traces(logs, before),
        len(ranked) - len(kept),
    )


def _order(group: _Group, logs: Logs, inside: NDArray[np.bool_]) -> tuple[object, ...]:
    """Errors before warnings, what is new before what is usual, much before little."""
    is_new = bool(inside[group.rows[0]])
    return (-group.severity, not is_new, -len(group.rows), group.entity, float(logs.times[group.rows[0]]), group.number)


def _stretches(times: Floats, window: Window, baseline: Window | None) -> NDArray[np.int64]:
    """The stretch that each time lies in; none reaches over a border of window or baseline."""
    asked = [window] if baseline is None else [baseline, window]
    borders = np.array(sorted({border for one in asked for border in (one.start, one.end)}))
    length_s = max(sum(one.length_s for one in asked) / STRETCHES, 1e-3)
    part = np.searchsorted(borders, times, side="right")
    begins = borders[np.clip(part - 1, 0, None)]
    # What lies outside was not asked for, and may be far away: it is one stretch on each side.
    steps = np.where((part == 0) | (part == len(borders)), 0.0, np.floor((times - begins) / length_s))
    stretches: NDArray[np.int64] = (part * 1_000_000 + np.clip(steps, 0, 999_999)).astype(np.int64)
    return stretches


def _pattern(group: _Group, text: str, logs: Logs, stretches: NDArray[np.int64], inside: NDArray[np.bool_]) -> Pattern:
    rows = np.array(group.rows)
    _, first, counts = np.unique(stretches[rows], return_index=True, return_counts=True)
    by_time = np.argsort(first)
    return Pattern(
        group.entity,
        text,
        float(len(rows)),
        0.0,
        severity=group.severity,
        times=logs.times[rows[first[by_time]]],
        counts=counts[by_time].astype(np.float64),
        last_at=float(logs.times[rows[-1]]),
        exemplars=_exemplars(group, logs, inside),
    )


def _exemplars(group: _Group, logs: Logs, inside: NDArray[np.bool_]) -> tuple[str, ...]:
    """The first line, the first in the window, the last; of warnings and errors more that differ."""
    in_window = next((row for row in group.rows if inside[row]), group.rows[0])
    chosen = dict.fromkeys(logs.messages[row][:EXEMPLAR_CHARS] for row in (group.rows[0], in_window, group.rows[-1]))
    for row in group.rows if group.severity else ():
        if len(chosen) >= FAULT_EXEMPLARS:
            break
        chosen.setdefault(logs.messages[row][:EXEMPLAR_CHARS])
    return tuple(chosen)


def _others(groups: Sequence[_Group]) -> list[Pattern]:
    """One pattern for the rest of each entity: counted, and not judged."""
    counts: dict[tuple[str, int], int] = {}
    for one in groups:
        counts[one.entity, one.severity] = counts.get((one.entity, one.severity), 0) + len(one.rows)
    return [Pattern(entity, OTHERS, float(n), 0.0, severity=severity) for (entity, severity), n in counts.items()]


def _sample(logs: Logs, order: Sequence[int], left: int) -> list[int]:
    """Rows of whole traces, drawn by the hash of their id so that each is as likely as any other."""
    sizes: dict[str, int] = {}
    for trace in logs.trace_ids:
        if trace is not None:
            sizes[trace] = sizes.get(trace, 0) + 1
    drawn: set[str] = set()
    for trace in sorted(sizes, key=lambda one: hashlib.blake2b(one.encode(), digest_size=8).digest()):
        if sizes[trace] > left:
            break
        left -= sizes[trace]
        drawn.add(trace)
    return [row for row in order if logs.trace_ids[row] in drawn]


def _rows(logs: Logs, rows: Sequence[int], templates: Sequence[str]) -> Logs:
    spans = logs.span_ids
    return Logs(
        logs.times[list(rows)],
        [logs.entities[row] for row in rows],
        [logs.severities[row] for row in rows],
        [logs.messages[row] for row in rows],
        [logs.trace_ids[row] for row in rows],
        [spans[row] for row in rows] if spans is not None else None,
        templates=templates,
    )


def _traces(logs: Logs, which: NDArray[np.bool_]) -> int:
    return len({logs.trace_ids[row] for row in np.flatnonzero(which).tolist()} - {None})
