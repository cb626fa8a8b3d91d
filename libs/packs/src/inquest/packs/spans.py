"""`spans.ndjson`: trace spans as columns, in order of their start."""

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

FILE = "spans.ndjson"
FIELDS = {
    "trace_id", "span_id", "parent_id", "service", "name",
    "start", "duration_ms", "status", "attributes",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SpanTable:
    """Columns of equal length; `start` in epoch seconds UTC, ascending, `duration_ms` in milliseconds.

    `trace_id`, `parent_id` and `status` are "" and `attributes` is None where the source gave none.
    """

    start: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    duration_ms: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    trace_id: list[str] = field(default_factory=list)
    span_id: list[str] = field(default_factory=list)
    parent_id: list[str] = field(default_factory=list)
    service: list[str] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    status: list[str] = field(default_factory=list)
    attributes: list[dict[str, object] | None] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.span_id)

    def between(self, start: float, end: float, services: Collection[str] | None = None) -> NDArray[np.int64]:
        """Return the row numbers whose span starts within start ≤ t < end, of these services (None: all)."""
        return rows_between(self.start, self.service, start, end, services)

    def is_error(self, index: int) -> bool | None:
        """Return None where the source gives no status; OpenTelemetry's names and HTTP and gRPC codes are known."""
        text = self.status[index].strip().lower().removeprefix("status_code_")
        if text in {"", "unset"}:
            return None if not text else False
        if text.isdigit():
            code = int(text)
            return code >= 500 if code >= 100 else code not in {0, 1}
        return text not in {"ok", "success", "true"}

    def row(self, index: int) -> dict[str, object]:
        """Return one row as the file has it."""
        return {
            "trace_id": self.trace_id[index] or None,
            "span_id": self.span_id[index],
            "parent_id": self.parent_id[index] or None,
            "service": self.service[index],
            "name": self.name[index],
            "start": float(self.start[index]),
            "duration_ms": float(self.duration_ms[index]),
            "status": self.status[index] or None,
            "attributes": self.attributes[index],
        }


_Row = tuple[float, float, str, str, str, str, str, str, dict[str, object] | None]


def read_spans(path: Path, extent: TimeRange, problems: ProblemLog) -> SpanTable:
    """Read the file; spans that are malformed or start outside `extent` are reported and left out."""
    rows = sorted(_rows(path, extent, problems), key=lambda row: row[0])
    if not rows:
        return SpanTable()
    start, duration_ms, *columns = zip(*rows, strict=True)
    return SpanTable(
        np.array(start, dtype=np.float64),
        np.array(duration_ms, dtype=np.float64),
        *map(list, columns),
    )


def _rows(path: Path, extent: TimeRange, problems: ProblemLog) -> Iterator[_Row]:
    for line, record in read_records(path, problems):
        if not record.keys() <= FIELDS:
            problems.add_unknown(line, record.keys() - FIELDS, "field")
        try:
            yield (
                fields.time_within(record, "start", extent),
                fields.number(record, "duration_ms"),
                sys.intern(fields.text_or_empty(record, "trace_id")),
                fields.text(record, "span_id"),
                fields.text_or_empty(record, "parent_id"),
                sys.intern(fields.text(record, "service")),
                sys.intern(fields.text_or_empty(record, "name")),
                sys.intern(fields.text_or_empty(record, "status")),
                fields.attributes(record),
            )
        except ValueError as error:
            problems.add(line, str(error))
