"""What intake needs to start, from the environment (prefix INQUEST_)."""

from pydantic import Field

from inquest.runtime import ServiceSettings


class Settings(ServiceSettings):
    """Limits of the webhooks. Tenants, sources and rules are governed by inquest.yaml instead."""

    body_bytes_max: int = Field(default=1024 * 1024, ge=1024, le=64 * 1024 * 1024)
    body_wait_s_max: float = Field(default=10, gt=0)
    publish_s_max: float = Field(default=4, gt=0)  # below the 5 s after which PagerDuty gives up
    requests_max: int = Field(default=64, ge=1)  # bodies held in memory at once
    retry_after_s: int = Field(default=5, ge=1)
    correlate_tries_max: int = Field(default=8, ge=1)
