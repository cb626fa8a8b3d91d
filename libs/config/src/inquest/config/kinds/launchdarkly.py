"""LaunchDarkly: flags, and the history of their changes."""

from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from inquest.config.flag_section import FlagKey, FlagRules
from inquest.config.http_section import HttpSettings
from inquest.config.provider_section import ProviderSettings
from inquest.config.section import WebUrl


class LaunchdarklySettings(HttpSettings, FlagRules):
    """LaunchDarkly's REST API, version 2."""

    url: WebUrl = Field(
        default="https://app.launchdarkly.com",
        description="Where the API is; EU: https://app.eu.launchdarkly.com, US federal: https://app.launchdarkly.us.",
    )
    projects: tuple[FlagKey, ...] = Field(min_length=1, max_length=20, description="Keys of the projects to read.")
    environments: tuple[FlagKey, ...] = Field(
        default=("production",), min_length=1, max_length=10, description="Keys of the environments that count."
    )
    api_version: str = Field(
        default="20240415", pattern=r"^(\d{8}|beta)$", description="Version of the API (LD-API-Version)."
    )
    entries_max: PositiveInt = Field(
        default=1000,
        le=10_000,
        description="Most entries of the audit log of one environment in one call; a request brings 20 of them.",
    )
    details_max: NonNegativeInt = Field(
        default=50,
        le=1000,
        description="Changes of one answer that come with before and after, newest first; each is one more request.",
    )


class LaunchdarklyProvider(ProviderSettings):
    """Serves flags from LaunchDarkly."""

    kind: Literal["launchdarkly"]
    domains: tuple[Literal["flags"], ...] = Field(default=("flags",), min_length=1, description="Always flags.")
    settings: LaunchdarklySettings
