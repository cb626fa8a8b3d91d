"""`metrics.csv`: one row per sample, read into one pair of arrays per series."""

import csv
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inquest.packs.files import read_lines
from inquest.packs.problems import ProblemLog
from inquest.packs.times import TimeRange, parse_time

_Key = tuple[str, str, str, str]

FILE = "metrics.csv"
REQUIRED = ("time", "service", "metric", "value")
COLUMNS = (*REQUIRED, "instance", "node")


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One metric of one service (and instance and node, "" where not given), in order of time.

    `times` are epoch seconds; both arrays are float64 of the same length; every value is finite.
    """

    service: str
    metric: str
    instance: str
    node: str
    times: NDArray[np.float64]
    values: NDArray[np.float64]

    def between(self, start: float, end: float) -> "Series":
        """Return the part with start ≤ time < end (views, no copy)."""
        low, high = np.searchsorted(self.times, (start, end), side="left")
        return Series(
            self.service, self.metric, self.instance, self.node,
            self.times[low:high], self.values[low:high],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class MetricsTable:
    """Every series of a pack, in order of (service, metric, instance, node); `rows` counts the samples."""

    series: tuple[Series, ...] = ()
    rows: int = 0

    @property
    def services(self) -> list[str]:
        """The services that have metrics, sorted."""
        return sorted({one.service for one in self.series})

    def select(
        self,
        services: Collection[str] | None = None,
        metrics: Collection[str] | None = None,
        start: float | None = None,
        end: float | None = None,
    ) -> list[Series]:
        """Return the series asked for (None: all), cut to start ≤ time < end; empty ones are left out."""
        low = -np.inf if start is None else start
        high = np.inf if end is None else end
        found = (
            one.between(low, high)
            for one in self.series
            if (services is None or one.service in services) and (metrics is None or one.metric in metrics)
        )
        return [one for one in found if one.times.size]


def read_metrics(path: Path, extent: TimeRange, problems: ProblemLog) -> MetricsTable:
    """Read the file; rows that are malformed or outside `extent` (epoch seconds) are reported and left out."""
    lines = read_lines(path, problems)
    first = next(lines, None)
    header = _header(first[1], problems) if first else None
    if header is None:
        return MetricsTable()
    numbers, rows = _split(lines, len(header), problems)
    if not rows:
        return MetricsTable()
    column = dict(zip(header, zip(*rows, strict=True), strict=True))
    blank = ("",) * len(rows)
    names = (column["service"], column["metric"])
    labels = (column.get("instance", blank), column.get("node", blank))
    times, why_time = _times(column["time"])
    values = _values(column["value"])
    good = np.isfinite(times) & np.isfinite(values)
    good &= (times >= extent.start) & (times <= extent.end)
    good &= np.fromiter((bool(s and m) for s, m in zip(*names, strict=True)), bool, len(rows))
    for index in np.flatnonzero(~good):
        reason = _reason(rows[index], header, times[index], values[index], why_time)
        problems.add(numbers[index], reason)
    return _group(list(zip(*names, *labels, strict=True)), times, values, good)


def _header(line: bytes, problems: ProblemLog) -> list[str] | None:
    names = [name.strip() for name in _fields(line.decode("utf-8-sig", "replace"))]
    missing = [name for name in REQUIRED if name not in names]
    if missing or len(set(names)) < len(names):
        fault = f"has no {', '.join(missing)}" if missing else "names a column twice"
        problems.add(1, f"header {fault}; expected {','.join(COLUMNS)} (the last two are optional)")
        return None
    problems.add_unknown(1, set(names) - set(COLUMNS), "column")
    return names


def _split(lines: Iterator[tuple[int, bytes]], width: int, problems: ProblemLog) -> tuple[list[int], list[list[str]]]:
    numbers: list[int] = []
    rows: list[list[str]] = []
    for number, line in lines:
        try:
            row = _fields(line.decode())
        except (UnicodeDecodeError, csv.Error) as error:
            problems.add(number, f"cannot be read: {error}")
            continue
        if len(row) == width:
            numbers.append(number)
            rows.append(row)
        else:
            problems.add(number, f"{len(row)} fields where the header has {width}")
    return numbers, rows


def _fields(line: str) -> list[str]:
    # One line is one row, always: an unclosed quote must not swallow the lines after it.
    return next(csv.reader([line])) if '"' in line else line.split(",")


def _times(texts: tuple[str, ...]) -> tuple[NDArray[np.float64], dict[str, str]]:
    known: dict[str, float] = {}
    why: dict[str, str] = {}
    for text in set(texts):
        try:
            known[text] = parse_time(text)
        except ValueError as error:
            known[text], why[text] = np.nan, str(error)
    return np.fromiter((known[text] for text in texts), np.float64, len(texts)), why


def _values(texts: tuple[str, ...]) -> NDArray[np.float64]:
    try:
        return np.array(texts, dtype=np.float64)
    except ValueError:
        return np.fromiter((_number(text) for text in texts), np.float64, len(texts))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _reason(row: list[str], header: list[str], time: float, value: float, why_time: dict[str, str]) -> str:
    cell = dict(zip(header, row, strict=True))
    if not np.isfinite(time):
        return why_time[cell["time"]]
    if not np.isfinite(value):
        return f"value {cell['value'][:40]!r} is not a finite number"
    if not (cell["service"] and cell["metric"]):
        return "service or metric is empty"
    return f"time {cell['time']} lies outside baseline and window"


def _group(
    keys: list[_Key],
    times: NDArray[np.float64],
    values: NDArray[np.float64],
    good: NDArray[np.bool_],
) -> MetricsTable:
    code_of = {key: code for code, key in enumerate(sorted(set(keys)))}
    codes = np.fromiter((code_of[key] for key in keys), np.int64, len(keys))[good]
    times, values = times[good], values[good]
    order = np.lexsort((times, codes))
    codes, times, values = codes[order], times[order], values[order]
    edges = np.searchsorted(codes, np.arange(len(code_of) + 1))
    series = tuple(
        Series(*key, times[edges[code] : edges[code + 1]], values[edges[code] : edges[code + 1]])
        for key, code in code_of.items()
        if edges[code] < edges[code + 1]
    )
    return MetricsTable(series, int(times.size))
