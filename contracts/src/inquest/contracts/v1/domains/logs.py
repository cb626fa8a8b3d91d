"""Domain `logs`: lines, and signatures with their counts where the source or the gateway made them."""

from typing import Literal

from pydantic import Field

from inquest.contracts.message import Message
from inquest.contracts.v1.domains.paging import DomainRequest, DomainResponse

LogLevel = Literal["trace", "debug", "info", "warning", "error", "critical"]


class LogsRequest(DomainRequest):
    """`text` must occur in the line, whatever its case. `severity_min` leaves lines of unknown severity in."""

    text: str = Field(default="", max_length=1000)
    severity_min: LogLevel | None = None
    trace_ids: tuple[str, ...] = ()


class PatternData(Message):
    """A log signature, counted. `delta` is against the baseline; `exemplars` are lines as they were written.

    `first_at` and `last_at` are epoch seconds. In a summary by the gateway, `counts` are the lines of each of some
    stretches of time, none of which reaches over a border of window or baseline, and `times` the first line in each.
    """

    service: str
    signature: str
    count: float
    delta: float | None = None
    severity: str = ""
    first_at: float | None = None
    last_at: float | None = None
    exemplars: list[str] = Field(default_factory=list)
    times: list[float] = Field(default_factory=list)
    counts: list[float] = Field(default_factory=list)


class LogsResponse(DomainResponse):
    """Domain `logs`, columnar: all columns have the same length. `lines_seen`: how many there are, where known.

    `summarised_from`: how many lines the gateway counted in `patterns`; 0: the lines are all here. In a summary the
    columns hold some whole traces, `pattern_of` names the pattern of each of their lines by its place in the list,
    and `traces_in` and `traces_before` count the traces of all lines in the window and in the baseline.
    """

    times: list[float] = Field(default_factory=list)
    services: list[str] = Field(default_factory=list)
    severities: list[str] = Field(default_factory=list)
    messages: list[str] = Field(default_factory=list)
    trace_ids: list[str | None] = Field(default_factory=list)
    span_ids: list[str | None] = Field(default_factory=list)
    patterns: list[PatternData] = Field(default_factory=list)
    lines_seen: int | None = None
    summarised_from: int = 0
    pattern_of: list[int] = Field(default_factory=list)
    traces_in: int = 0
    traces_before: int = 0
