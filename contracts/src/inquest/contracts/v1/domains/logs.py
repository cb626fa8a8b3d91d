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

    `first_at` and `last_at` are epoch seconds.
    """

    service: str
    signature: str
    count: float
    delta: float | None = None
    severity: str = ""
    first_at: float | None = None
    last_at: float | None = None
    exemplars: list[str] = Field(default_factory=list)


class LogsResponse(DomainResponse):
    """Domain `logs`, columnar: all columns have the same length. `lines_seen`: how many there are, where known."""

    times: list[float] = Field(default_factory=list)
    services: list[str] = Field(default_factory=list)
    severities: list[str] = Field(default_factory=list)
    messages: list[str] = Field(default_factory=list)
    trace_ids: list[str | None] = Field(default_factory=list)
    span_ids: list[str | None] = Field(default_factory=list)
    patterns: list[PatternData] = Field(default_factory=list)
    lines_seen: int | None = None
