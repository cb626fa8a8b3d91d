"""What the API needs to start."""

from pathlib import Path

from pydantic import Field

from inquest.runtime import ServiceSettings


class Settings(ServiceSettings):
    """Environment of the API (prefix INQUEST_). HTTP listens on the shared `http_host` and `http_port`."""

    api_grpc_host: str = "127.0.0.1"
    api_grpc_port: int = Field(default=0, ge=0, le=65_535)  # 0: a free port
    tracestore_addr: str | None = None  # default: what the trace store of this machine wrote down
    tracestore_token_file: Path | None = None

    @property
    def tracestore_address_file(self) -> Path:
        """Where the trace store of this machine writes its address."""
        return self.data_dir / "run" / "tracestore.addr"

    @property
    def address_file(self) -> Path:
        """Where the bound gRPC address of the API is written."""
        return self.data_dir / "run" / "api.addr"
