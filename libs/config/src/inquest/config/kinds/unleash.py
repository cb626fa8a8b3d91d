"""Unleash: flags, and the events that changed them."""

from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from inquest.config.flag_section import FlagKey, FlagRules
from inquest.config.http_section import HttpSettings
from inquest.config.provider_section import ProviderSettings


class UnleashSettings(HttpSettings, FlagRules):
    """An Unleash, open source or hosted. The URL is that of its pages, without /api."""

    projects: tuple[FlagKey, ...] = Field(
        default=("default",), min_length=1, max_length=20, description="Ids of the projects to read."
    )
    environments: tuple[FlagKey, ...] = Field(
        default=("production",), min_length=1, max_length=10, description="Names of the environments that count."
    )
    events_max: PositiveInt = Field(
        default=5000, le=50_000, description="Most events of one project in one call; older ones are left out."
    )
    details_max: NonNegativeInt = Field(
        default=50,
        le=1000,
        description="Flags of one answer that come with their strategies: those named or changed; one request each.",
    )


class UnleashProvider(ProviderSettings):
    """Serves flags from Unleash."""

    kind: Literal["unleash"]
    domains: tuple[Literal["flags"], ...] = Field(default=("flags",), min_length=1, description="Always flags.")
    settings: UnleashSettings
