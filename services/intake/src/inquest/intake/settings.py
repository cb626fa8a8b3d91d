"""What intake needs to start, from the environment (prefix INQUEST_)."""

from pydantic import Field

from inquest.runtime import ServiceSettings

_MIB = 1024 * 1024


class Settings(ServiceSettings):
    """Limits of the webhooks. Tenants, sources and rules are governed by inquest.yaml instead."""

    body_bytes_max: int = Field(default=_MIB, ge=1024, le=64 * _MIB)
    body_wait_s_max: float = Field(default=10, gt=0)
    publish_s_max: float = Field(default=3, gt=0)  # well below the 5 s after which PagerDuty gives up
    requests_max: int = Field(default=256, ge=1)
    held_bytes_max: int = Field(default=64 * _MIB, ge=1024)  # bodies in memory at once
    retry_after_s: int = Field(default=5, ge=1)
    rate_per_minute_max: int = Field(default=12_000, ge=1)  # granted to a CloudEvents sender that asks
    correlate_tries_max: int = Field(default=8, ge=1)
