"""`logs.ndjson`: log lines as columns, in order of time."""

import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inquest.packs import fields
from inquest.packs.files import read_records
from inquest.packs.problems import ProblemLog
from inquest.packs.selection import rows_between
from inquest.packs.times import TimeRange

FILE = "logs.ndjson"
FIELDS = {"time", "service", "severity", "message", "trace_id", "span_id", "attributes"}


@dataclass(frozen=True, slots=True)
class LogTable:
    """Columns of equal length; `time` in epoch seconds UTC, ascending.

    `severity`, `trace_id` and `span_id` are "" and `attributes` is None where the source gave none.
    """

    time: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    service: list[str] = field(default_factory=list)
    severity: list[str] = field(default_factory=list)
    message: list[str] = field(default_factory=list)
    trace_id: list[str] = field(default_factory=list)
    span_id: list[str] = field(default_factory=list)
    attributes: list[dict[str, object] | None] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.message)

    def between(self, start: float, end: float, services: Collection[str] | None = None) -> NDArray[np.int64]:
        """Return the row numbers with start ≤ time < end, of these services (None: all)."""
        return rows_between(self.time, self.service, start, end, services)

    def row(self, index: int) -> dict[str, object]:
        """Return one row as the file has it."""
        return {
            "time": float(self.time[index]),
            "service": self.service[index],
            "severity": self.severity[index],
            "message": self.message[index],
            "trace_id": self.trace_id[index] or None,
            "span_id": self.span_id[index] or None,
            "attributes": self.attributes[index],
        }


_Row = tuple[float, str, str, str, str, str, dict[str, object] | None]


def read_logs(path: Path, extent: TimeRange, problems: ProblemLog) -> LogTable:
    """Read the file; lines that are malformed or outside `extent` (epoch seconds) are reported and left out."""
    rows = sorted(_rows(path, extent, problems), key=lambda row: row[0])
    if not rows:
        return LogTable()
    time, *columns = zip(*rows, strict=True)
    return LogTable(np.array(time, dtype=np.float64), *map(list, columns))


def _rows(path: Path, extent: TimeRange, problems: ProblemLog) -> Iterator[_Row]:
    for line, record in read_records(path, problems):
        if not record.keys() <= FIELDS:
            problems.add_unknown(line, record.keys() - FIELDS, "field")
        try:
            yield (
                fields.time_within(record, "time", extent),
                sys.intern(fields.text(record, "service")),
                sys.intern(fields.text_or_empty(record, "severity")),
                fields.text(record, "message"),
                fields.text_or_empty(record, "trace_id"),
                fields.text_or_empty(record, "span_id"),
                fields.attributes(record),
            )
        except ValueError as error:
            problems.add(line, str(error))
