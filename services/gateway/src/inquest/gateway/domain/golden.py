"""The golden diff: where two answers to one question differ, field by field. Works on the canonical JSON of responses.

Rows are matched by what identifies them, so that their order never matters where the contract only says that they
ascend in time; an answer that breaks that order, or that orders documents by another fit, differs. Cursors are
nobody's business but their maker's, and scores of different scales cannot be compared. Pseudonyms in the marks of
redaction are left out: a source that redacts by itself, such as one of our own, makes them with another key or none.
"""

import json
import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inquest.contracts.latest import Domain, ToolDifference
from inquest.contracts.v1.switching import DIFFERENCES_MAX

PATH_CHARS_MAX = 300
VALUE_CHARS_MAX = 200
_RELATIVE = 1e-12  # sums in another order; of an epoch second, two milliseconds
_SETS = frozenset({"services", "labels", "links", "tags", "files"})
_TIMED = frozenset({"comments", "transitions"})
_UNKNOWN = frozenset({"lines_seen", "traces_seen"})  # "where known": who does not know it does not contradict
_PSEUDONYM = re.compile(r"(\[redacted:[^\]#]*)#[0-9a-f]+(?=\])")
_IGNORED = frozenset({"next_cursor", "score"})

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one list of a response: what identifies one, and the field that they ascend in."""

    name: str
    keys: tuple[str, ...]
    ascends: str = ""
    ranked: bool = False  # the order itself is part of the answer


@dataclass(frozen=True, slots=True)
class Golden:
    """What a comparison found; `total` counts also the differences that are not kept."""

    differences: tuple[ToolDifference, ...]
    total: int
    rows_external: int
    rows_internal: int


_CHANGES = Table("changes", ("kind", "ref", "service", "repository", "environment"), "time")
_TABLES: Mapping[Domain, tuple[Table, ...]] = {
    "metrics": (Table("series", ("service", "metric", "instance", "node")),),
    "logs": (Table("lines", ("time", "service", "message"), "time"), Table("patterns", ("service", "signature"))),
    "traces": (Table("spans", ("trace_id", "span_id"), "start"),),
    "changes": (_CHANGES,),
    "flags": (_CHANGES, Table("flags", ("name", "environment", "service"))),
    "tickets": (Table("tickets", ("ticket_id",), "created_at"),),
    "chat": (Table("messages", ("channel", "message_id"), "time"),),
    "events": (Table("events", ("time", "kind", "entity", "service", "namespace"), "time"),),
    "code": (Table("parts", ("repository", "path", "ref", "line_start")),),
    "documents": (Table("documents", ("document_id",), ranked=True),),
    "objects": (Table("objects", ("kind", "object_id")),),
    "topology": (Table("edges", ("caller", "callee", "kind")),),
    "dashboards": (Table("dashboards", ("dashboard_id",)),),
}
_COLUMNS: Mapping[Domain, tuple[str, Mapping[str, str]]] = {  # a response in columns: its table, and column by field
    "logs": (
        "lines",
        {
            "time": "times",
            "service": "services",
            "severity": "severities",
            "message": "messages",
            "trace_id": "trace_ids",
            "span_id": "span_ids",
        },
    ),
    "traces": (
        "spans",
        {
            "trace_id": "trace_ids",
            "span_id": "span_ids",
            "parent_id": "parent_ids",
            "service": "services",
            "name": "names",
            "start": "starts",
            "duration_ms": "durations_ms",
            "error": "errors",
            "attributes": "attributes",
        },
    ),
}


def compare(domain: Domain, external: Row, internal: Row, ignore: Collection[str] = ()) -> Golden:
    """Return how two responses of a domain, as JSON, differ."""
    ignored = _IGNORED | frozenset(ignore)
    one, two = (_plain(domain, _nameless(side)) for side in (external, internal))
    kept: list[ToolDifference] = []
    total = 0
    for found in _differences(domain, one, two, ignored):
        total += 1
        if len(kept) < DIFFERENCES_MAX:
            kept.append(found)
    rows = [sum(len(side[table.name]) for table in _TABLES[domain]) for side in (one, two)]
    return Golden(tuple(kept), total, *rows)


def _nameless(value: Any) -> Any:
    """Return a value whose marks of redaction name the kind alone."""
    if isinstance(value, str):
        return _PSEUDONYM.sub(r"\1", value) if "[redacted:" in value else value
    if isinstance(value, Mapping):
        return {_nameless(name): _nameless(one) for name, one in value.items()}
    return [_nameless(one) for one in value] if isinstance(value, list) else value


def _plain(domain: Domain, response: Row) -> dict[str, Any]:
    """Return a response with all its rows as lists of rows."""
    plain = dict(response)
    if domain in _COLUMNS:
        name, columns = _COLUMNS[domain]
        lists = {field: plain.pop(column, None) or [] for field, column in columns.items()}
        count = max(map(len, lists.values()))
        plain[name] = [
            {field: values[at] if at < len(values) else None for field, values in lists.items()} for at in range(count)
        ]
    if domain == "metrics":
        plain["series"] = [_series(one) for one in plain.get("series") or []]
    return plain | {table.name: plain.get(table.name) or [] for table in _TABLES[domain]}


def _series(one: Row) -> dict[str, Any]:
    """Return a series with its samples by time; a missing one is null, however it was missing."""
    rest = {name: value for name, value in one.items() if name not in {"times", "values"}}
    pairs = zip(one.get("times") or [], one.get("values") or [], strict=False)
    samples = {f"{time!r}": None if value is None or math.isnan(value) else value for time, value in pairs}
    return rest | {"samples": samples}


def _differences(domain: Domain, one: Row, two: Row, ignored: frozenset[str]) -> Iterator[ToolDifference]:
    tables = _TABLES[domain]
    for name in sorted((one.keys() | two.keys()) - {table.name for table in tables} - ignored):
        if name not in _UNKNOWN or (one.get(name) is not None and two.get(name) is not None):
            yield from _walk(name, one.get(name), two.get(name), ignored)
    for table in tables:
        yield from _rows(table, one[table.name], two[table.name], ignored)


def _rows(table: Table, one: Sequence[Row], two: Sequence[Row], ignored: frozenset[str]) -> Iterator[ToolDifference]:
    left, right = _by_key(table, one), _by_key(table, two)
    for key in sorted(left.keys() | right.keys()):
        path = f"{table.name}[{key}]"
        if key not in right:
            yield _difference(path, "only-external", external=left[key])
        elif key not in left:
            yield _difference(path, "only-internal", internal=right[key])
        else:
            yield from _walk(path, left[key], right[key], ignored)
    if _order(table, one) != _order(table, two):
        yield ToolDifference(
            path=table.name, kind="order", external=_shown(_order(table, one)), internal=_shown(_order(table, two))
        )


def _order(table: Table, rows: Sequence[Row]) -> Any:
    """Return what counts of the order: of what is ranked the whole, else whether it ascends as the contract says."""
    if table.ranked:
        return [row.get(table.keys[0]) for row in rows]
    if not table.ascends:
        return "any"
    times = [row.get(table.ascends) or 0 for row in rows]
    return "ascends" if times == sorted(times) else "does not ascend"


def _by_key(table: Table, rows: Sequence[Row]) -> dict[str, Row]:
    """Return rows by what identifies them; of several alike each has a number, whatever order they came in."""
    alike: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        alike[" ".join(_word(row.get(key)) for key in table.keys).strip()].append(row)
    found: dict[str, Row] = {}
    for key, some in alike.items():
        for number, row in enumerate(sorted(some, key=_canonical), start=1):
            found[f"{key} #{number}" if number > 1 else key] = row
    return found


def _walk(path: str, one: Any, two: Any, ignored: frozenset[str]) -> Iterator[ToolDifference]:
    if isinstance(one, Mapping) and isinstance(two, Mapping):
        for name in sorted((one.keys() | two.keys()) - ignored):
            at = f"{path}[{name}]" if path.endswith(("samples", "attributes")) else f"{path}.{name}"
            yield from _walk(at, one.get(name), two.get(name), ignored)
    elif isinstance(one, list) and isinstance(two, list):
        left, right = _sequence(path, one), _sequence(path, two)
        for number in range(max(len(left), len(right))):
            here, there = (side[number] if number < len(side) else None for side in (left, right))
            yield from _walk(f"{path}[{number}]", here, there, ignored)
    elif not _same(one, two):
        yield _difference(path, "changed", external=one, internal=two)


def _sequence(path: str, values: list[Any]) -> list[Any]:
    """Return a list in the order that counts: none in sets, time in histories."""
    name = path.rpartition(".")[2]
    if name in _SETS:
        return sorted(values, key=_canonical)
    if name in _TIMED:
        return sorted(values, key=lambda one: (one.get("time") or 0, _canonical(one)))
    return values


def _same(one: Any, two: Any) -> bool:
    if isinstance(one, bool) or isinstance(two, bool):
        return one is two
    if isinstance(one, int | float) and isinstance(two, int | float):
        return math.isclose(one, two, rel_tol=_RELATIVE, abs_tol=0.0)
    return bool(one == two)


def _difference(path: str, kind: Any, *, external: Any = None, internal: Any = None) -> ToolDifference:
    values = {"external": external, "internal": internal}
    if kind.startswith("only-"):
        values = {name: value for name, value in values.items() if name == kind.removeprefix("only-")}
    shown = {name: _shown(value) for name, value in values.items()}
    return ToolDifference(path=_cut(path, PATH_CHARS_MAX), kind=kind, **shown)


def _shown(value: Any) -> str:
    return _cut(_canonical(value), VALUE_CHARS_MAX)


def _cut(text: str, chars_max: int) -> str:
    return text if len(text) <= chars_max else text[: chars_max - 1] + "…"


def _word(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else repr(value)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
