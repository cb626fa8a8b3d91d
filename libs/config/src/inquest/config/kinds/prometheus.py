"""Prometheus, or anything that speaks its HTTP API."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, field_validator, model_validator

from inquest.config.http_section import BearerAuth, HttpSettings
from inquest.config.provider_section import ProviderSettings
from inquest.config.section import SecretRef, Section, WebUrl

_PLACEHOLDER = re.compile(r"\{[A-Za-z_][A-Za-z0-9_]*\}")


def _is_regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from error
    return value


class SeriesMapping(Section):
    """How the labels of a series become service, instance and node."""

    service_label: str = Field(default="service", description="Label whose value names the service.")
    service: str | None = Field(
        default=None,
        description="Template of the service's name from labels, such as '{namespace}-{app}', or a constant. "
        "It takes the place of service_label.",
    )
    instance_label: str | None = Field(default="instance", description="Label that tells replicas apart; null: none.")
    node_label: str | None = Field(default=None, description="Label that names the machine; null: none.")

    @field_validator("service")
    @classmethod
    def _whole_template(cls, value: str | None) -> str | None:
        if value is not None and set("{}") & set(_PLACEHOLDER.sub("", value)):
            raise ValueError("braces may only surround a label name, as in '{namespace}-{app}'")
        return value


class PrometheusQuery(SeriesMapping):
    """One measure with the PromQL that yields it."""

    metric: str = Field(min_length=1, max_length=200, description="The name that Inquest gives to the result.")
    promql: str = Field(min_length=1, max_length=5000, description="The expression to evaluate over the window.")
    unit: str = Field(default="", max_length=20, description="Unit of the values, such as ms, s, ratio or 1/s.")


class PrometheusDiscovery(SeriesMapping):
    """Series found by a matcher, so that an exporter never seen before works by configuration alone.

    Counters (by metadata, or by the suffix _total) are read as rates; gauges as they are; histograms as quantiles.
    """

    match: str = Field(min_length=1, max_length=2000, description="Series selector, such as '{job=\"node\"}'.")
    exclude: tuple[str, ...] = Field(default=(), description="Regular expressions of metric names to leave out.")
    rate_window_s: PositiveInt = Field(default=60, description="Window of rate() over counters and histograms.")
    quantiles: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = Field(
        default=(0.5, 0.99), description="Quantiles read from each histogram."
    )
    metrics_max: PositiveInt = Field(default=200, description="Most metrics taken; more are reported as a loss.")

    @field_validator("exclude")
    @classmethod
    def _patterns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_is_regex(pattern) for pattern in value)


class PrometheusRules(Section):
    """What is read from a Prometheus, however it is reached."""

    queries: tuple[PrometheusQuery, ...] = Field(default=(), description="Measures with their PromQL.")
    discovery: tuple[PrometheusDiscovery, ...] = Field(default=(), description="Series found by matchers.")
    step_s: PositiveInt = Field(default=15, description="Resolution of range queries, in seconds.")
    series_max: PositiveInt = Field(default=5000, description="Most series taken from one query.")

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not (self.queries or self.discovery):
            raise ValueError("needs at least one entry under queries or discovery; otherwise it reads nothing")
        return self


class PrometheusSettings(HttpSettings, PrometheusRules):
    """A Prometheus server, or anything that speaks its HTTP API."""

    url: WebUrl = Field(description="Base URL, such as http://prometheus:9090.")
    bearer_token: SecretRef | None = Field(default=None, description="Short for auth: {kind: bearer}.")

    @model_validator(mode="after")
    def _one_token(self) -> Self:
        if self.bearer_token and self.auth:
            raise ValueError("bearer_token and auth are both given; keep one")
        return self

    def spelt_out(self) -> HttpSettings:
        """See HttpSettings."""
        if self.bearer_token is None:
            return self
        return self.model_copy(update={"auth": BearerAuth(kind="bearer", token=self.bearer_token)})


class PrometheusProvider(ProviderSettings):
    """Serves metrics from Prometheus."""

    kind: Literal["prometheus"]
    domains: tuple[Literal["metrics"], ...] = Field(default=("metrics",), min_length=1, description="Always metrics.")
    settings: PrometheusSettings
