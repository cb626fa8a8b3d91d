"""What intake needs to start, from the environment (prefix INQUEST_)."""

from typing import Self

from pydantic import Field, model_validator

from inquest.config.keyring import RAW_KEYS_FILE
from inquest.config.secrets import check
from inquest.contracts.errors import Impossible
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
    raw_keys_ref: str = ""  # of the keyring of raw deliveries, or `none`; empty: the one in the data directory

    @property
    def keyring(self) -> str:
        """Where the keyring is. Raises ValueError where there is none."""
        if self.raw_keys_ref:
            return self.raw_keys_ref
        own = (self.data_dir / RAW_KEYS_FILE).resolve()
        if own.exists():
            return f"file:{own}"
        raise ValueError(
            "INQUEST_RAW_KEYS_REF is not set: `inquest raw-keys new` writes a keyring; give file:/its/path or "
            "env:NAME, or `none` to keep raw deliveries unencrypted"
        )

    @model_validator(mode="after")
    def _sealed_or_said(self) -> Self:
        if self.keyring != "none":
            try:
                check(self.keyring)
            except Impossible as error:
                raise ValueError(f"INQUEST_RAW_KEYS_REF: {error}") from error
        return self
