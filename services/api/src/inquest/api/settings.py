"""What the API needs to start."""

from pathlib import Path

from inquest.runtime import ServiceSettings


class Settings(ServiceSettings):
    """Environment of the API (prefix INQUEST_). HTTP and gRPC listen where the shared settings say."""

    tracestore_addr: str | None = None  # default: what the trace store of this machine wrote down
    tracestore_token_file: Path | None = None

    @property
    def tracestore_address_file(self) -> Path:
        """Where the trace store of this machine writes its address."""
        return self.data_dir / "run" / "tracestore.json"
