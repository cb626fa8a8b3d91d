"""What more of the same costs: one case with its lines, spans and series 1, 4 and 16 times."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import log
from pathlib import Path
from time import process_time

import numpy as np

from inquest.accuracy.apart import run_apart
from inquest.accuracy.cases import Case
from inquest.accuracy.tables import target_of, telemetry_of
from inquest.packs import open_pack
from inquest.rca.engine import Telemetry, investigate
from inquest.rca.tables import Logs, Series, Spans

FACTORS = (1, 4, 16)
REPEATS = 2


@dataclass(frozen=True, slots=True)
class Cost:
    """One case at one size. `ms` is CPU time, the better of two runs: other work on the machine is left out."""

    case: str
    factor: int
    lines: int
    spans: int
    series: int
    ms: float


def measure(cases: Sequence[Case], on_cost: Callable[[Cost], None]) -> list[Cost]:
    """Measure the largest case of each set, one at a time. Raises Failed."""
    costs = []
    for case in _largest(cases):
        for factor in FACTORS:
            costs.append(run_apart(cost_of, case, factor))
            on_cost(costs[-1])
    return costs


def exponent(costs: Iterable[Cost]) -> float:
    """Return e where the time grows as size to the power e, from the smallest size to the largest; 1 is linear."""
    found = sorted(costs, key=lambda one: one.factor)
    first, last = found[0], found[-1]
    return log(last.ms / first.ms) / log(last.factor / first.factor)


def cost_of(case: Case, factor: int) -> Cost:
    """Time the engine on a case that was made `factor` times larger, in this process."""
    pack = open_pack(case.path)
    telemetry, target = replicate(telemetry_of(pack), factor), target_of(pack.signal)
    took = []
    for _ in range(REPEATS):
        began = process_time()
        investigate(telemetry, target)
        took.append((process_time() - began) * 1000)
    counts = (len(telemetry.logs), len(telemetry.spans), len(telemetry.series))
    return Cost(case.label, factor, *counts, min(took))


def replicate(telemetry: Telemetry, factor: int) -> Telemetry:
    """Return the case with every line, trace and series `factor` times; copies are traces and metrics of their own."""
    series = [
        Series(one.entity, _copied(one.metric, copy), one.times, one.values)
        for copy in range(factor)
        for one in telemetry.series
    ]
    return replace(telemetry, series=series, logs=_logs(telemetry.logs, factor), spans=_spans(telemetry.spans, factor))


def _logs(logs: Logs, factor: int) -> Logs:
    return Logs(
        np.tile(logs.times, factor),
        list(logs.entities) * factor,
        list(logs.severities) * factor,
        list(logs.messages) * factor,
        _ids(logs.trace_ids, factor),
        _ids(logs.span_ids, factor) if logs.span_ids is not None else None,
    )


def _spans(spans: Spans, factor: int) -> Spans:
    return Spans(
        _ids(spans.trace_ids, factor),
        [_copied(one, copy) for copy in range(factor) for one in spans.span_ids],
        _ids(spans.parent_ids, factor),
        list(spans.entities) * factor,
        list(spans.names) * factor,
        np.tile(spans.starts, factor),
        np.tile(spans.durations_ms, factor),
        np.tile(spans.errors, factor),
        list(spans.attributes) * factor if spans.attributes is not None else None,
    )


def _ids(ids: Sequence[str | None], factor: int) -> list[str | None]:
    return [one and _copied(one, copy) for copy in range(factor) for one in ids]


def _copied(name: str, copy: int) -> str:
    return f"{name}~{copy}" if copy else name


def _largest(cases: Sequence[Case]) -> list[Case]:
    by_set: dict[str, list[Case]] = {}
    for case in cases:
        by_set.setdefault(case.set_name, []).append(case)
    return [max(some, key=lambda case: _bytes(case.path)) for some in by_set.values()]


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("*") if file.is_file())
