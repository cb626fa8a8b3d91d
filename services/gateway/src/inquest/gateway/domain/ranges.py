"""The stretches of time that a request asks for."""

from dataclasses import dataclass

from inquest.contracts.latest import DomainRequest


@dataclass(frozen=True, slots=True)
class TimeRange:
    """`start` is inside, `end` is not; epoch seconds UTC."""

    start: float
    end: float


def ranges(request: DomainRequest) -> tuple[TimeRange, ...]:
    """Return baseline and window in order of time, joined where they touch or overlap."""
    asked = [request.window] if request.baseline is None else [request.baseline, request.window]
    parts = sorted((part.start.timestamp(), part.end.timestamp()) for part in asked if part.start < part.end)
    joined: list[TimeRange] = []
    for start, end in parts:
        if joined and start <= joined[-1].end:
            joined[-1] = TimeRange(joined[-1].start, max(end, joined[-1].end))
        else:
            joined.append(TimeRange(start, end))
    return tuple(joined)
