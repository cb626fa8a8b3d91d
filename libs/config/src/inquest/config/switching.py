"""Two sorts of source for one domain: who answers, how often they are compared, and what ends a trial."""

from typing import Annotated, Self

from pydantic import Field, PositiveInt, model_validator

from inquest.config.section import Section
from inquest.contracts.v1.switching import Percent, Side, SwitchSetting, Use

FieldName = Annotated[str, Field(pattern=r"^[a-z_]{1,60}$")]


class RollbackConfig(Section):
    """When a side that is tried is taken back by itself. Counted by all gateways together, in calls and not in time."""

    automatic: bool = Field(default=True, description="Whether the rule acts.")
    calls_window: PositiveInt = Field(
        default=200, ge=2, le=100_000, description="About so many of the last calls, and of comparisons, count."
    )
    calls_min: PositiveInt = Field(default=20, description="Fewer calls, or comparisons, decide nothing.")
    error_percent_max: Percent = Field(
        default=10, description="More of the calls that the tried side was asked for failed: it is taken back."
    )
    difference_percent_max: Percent = Field(
        default=5, description="More of the comparisons found a difference: it is taken back."
    )

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.calls_min > self.calls_window // 2:
            raise ValueError("calls_min: at most half of calls_window, else it may never be reached")
        return self


class SwitchConfig(Section):
    """Who answers one domain, where it has external and internal sources. Commands go before what stands here."""

    use: Use | None = Field(
        default=None, description="external, internal or both; absent: whoever has the highest priority."
    )
    candidate: Side = Field(default="internal", description="With both: the side that is tried.")
    percent: Percent = Field(default=0, description="With both: the share of investigations that it leads.")
    compare_percent: Percent = Field(
        default=5, description="With both: the share of calls that the other side is asked too, to compare."
    )
    ignore: tuple[FieldName, ...] = Field(
        default=(), max_length=50, description="Fields of rows that comparisons leave out, such as url."
    )
    rollback: RollbackConfig = RollbackConfig()

    @model_validator(mode="after")
    def _percent_of_both(self) -> Self:
        if self.percent and self.use != "both":
            raise ValueError("percent: only with use: both")
        return self

    @property
    def setting(self) -> SwitchSetting | None:
        """Who answers; None: by priority."""
        return SwitchSetting(use=self.use, candidate=self.candidate, percent=self.percent) if self.use else None
