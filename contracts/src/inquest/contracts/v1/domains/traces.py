"""Domain `traces`: spans."""

from pydantic import Field, NonNegativeFloat

from inquest.contracts.v1.domains.paging import DomainRequest, DomainResponse


class TracesRequest(DomainRequest):
    """Whole traces come back: a trace that touches `services` is never cut to them. `names` are operations."""

    names: tuple[str, ...] = ()
    trace_ids: tuple[str, ...] = ()
    errors_only: bool = False
    duration_ms_min: NonNegativeFloat = 0


class TracesResponse(DomainResponse):
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
    traces_seen: int | None = None  # how many there are, where a search was cut and the source says so
