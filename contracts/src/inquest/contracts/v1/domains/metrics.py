"""Domain `metrics`: numbers over time."""

from pydantic import ConfigDict, Field, NonNegativeInt

from inquest.contracts.message import Message
from inquest.contracts.v1.domains.paging import DomainRequest, DomainResponse


class MetricsRequest(DomainRequest):
    """`names` are metrics as the response names them; `step_s` 0 leaves the resolution to the provider.

    `rows_max` counts samples over all series.
    """

    names: tuple[str, ...] = ()
    step_s: NonNegativeInt = 0


class SeriesData(Message):
    """One time series. Times in epoch seconds, ascending; a missing sample is NaN (null in JSON).

    `reduced_from` is the number of samples before downsampling, which keeps the extremes; 0: as the source has it.
    """

    model_config = ConfigDict(allow_inf_nan=True, ser_json_inf_nan="null")

    service: str
    metric: str
    instance: str = ""
    node: str = ""
    unit: str = ""
    times: list[float]
    values: list[float | None]
    reduced_from: int = 0


class MetricsResponse(DomainResponse):
    """Domain `metrics`: window and baseline together, split by time at the reader."""

    series: list[SeriesData] = Field(default_factory=list)
