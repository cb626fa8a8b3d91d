"""What every process needs to start, from the environment (prefix INQUEST_)."""

from pathlib import Path

from pydantic import Field

from inquest.identity import IdentitySettings


class ServiceSettings(IdentitySettings):
    """Shared settings; each service subclasses it, adds its own fields, and fails at start when one is wrong."""

    nats_url: str = "nats://127.0.0.1:4222"
    nats_user: str | None = None
    nats_password_file: Path | None = None
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=0, ge=0, le=65_535)  # 0: a free port
    log_level: str = "INFO"
    otlp_endpoint: str | None = None
    drain_s: float = Field(default=10, gt=0)
    loop_lag_s_max: float = Field(default=1.0, gt=0)
    loop_misses_max: int = Field(default=3, ge=1)
    data_dir: Path = Path("var")
