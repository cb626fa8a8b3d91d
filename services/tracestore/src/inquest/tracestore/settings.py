"""What the trace store needs to start."""

from pathlib import Path

from pydantic import Field

from inquest.runtime import ServiceSettings


class Settings(ServiceSettings):
    """Environment of the trace store (prefix INQUEST_)."""

    tracestore_file: Path | None = None  # default: <data_dir>/tracestore/tracestore.db
    grpc_host: str = "127.0.0.1"
    grpc_port: int = Field(default=0, ge=0, le=65_535)  # 0: a free port
    grpc_token_file: Path | None = None  # required when grpc_host is not loopback
    watchers_max: int = Field(default=200, ge=1)

    @property
    def database(self) -> Path:
        """Where the database lies."""
        return self.tracestore_file or self.data_dir / "tracestore" / "tracestore.db"

    @property
    def address_file(self) -> Path:
        """Where the bound gRPC address is written for other processes of this machine."""
        return self.data_dir / "run" / "tracestore.addr"
