"""`changes.ndjson`, `patterns.ndjson` and `topology.json`: small files, one object per entry."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from inquest.packs.files import read_lines, read_records
from inquest.packs.meta import reasons
from inquest.packs.problems import ProblemLog
from inquest.packs.times import TimeRange, parse_time

CHANGES_FILE = "changes.ndjson"
PATTERNS_FILE = "patterns.ndjson"
TOPOLOGY_FILE = "topology.json"

Edge = tuple[str, str]
"""(caller, callee)."""

M = TypeVar("M", bound=BaseModel)


class Change(BaseModel):
    """One deploy, commit, flag flip, config change or scaling. `time` in epoch seconds UTC.

    `ref` is the commit id, or the flag's name. `service` is None for a commit, which belongs to paths, not to a
    service. `diff` is the unified diff where one is known.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    time: float
    kind: Literal["deploy", "commit", "flag", "config", "scale"]
    service: str | None = None
    ref: str | None = None
    author: str | None = None
    message: str | None = None
    files: tuple[str, ...] = ()
    diff: str | None = None
    from_: str | None = Field(default=None, alias="from")
    to: str | None = None

    @field_validator("time", mode="before")
    @classmethod
    def _time(cls, value: object) -> float:
        return parse_time(value)

    @field_validator("files", mode="before")
    @classmethod
    def _files(cls, value: object) -> object:
        return () if value is None else value

    @field_validator("from_", "to", "ref", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        # Flags go from 10 to 25, or from false to true; versions are texts.
        return orjson.dumps(value).decode() if isinstance(value, bool | int | float) else value


class Pattern(BaseModel):
    """One log signature of a source that samples its logs; `count` lines in the window.

    `delta_vs_baseline` is as the source gives it: "+312", "new", or a number as text.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    service: str = Field(min_length=1)
    signature: str = Field(min_length=1)
    count: int = Field(ge=0)
    delta_vs_baseline: str | None = None

    @field_validator("delta_vs_baseline", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return orjson.dumps(value).decode() if isinstance(value, int | float) else value

    @property
    def delta(self) -> float | None:
        """The difference as a number; of a new signature the whole count. None where the source gives none."""
        text = self.delta_vs_baseline
        if text is None or text.strip().lower() == "new":
            return None if text is None else float(self.count)
        try:
            return float(text)
        except ValueError:
            return None


def read_changes(path: Path, extent: TimeRange, problems: ProblemLog) -> list[Change]:
    """Read the changes in order of time.

    Changes before the baseline stay (an old change may act late); those after the extent's end are reported and
    left out: they cannot have caused anything in it.
    """
    found = []
    for line, change in _models(path, Change, problems):
        if change.time <= extent.end:
            found.append(change)
        else:
            problems.add(line, "time lies after the window: left out", "note")
    return sorted(found, key=lambda change: change.time)


def read_patterns(path: Path, problems: ProblemLog) -> list[Pattern]:
    """Read the log signatures in the file's order."""
    return [pattern for _, pattern in _models(path, Pattern, problems)]


def _models(path: Path, model: type[M], problems: ProblemLog) -> Iterator[tuple[int, M]]:
    known = {field.alias or name for name, field in model.model_fields.items()}
    for line, record in read_records(path, problems):
        problems.add_unknown(line, record.keys() - known, "field")
        try:
            yield line, model.model_validate(record)
        except ValidationError as error:
            problems.add(line, reasons(error))


def read_topology(path: Path, problems: ProblemLog) -> list[Edge]:
    """Read the call graph; each edge once, in the file's order."""
    # By lines only for the bounds and the gzip handling of `read_lines`; JSON allows a line end for any blank.
    whole = b"\n".join(line for _, line in read_lines(path, problems))
    try:
        content = orjson.loads(whole)
    except orjson.JSONDecodeError as error:
        problems.add(0, f"not JSON: {error}")
        return []
    entries = content.get("edges") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        problems.add(0, 'expected {"edges": [{"from": caller, "to": callee}]}')
        return []
    found: dict[Edge, None] = {}
    for number, entry in enumerate(entries, start=1):
        caller, callee = _ends(entry)
        if isinstance(caller, str) and isinstance(callee, str) and caller and callee:
            found[caller, callee] = None
        else:
            problems.add(0, f"edge {number} has no from or to")
    return list(found)


def _ends(entry: object) -> tuple[object, object]:
    return (entry.get("from"), entry.get("to")) if isinstance(entry, dict) else (None, None)
