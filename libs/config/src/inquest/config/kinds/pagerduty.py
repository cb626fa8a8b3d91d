"""PagerDuty: incidents, change events, and what the pager did."""

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from inquest.config.http_section import HttpSettings
from inquest.config.provider_section import ProviderSettings
from inquest.config.section import WebUrl

PagerdutyId = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,30}$")]


class PagerdutySettings(HttpSettings):
    """PagerDuty's REST API, version 2."""

    url: WebUrl = Field(
        default="https://api.pagerduty.com", description="Where the API is; EU: https://api.eu.pagerduty.com."
    )
    service_ids: tuple[PagerdutyId, ...] = Field(
        default=(), max_length=100, description="Ids of the services that are read, such as PF9KMXH; empty: all."
    )
    team_ids: tuple[PagerdutyId, ...] = Field(
        default=(), max_length=100, description="Ids of the teams whose records are read; empty: all."
    )
    change_kind: str = Field(
        default="deploy", pattern=r"^[a-z-]{1,30}$", description="What a change event is: deploy, config, …"
    )
    ref_fields: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = Field(
        default=("commit", "sha", "revision", "version"),
        max_length=20,
        description="Fields of a change event's custom details that may name the commit or the version, best first.",
    )
    rows_max: PositiveInt = Field(
        default=2000, le=10_000, description="Most records of one list; PagerDuty never gives more than 10,000."
    )
    lookback_s: NonNegativeInt = Field(
        default=24 * 3600,
        le=30 * 24 * 3600,
        description="How long before the window an incident may have begun that changed in it, in seconds.",
    )
    histories_max: NonNegativeInt = Field(
        default=25,
        le=500,
        description="Incidents of one answer that come with history and notes, newest first; each is one request.",
    )


class PagerdutyProvider(ProviderSettings):
    """Serves tickets (incidents), changes (change events) and events (log entries) from PagerDuty."""

    kind: Literal["pagerduty"]
    domains: tuple[Literal["tickets", "changes", "events"], ...] = Field(
        default=("tickets", "changes"), min_length=1, description="What it is asked for."
    )
    settings: PagerdutySettings
