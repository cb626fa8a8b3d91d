"""When signals belong to one incident, when it is announced, and when it is over."""

from pydantic import Field, PositiveInt

from inquest.config.section import Section


class CorrelationConfig(Section):
    """When signals belong to one incident. Times are those at which things happened, in seconds."""

    window_s: PositiveInt = Field(default=900, description="Longest silence of a service within one incident.")
    hops: int = Field(
        default=2, ge=0, le=5, description="Calls between two alerting services that count as near; 0: same service."
    )
    spread_s: PositiveInt = Field(
        default=300, description="A caller that alerts this long after a service it depends on may suffer from it."
    )
    overtake_s: PositiveInt = Field(
        default=120, description="A caller's alert may be this much earlier than that of the cause below it."
    )
    together_s: PositiveInt = Field(
        default=120, description="Callers of one silent service that begin within this time share it as their cause."
    )
    change_s: PositiveInt = Field(default=1800, description="A change this long before an onset is near it.")
    hold_s: int = Field(
        default=5, ge=0, le=600, description="What is not critical is announced as opened after this time; 0: at once."
    )
    late_s: PositiveInt = Field(
        default=3600, description="A signal from before the end of an incident joins it this long after the end."
    )
    reopen_s: PositiveInt = Field(default=900, description="The same alert within this time after the end reopens.")
    flap_count: int = Field(default=3, ge=2, le=100, description="An alert that returns this often flaps.")
    flap_s: PositiveInt = Field(default=1800, description="The time within which it must return that often.")
    quiet_s: PositiveInt = Field(default=300, description="An incident that flaps is over after this long in quiet.")
    future_s_max: PositiveInt = Field(default=300, description="Clock skew allowed; a later time is set back.")
    past_s_max: PositiveInt = Field(default=14 * 86_400, description="Oldest time a live source may report.")
    incidents_open_max: int = Field(
        default=200, ge=1, le=500, description="Open incidents per tenant that still take signals."
    )
    open_s_max: PositiveInt = Field(
        default=7 * 86_400, description="An incident without news for this long no longer takes signals."
    )
