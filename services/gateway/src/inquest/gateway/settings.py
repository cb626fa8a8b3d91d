"""What the gateway needs to start."""

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from inquest.config.redaction_key import REDACTION_KEY_FILE
from inquest.config.secrets import check
from inquest.contracts.errors import Impossible
from inquest.runtime import ServiceSettings


class Settings(ServiceSettings):
    """Environment settings of the gateway; what it may read is in inquest.yaml."""

    model_config = SettingsConfigDict(hide_input_in_errors=True)

    ledger_url: str = Field(default="", description="Where budgets and health are kept: empty: the bus; or redis://….")
    ledger_password_file: Path | None = Field(default=None, description="File with the password of Redis.")
    gateway_lease_s: float = Field(default=4.0, gt=0, description="A gateway silent for so long lost its calls.")
    gateway_probe_s: float = Field(default=15.0, gt=0, description="Time between health probes of live providers.")
    gateway_packs_max: int = Field(default=4, ge=1, description="Opened packs kept in memory.")
    gateway_threads_max: int = Field(default=2, ge=1, description="Threads that parse packs.")
    gateway_response_bytes_max: int = Field(default=32 * 1024 * 1024, ge=1024, description="Most read for one call.")
    redaction_key_ref: str = Field(
        default="", description="Key of pseudonyms where a tenant names none; empty: the data directory's, if any."
    )

    @property
    def redaction_key(self) -> str:
        """Where the key of pseudonyms is; empty: nowhere, and marks name the kind alone."""
        own = (self.data_dir / REDACTION_KEY_FILE).resolve()
        return self.redaction_key_ref or (f"file:{own}" if own.exists() else "")

    @model_validator(mode="after")
    def _key_by_reference(self) -> Self:
        try:
            check(self.redaction_key or "env:NONE")
        except Impossible as error:
            raise ValueError(f"INQUEST_REDACTION_KEY_REF: {error}") from error
        return self
