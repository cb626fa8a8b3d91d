"""The fixed response model of each gateway domain that the first capabilities read. Columns, for speed."""

from pydantic import ConfigDict, Field

from inquest.contracts.message import Message


class SeriesData(Message):
    """One time series. Times in epoch seconds, ascending; a missing sample is NaN (null in JSON)."""

    model_config = ConfigDict(allow_inf_nan=True, ser_json_inf_nan="null")

    service: str
    metric: str
    instance: str = ""
    node: str = ""
    unit: str = ""
    times: list[float]
    values: list[float | None]


class MetricsResponse(Message):
    """Domain `metrics`: window and baseline together, split by time at the reader."""

    series: list[SeriesData] = Field(default_factory=list)


class PatternData(Message):
    """A log signature that a sampling source counted itself."""

    service: str
    signature: str
    count: float
    delta: float | None = None


class LogsResponse(Message):
    """Domain `logs`, columnar: all columns have the same length."""

    times: list[float] = Field(default_factory=list)
    services: list[str] = Field(default_factory=list)
    severities: list[str] = Field(default_factory=list)
    messages: list[str] = Field(default_factory=list)
    trace_ids: list[str | None] = Field(default_factory=list)
    span_ids: list[str | None] = Field(default_factory=list)
    patterns: list[PatternData] = Field(default_factory=list)


class TracesResponse(Message):
    """Domain `traces`, columnar. Starts in epoch seconds; `errors[i]` is None where the source gives no status."""

    trace_ids: list[str] = Field(default_factory=list)
    span_ids: list[str] = Field(default_factory=list)
    parent_ids: list[str | None] = Field(default_factory=list)
    services: list[str] = Field(default_factory=list)
    names: list[str] = Field(default_factory=list)
    starts: list[float] = Field(default_factory=list)
    durations_ms: list[float] = Field(default_factory=list)
    errors: list[bool | None] = Field(default_factory=list)
    attributes: list[dict[str, str]] = Field(default_factory=list)


class ChangeData(Message):
    """A deploy, commit, flag or configuration change. `time` in epoch seconds."""

    time: float
    kind: str
    service: str | None = None
    ref: str = ""
    author: str | None = None
    message: str | None = None
    files: list[str] = Field(default_factory=list)
    diff: str | None = None
    before: str | None = None
    after: str | None = None


class ChangesResponse(Message):
    """Domain `changes`."""

    changes: list[ChangeData] = Field(default_factory=list)


class EdgeData(Message):
    """One service calls another."""

    caller: str
    callee: str


class TopologyResponse(Message):
    """Domain `topology`."""

    edges: list[EdgeData] = Field(default_factory=list)
