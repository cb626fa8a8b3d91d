"""Jaeger, or anything that speaks its query API."""

from typing import Literal

from pydantic import Field, PositiveInt

from inquest.config.http_section import HttpSettings
from inquest.config.provider_section import ProviderSettings
from inquest.config.section import ServiceName


class JaegerSettings(HttpSettings):
    """A Jaeger query service."""

    services: tuple[ServiceName, ...] = Field(
        default=(), max_length=200, description="Services that are searched, by Jaeger's names; empty: all it knows."
    )
    traces_max: PositiveInt = Field(
        default=2000, le=50_000, description="Most traces of one call, taken evenly over services and time."
    )


class JaegerProvider(ProviderSettings):
    """Serves traces from Jaeger."""

    kind: Literal["jaeger"]
    domains: tuple[Literal["traces"], ...] = Field(default=("traces",), min_length=1, description="Always traces.")
    settings: JaegerSettings
