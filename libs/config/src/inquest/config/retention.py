"""How long what is kept is kept."""

from pydantic import Field

from inquest.config.section import Section


class RetentionConfig(Section):
    """How long what is kept is kept. Times are in days."""

    ingest_days: int = Field(
        default=14, ge=1, le=3650, description="Raw deliveries, from when they came; then they are deleted."
    )
