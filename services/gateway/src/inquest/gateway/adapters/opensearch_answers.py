"""What an answer of `_search` says, in our words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inquest.gateway.domain.failure import ProviderError
from inquest.gateway.domain.forge import understood

_SAID_CHARS = 300


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One line. `ms` is its whole millisecond, `at` in epoch seconds; a text is empty where the document has none."""

    ms: int
    at: float
    message: str
    service: str
    level: str
    trace_id: str
    span_id: str


@dataclass(frozen=True, slots=True)
class Places:
    """The fields of a line."""

    time: str
    message: str
    service: str
    level: str
    trace_id: str
    span_id: str


@dataclass(slots=True)
class Found:
    """The lines of one answer in order of time, and why there are fewer than there should be."""

    lines: list[Line] = field(default_factory=list)
    total: int | None = None
    lost: str = ""


def found_in(answer: Any, places: Places, indices: str) -> Found:
    """Return what an answer holds. Raises ProviderError: malformed, or not-found where no index is there."""
    with understood("the answer of _search"):
        shards, hits = answer["_shards"], answer["hits"]
        if int(shards["total"]) == 0:
            raise ProviderError(
                "not-found", f"no index, data stream or alias matches {indices}, or none is shown to us"
            )
        total = hits.get("total")
        return Found(
            lines=sorted(_line(raw, places) for raw in hits["hits"]),
            total=int(total["value"]) if isinstance(total, dict) else None,
            lost=_lost(answer),
        )


def _line(raw: Any, places: Places) -> Line:
    fields = raw.get("fields") or {}
    time_ms = str(fields[places.time][0])  # 1772373600123, or 1772373600123.456789 of a field that has nanoseconds

    def first(name: str) -> str:
        values = fields.get(name) or [""]
        return str(values[0])

    message = value_at(raw.get("_source") or {}, places.message)
    text = message if isinstance(message, str) else "" if message is None else json.dumps(message, ensure_ascii=False)
    names = (places.service, places.level, places.trace_id, places.span_id)
    return Line(int(time_ms.partition(".")[0]), float(time_ms) / 1000, text, *map(first, names))


def value_at(source: Any, path: str) -> Any:
    """Return the value of a field of a document, whether its name is written with dots or as objects in objects."""
    if not isinstance(source, Mapping):
        return None
    if path in source:
        return source[path]
    names = path.split(".")
    for number in range(len(names) - 1, 0, -1):
        head = ".".join(names[:number])
        if head in source:
            return value_at(source[head], ".".join(names[number:]))
    return None


def _lost(answer: Any) -> str:
    """Return why some shards have said nothing; empty where all have."""
    said = ["the cluster ran out of time"] if answer.get("timed_out") else []
    shards = answer["_shards"]
    if failed := int(shards.get("failed") or 0):
        first = (shards.get("failures") or [{}])[0]
        cause = first.get("reason") or {}
        said.append(f"{failed} of {int(shards['total'])} shards failed: {cause.get('reason') or 'no reason given'}")
    return "; ".join(said)[:_SAID_CHARS]
