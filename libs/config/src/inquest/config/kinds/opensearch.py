"""OpenSearch or Elasticsearch."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from inquest.config.http_section import HttpSettings
from inquest.config.provider_section import ProviderSettings

IndexName = Annotated[str, Field(pattern=r"^[a-z0-9*.][a-z0-9*._:-]*$", max_length=255)]
"""An index, a data stream, an alias, or a pattern of them; `cluster:name` for one of another cluster."""
FieldName = Annotated[str, Field(pattern=r"^[A-Za-z0-9@_][A-Za-z0-9@_.-]*$", max_length=300)]
Term = Annotated[str, Field(min_length=1, max_length=1000)]


class OpensearchSettings(HttpSettings):
    """A cluster, and where it has what of a log line."""

    indices: tuple[IndexName, ...] = Field(
        min_length=1, max_length=50, description="Indices, data streams, aliases or patterns, such as logs-*."
    )
    time_field: FieldName = Field(default="@timestamp", description="Field of a line's time (date or date_nanos).")
    message_field: FieldName = Field(default="message", description="Field of its text.")
    service_field: FieldName = Field(default="service.name", description="Field that names the service.")
    level_field: FieldName = Field(default="log.level", description="Field of the severity, as a word.")
    trace_id_field: FieldName = Field(default="trace.id", description="Field of the trace's id.")
    span_id_field: FieldName = Field(default="span.id", description="Field of the span's id.")
    exact_suffix: str = Field(
        default="",
        pattern=r"^(\.[A-Za-z0-9_]+)?$",
        max_length=100,
        description="Put after the fields of service, level and trace when they are compared: '.keyword' where they "
        "are mapped as text with such a part, as dynamic mapping does.",
    )
    text_search: Literal["phrase", "wildcard", "none"] = Field(
        default="phrase",
        description="How a text is looked for: as words in a row (a text field), anywhere in a line (a keyword or "
        "wildcard field), or not by the cluster, but in what was read.",
    )
    terms: Mapping[FieldName, tuple[Term, ...]] = Field(
        default_factory=dict, max_length=20, description="Fields that must have one of these values, to narrow."
    )
    page_lines_max: PositiveInt = Field(
        default=5000, ge=2, le=10_000, description="Lines of one request; not more than index.max_result_window."
    )
    lines_max: PositiveInt = Field(
        default=50_000, le=1_000_000, description="Most lines of one call; more are sampled evenly."
    )


class OpensearchProvider(ProviderSettings):
    """Serves logs from OpenSearch or Elasticsearch."""

    kind: Literal["opensearch"]
    domains: tuple[Literal["logs"], ...] = Field(default=("logs",), min_length=1, description="Always logs.")
    settings: OpensearchSettings
