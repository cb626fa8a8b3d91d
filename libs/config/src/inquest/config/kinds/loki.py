"""Loki, or anything that speaks its HTTP API."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from inquest.config.http_section import HttpSettings
from inquest.config.provider_section import ProviderSettings
from inquest.config.section import Section

LabelName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=200)]


class LokiRules(Section):
    """What is read from a Loki, however it is reached."""

    selector: str = Field(
        min_length=3,
        max_length=2000,
        pattern=r"^\{[^\n]*\}$",
        description="Stream selector of the lines that are worth reading, such as '{namespace=\"shop\"}'.",
    )
    service_label: LabelName = Field(default="service_name", description="Label whose value names the service.")
    severity_labels: tuple[LabelName, ...] = Field(
        default=("detected_level", "level", "severity"), description="Labels that may name the severity, best first."
    )
    trace_id_label: LabelName = Field(default="trace_id", description="Label that holds the trace's id.")
    span_id_label: LabelName = Field(default="span_id", description="Label that holds the span's id.")
    org_id: str = Field(default="", max_length=200, description="Tenant there (X-Scope-OrgID), where it has several.")
    page_lines_max: PositiveInt = Field(
        default=5000, le=100_000, description="Lines of one request; not more than the server's max_entries_limit."
    )
    lines_max: PositiveInt = Field(
        default=50_000,
        le=1_000_000,
        description="Most lines of one call; more are sampled evenly.",
    )


class LokiSettings(HttpSettings, LokiRules):
    """A Loki server."""


class LokiProvider(ProviderSettings):
    """Serves logs from Loki."""

    kind: Literal["loki"]
    domains: tuple[Literal["logs"], ...] = Field(default=("logs",), min_length=1, description="Always logs.")
    settings: LokiSettings
