"""Grafana: annotations, dashboards, and its data sources, read through it."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from inquest.config.http_section import HttpSettings
from inquest.config.kinds.loki import LokiRules
from inquest.config.kinds.prometheus import PrometheusRules
from inquest.config.provider_section import ProviderSettings

Uid = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$", description="UID of the data source in Grafana.")]
Tag = Annotated[str, Field(min_length=1, max_length=100)]


class GrafanaMetrics(PrometheusRules):
    """A Prometheus behind Grafana."""

    datasource: Uid


class GrafanaLogs(LokiRules):
    """A Loki behind Grafana."""

    datasource: Uid


class GrafanaSettings(HttpSettings):
    """A Grafana."""

    tags: tuple[Tag, ...] = Field(
        default=(), max_length=20, description="Tags of which an annotation has all; empty: every annotation."
    )
    change_tags: Mapping[Tag, Annotated[str, Field(pattern=r"^[a-z-]{1,30}$")]] = Field(
        default={"deploy": "deploy", "deployment": "deploy", "release": "release", "config": "config"},
        description="Tags that make an annotation a change, with its kind.",
    )
    service_tag_prefix: str = Field(
        default="",
        max_length=50,
        description="Beginning of the tags that name a service, such as 'service:'. "
        "Empty: a tag that the catalogue knows is a service.",
    )
    annotations_max: PositiveInt = Field(
        default=5000, le=100_000, description="Most annotations of one stretch of time; older ones are left out."
    )
    dashboards_max: PositiveInt = Field(
        default=50, le=1000, description="Most dashboards of one page of an answer; each is one more request."
    )
    metrics: GrafanaMetrics | None = Field(default=None, description="The data source that metrics are read from.")
    logs: GrafanaLogs | None = Field(default=None, description="The data source that logs are read from.")


class GrafanaProvider(ProviderSettings):
    """Serves events and changes (annotations), dashboards, and metrics and logs of data sources behind it."""

    kind: Literal["grafana"]
    domains: tuple[Literal["events", "changes", "dashboards", "metrics", "logs"], ...] = Field(
        default=("events", "dashboards"), min_length=1, description="What it is asked for."
    )
    settings: GrafanaSettings

    @model_validator(mode="after")
    def _has_its_sources(self) -> Self:
        for domain, given in (("metrics", self.settings.metrics), ("logs", self.settings.logs)):
            if domain in self.domains and given is None:
                raise ValueError(f"serves {domain}: say in settings.{domain} which data source they are read from")
        return self
