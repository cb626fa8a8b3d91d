"""What investigations may spend: the default of a tenant, profiles of one's own, and quotas for an hour or a day."""

from typing import Self

from pydantic import Field, PositiveInt, model_validator

from inquest.config.section import Name, Section
from inquest.contracts.v1.budgets import BudgetChoice, Share
from inquest.contracts.v1.investigation import Mode


class Caps(Section):
    """Limits on what is spent; what is left out has none."""

    calls_max: PositiveInt | None = Field(default=None, description="Calls to data sources.")
    bytes_max: PositiveInt | None = Field(default=None, description="Bytes of their answers.")
    tokens_max: PositiveInt | None = Field(default=None, description="Tokens that calls declare or report.")
    call_s_max: PositiveInt | None = Field(default=None, description="Time of all calls together, in seconds.")


class BudgetSettings(Caps):
    """What one investigation may spend."""

    profile: Name | None = Field(default=None, description="fast, balanced, deep, custom, or one of `profiles`.")
    rounds_max: PositiveInt | None = Field(default=None, description="Rounds of questions.")
    step_latency_ms_max: PositiveInt | None = Field(default=None, description="Longest step.")
    duration_s_max: PositiveInt | None = Field(default=None, description="Longest investigation.")
    capabilities: dict[Name, Caps] = Field(default_factory=dict, description="Limits on single capabilities.")
    providers: dict[Name, Caps] = Field(default_factory=dict, description="Limits on single providers, by name.")

    def choice(self) -> BudgetChoice:
        """Return it as it travels."""
        single = self.model_dump(exclude={"capabilities", "providers", "mode"}, exclude_none=True)
        return BudgetChoice(**single, shares=self.shares())

    def shares(self) -> tuple[Share, ...]:
        """Return the limits on single capabilities and providers."""
        return (
            *(Share(scope="capability", name=name, **caps.model_dump()) for name, caps in self.capabilities.items()),
            *(Share(scope="provider", name=name, **caps.model_dump()) for name, caps in self.providers.items()),
        )


class ProfileSettings(BudgetSettings):
    """A profile of one's own: a mode, and limits in place of the mode's."""

    mode: Mode = Field(default="balanced", description="What is asked, how far back, and the limits left out here.")

    @model_validator(mode="after")
    def _starts_from_its_mode(self) -> Self:
        if self.profile is not None:
            raise ValueError("profile: a profile starts from a mode; write mode: instead")
        return self


class Windows(Section):
    """Limits for each hour and each day (UTC), of all investigations of the tenant together."""

    per_hour: Caps | None = None
    per_day: Caps | None = None


class Quota(Windows):
    """What a tenant may spend in an hour and in a day."""

    capabilities: dict[Name, Windows] = Field(default_factory=dict, description="Of single capabilities.")
    providers: dict[Name, Windows] = Field(default_factory=dict, description="Of single providers, by name.")
