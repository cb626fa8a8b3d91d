"""Telemetry as columns: the inputs of every detector.

Times are epoch seconds (UTC, float64), durations milliseconds. Rows may come in any order, and a
detector is given baseline and window together; it splits them itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time: `start` is inside, `end` is not (epoch seconds)."""

    start: float
    end: float

    @property
    def length_s(self) -> float:
        """Length in seconds; never negative."""
        return max(0.0, self.end - self.start)

    def covers(self, times: Floats) -> Bools:
        """Which of `times` lie inside."""
        return (times >= self.start) & (times < self.end)


@dataclass(frozen=True, slots=True)
class Target:
    """What the page said: every part may be unknown."""

    entity: str | None = None
    metric: str | None = None
    fired_at: float | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One metric of one entity."""

    entity: str
    metric: str
    times: Floats
    values: Floats


@dataclass(frozen=True, slots=True)
class Logs:
    """Log lines by column; the last three columns are None where the source has none.

    `templates`: the signature of the pattern that each line belongs to, in a sample that comes with a summary.
    """

    times: Floats
    entities: Sequence[str]
    severities: Sequence[str]
    messages: Sequence[str]
    trace_ids: Sequence[str | None]
    span_ids: Sequence[str | None] | None = None
    attributes: Sequence[Mapping[str, object] | None] | None = None
    templates: Sequence[str] | None = None

    def __len__(self) -> int:
        return len(self.messages)


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans by column; `errors` is False where the source has no status."""

    trace_ids: Sequence[str | None]
    span_ids: Sequence[str]
    parent_ids: Sequence[str | None]
    entities: Sequence[str]
    names: Sequence[str]
    starts: Floats
    durations_ms: Floats
    errors: Bools
    attributes: Sequence[Mapping[str, object] | None] | None = None

    def __len__(self) -> int:
        return len(self.span_ids)


@dataclass(frozen=True, slots=True)
class Change:
    """A deploy, commit, flag flip, config or scale change; unknown parts are None."""

    time: float
    kind: str
    entity: str | None
    ref: str
    author: str | None = None
    message: str | None = None
    files: tuple[str, ...] = ()
    diff: str | None = None
    from_: str | None = None
    to: str | None = None


def _nothing() -> Floats:
    return np.empty(0)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A log signature, counted by its source, with `delta` against the source's own baseline, or by a summary.

    A summary says how many lines (`counts`) there were in each of some stretches of time, none of which reaches over
    a border of window or baseline; `times` are those of the first line in each, ascending. `severity` is that of
    `severity_of`.
    """

    entity: str
    signature: str
    count: float
    delta: float
    severity: int = 0
    times: Floats = field(default_factory=_nothing)
    counts: Floats = field(default_factory=_nothing)
    last_at: float = 0.0
    exemplars: tuple[str, ...] = ()

    @property
    def is_summary(self) -> bool:
        """Whether its counts over time are known."""
        return len(self.times) > 0


@dataclass(frozen=True, slots=True)
class Edge:
    """`caller` calls `callee`."""

    caller: str
    callee: str


def no_logs() -> Logs:
    """An empty table of log lines."""
    return Logs(np.empty(0), (), (), (), ())


def no_spans() -> Spans:
    """An empty table of spans."""
    return Spans((), (), (), (), (), np.empty(0), np.empty(0), np.empty(0, dtype=np.bool_))
