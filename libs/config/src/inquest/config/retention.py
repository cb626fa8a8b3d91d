"""How long what is kept is kept."""

from pydantic import Field

from inquest.config.section import Section
from inquest.contracts.streams import DAY_S


class RetentionConfig(Section):
    """How long what is kept is kept. Times are in days."""

    ingest_days: int = Field(
        default=14, ge=1, le=3650, description="Raw deliveries, from when they came; then they are deleted."
    )

    def ages(self) -> dict[str, float]:
        """Return how long streams and buckets keep what they hold, in seconds, by name."""
        return {"INGEST": self.ingest_days * DAY_S, "deliveries": self.ingest_days * DAY_S}
