"""What the trace store needs to start."""

from pathlib import Path

from pydantic import Field

from inquest.runtime import ServiceSettings


class Settings(ServiceSettings):
    """Environment of the trace store (prefix INQUEST_)."""

    tracestore_file: Path | None = None  # default: <data_dir>/tracestore/tracestore.db
    grpc_token_file: Path | None = None  # required when grpc_host is not loopback
    archive_dir: Path | None = None  # default: <data_dir>/archive
    retention_tick_s: float = Field(default=15, gt=0)  # between looks at the streams' size and at what was purged
    retention_sweep_s: float = Field(default=600, gt=0)  # between sweeps for what is due by age
    archive_relief_ratio: float = Field(default=0.7, gt=0, le=1)  # of a truth stream's limit: archive before the time
    archive_closed_s_min: float = Field(default=3600, ge=0)  # what is archived so has been closed for so long
    watchers_max: int = Field(default=200, ge=1)

    @property
    def archive(self) -> Path:
        """Where archived investigations lie."""
        return self.archive_dir or self.data_dir / "archive"

    @property
    def database(self) -> Path:
        """Where the database lies."""
        return self.tracestore_file or self.data_dir / "tracestore" / "tracestore.db"
