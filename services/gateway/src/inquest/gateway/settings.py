"""What the gateway needs to start."""

from pathlib import Path

from pydantic import Field

from inquest.runtime import ServiceSettings


class Settings(ServiceSettings):
    """Environment settings of the gateway; what it may read is in inquest.yaml."""

    ledger_url: str = Field(default="", description="Where budgets and health are kept: empty: the bus; or redis://….")
    ledger_password_file: Path | None = Field(default=None, description="File with the password of Redis.")
    gateway_lease_s: float = Field(default=3.0, gt=0, description="A gateway silent for so long lost its calls.")
    gateway_probe_s: float = Field(default=15.0, gt=0, description="Time between health probes of live providers.")
    gateway_packs_max: int = Field(default=4, ge=1, description="Opened packs kept in memory.")
    gateway_threads_max: int = Field(default=2, ge=1, description="Threads that parse packs.")
    gateway_response_bytes_max: int = Field(default=32 * 1024 * 1024, ge=1024, description="Most read for one call.")
