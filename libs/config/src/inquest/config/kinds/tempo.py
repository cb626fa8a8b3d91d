"""Grafana Tempo."""

from typing import Literal

from pydantic import Field, PositiveInt

from inquest.config.http_section import HttpSettings
from inquest.config.provider_section import ProviderSettings
from inquest.config.section import ServiceName


class TempoSettings(HttpSettings):
    """A Tempo, or Grafana Cloud Traces."""

    org_id: str = Field(default="", max_length=200, description="Tenant there (X-Scope-OrgID), where it has several.")
    services: tuple[ServiceName, ...] = Field(
        default=(), max_length=200, description="Services that are searched, by Tempo's names; empty: all at once."
    )
    traces_max: PositiveInt = Field(
        default=200,
        le=5000,
        description="Most traces of one call, taken evenly over services and time; each is a request of its own.",
    )


class TempoProvider(ProviderSettings):
    """Serves traces from Tempo."""

    kind: Literal["tempo"]
    domains: tuple[Literal["traces"], ...] = Field(default=("traces",), min_length=1, description="Always traces.")
    settings: TempoSettings
