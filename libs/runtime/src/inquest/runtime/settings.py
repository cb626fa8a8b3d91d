"""What every process needs to start, from the environment (prefix INQUEST_)."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from inquest.bus.tls import TlsFiles
from inquest.contracts.errors import InquestError
from inquest.identity import IdentitySettings
from inquest.runtime.tls import TlsSettings


class ServiceSettings(IdentitySettings, TlsSettings):
    """Shared settings; each service subclasses it, adds its own fields, and fails at start when one is wrong."""

    nats_url: str = "nats://127.0.0.1:4222"
    nats_user: str | None = None
    nats_password_file: Path | None = None
    nats_tls_ca_file: Path | None = None  # any of the three: TLS from the first byte
    nats_tls_cert_file: Path | None = None
    nats_tls_key_file: Path | None = None
    nats_monitor_url: str | None = None  # nats-server's monitoring port, to see whether its acks mean durable
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=0, ge=0, le=65_535)  # 0: a free port
    grpc_host: str = "127.0.0.1"
    grpc_port: int = Field(default=0, ge=0, le=65_535)  # 0: a free port
    log_level: str = "INFO"
    otlp_endpoint: str | None = None
    drain_s: float = Field(default=10, gt=0)
    loop_lag_s_max: float = Field(default=1.0, gt=0)
    loop_misses_max: int = Field(default=3, ge=1)
    data_dir: Path = Path("var")

    def nats_tls(self) -> TlsFiles:
        """Return the files for TLS to nats-server; all None where there is to be none."""
        return TlsFiles(self.nats_tls_ca_file, self.nats_tls_cert_file, self.nats_tls_key_file)


SettingsT = TypeVar("SettingsT", bound=ServiceSettings)


def read_settings(settings_class: type[SettingsT], **given: Any) -> SettingsT:
    """Return the settings of a service, from the environment but for what is given.

    Raises InquestError naming each variable that is wrong, and not what it holds: that may be a secret.
    """
    try:
        return settings_class(**given)
    except ValidationError as error:
        lines = "\n  ".join(_told(tuple(item["loc"]), item["msg"]) for item in error.errors())
        raise InquestError(f"wrong settings in the environment:\n  {lines}") from None


def _told(place: tuple[int | str, ...], text: str) -> str:
    # What is wrong with several settings together has no place, and its text names them.
    return f"INQUEST_{'__'.join(map(str, place)).upper()}: {text}" if place else text
