"""How long what is kept is kept. What each class is, and what happens at its limit: docs/retention.md."""

from typing import Self

from pydantic import Field, model_validator

from inquest.config.section import Section
from inquest.contracts.streams import DAY_S

DAYS_MAX = 3650
_OF_STREAMS = {  # streams and buckets by the field that says how long they keep what they hold
    "ingest_days": ("INGEST", "deliveries"),
    "signals_days": ("SIGNALS",),
    "incidents_days": ("INCIDENTS", "ADMISSIONS"),
    "toolcalls_days": ("TOOLCALLS", "gateway-journal"),
    "payloads_days": ("payloads",),
    "notices_days": ("OUTCOMES", "notifier-claims", "notifier-threads"),
    "feedback_days": ("FEEDBACK",),
    "checkpoints_days": ("CHECKPOINTS",),
    "dead_days": ("DEAD",),
}
_IN_A_BUNDLE = ("signals_days", "incidents_days", "toolcalls_days", "payloads_days", "notices_days", "feedback_days")


class TenantRetention(Section):
    """What one tenant has otherwise than all. Times are in days."""

    live_days: int | None = Field(default=None, ge=1, le=DAYS_MAX)
    archive_days: int | None = Field(default=None, ge=1, le=DAYS_MAX)
    trace_days: int | None = Field(default=None, ge=1, le=DAYS_MAX)


class RetentionConfig(Section):
    """How long what is kept is kept. Times are in days."""

    ingest_days: int = Field(
        default=14, ge=1, le=DAYS_MAX, description="Raw deliveries, from when they came; then they are deleted."
    )
    signals_days: int = Field(default=30, ge=1, le=DAYS_MAX, description="Signals, as they were understood.")
    incidents_days: int = Field(default=90, ge=1, le=DAYS_MAX, description="What correlation and admission decided.")
    live_days: int = Field(
        default=14, ge=1, le=DAYS_MAX, description="A closed investigation in the streams; then it is archived."
    )
    archive_days: int = Field(
        default=400, ge=1, le=DAYS_MAX, description="A closed investigation in the archive; then it is deleted."
    )
    toolcalls_days: int = Field(default=30, ge=1, le=DAYS_MAX, description="The record of each call, and its journal.")
    payloads_days: int = Field(default=30, ge=1, le=DAYS_MAX, description="Answers that were too large for a message.")
    notices_days: int = Field(default=90, ge=1, le=DAYS_MAX, description="What became of notices.")
    feedback_days: int = Field(default=365, ge=1, le=DAYS_MAX, description="What people said of verdicts.")
    checkpoints_days: int = Field(default=365, ge=1, le=DAYS_MAX, description="How far each chain of the audit was.")
    dead_days: int = Field(default=90, ge=1, le=DAYS_MAX, description="Dead letters.")
    trace_days: int = Field(default=400, ge=1, le=DAYS_MAX, description="What can be listed, told and searched.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        self.of(TenantRetention())
        return self

    def of(self, tenant: TenantRetention) -> "RetentionConfig":
        """Return how long what a tenant has is kept. Raises ValueError where one limit defeats another."""
        mine = self.model_copy(update=tenant.model_dump(exclude_none=True))
        early = [name for name in _IN_A_BUNDLE if getattr(mine, name) <= mine.live_days]
        if early:
            raise ValueError(
                f"live_days is {mine.live_days}: {early[0]} must be more, or it is gone before it can be archived"
            )
        if mine.archive_days < mine.incidents_days:
            raise ValueError(
                f"archive_days is {mine.archive_days}: it must be at least incidents_days ({mine.incidents_days}), "
                "or what comes late could open an investigation anew"
            )
        return mine

    def ages(self) -> dict[str, float]:
        """Return how long streams and buckets keep what they hold, in seconds, by name."""
        return {name: getattr(self, field) * DAY_S for field, names in _OF_STREAMS.items() for name in names}
