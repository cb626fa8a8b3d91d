"""When signals belong to one incident."""

from pydantic import Field, PositiveInt

from inquest.config.section import Section


class CorrelationConfig(Section):
    """When signals belong to one incident."""

    window_s: PositiveInt = Field(default=900, description="Longest gap between signals of one incident.")
    hops: int = Field(default=1, ge=0, le=5, description="Neighbours in the catalogue this far away count as near.")
    future_s_max: PositiveInt = Field(default=300, description="Clock skew allowed; a later time is set back.")
    past_s_max: PositiveInt = Field(default=14 * 86_400, description="Oldest time a live source may report.")
    incidents_open_max: int = Field(
        default=200, ge=1, le=500, description="Open incidents per tenant that still take signals."
    )
    open_s_max: PositiveInt = Field(
        default=7 * 86_400, description="An incident without news for this long no longer takes signals."
    )
