"""The stretches of time that a query asks for."""

from dataclasses import dataclass

from inquest.contracts.latest import Query


@dataclass(frozen=True, slots=True)
class TimeRange:
    """`start` is inside, `end` is not; epoch seconds UTC."""

    start: float
    end: float


def ranges(query: Query) -> tuple[TimeRange, ...]:
    """Return baseline and window in order of time, joined where they touch or overlap."""
    asked = [query.window] if query.baseline is None else [query.baseline, query.window]
    parts = sorted((part.start.timestamp(), part.end.timestamp()) for part in asked if part.start < part.end)
    joined: list[TimeRange] = []
    for start, end in parts:
        if joined and start <= joined[-1].end:
            joined[-1] = TimeRange(joined[-1].start, max(end, joined[-1].end))
        else:
            joined.append(TimeRange(start, end))
    return tuple(joined)
