"""The bus as the operator's commands use it: with the operator's user, over TLS where that is set."""

import json
import os
from contextlib import suppress
from pathlib import Path

from inquest.bus.bus import Bus
from inquest.bus.tls import TlsFiles
from inquest.bus.users import OPERATOR

DATA_DIR = Path("var")


def operator_bus(url: str, data_dir: Path = DATA_DIR) -> Bus:
    """Return a bus that is not yet connected.

    User and password are those in the URL, else of INQUEST_NATS_USER and INQUEST_NATS_PASSWORD_FILE, else, for the
    system that `inquest up` runs here, those that it made. Raises TlsUnusable, BusUnavailable.
    """
    user, password_file = os.environ.get("INQUEST_NATS_USER"), _path("INQUEST_NATS_PASSWORD_FILE")
    local = data_dir / "nats" / "passwords" / OPERATOR
    if not (user and password_file) and "@" not in url and _is_local(url, data_dir) and local.exists():
        user, password_file = OPERATOR, local
    return Bus(url, OPERATOR, user, password_file, tls_files())


def tls_files() -> TlsFiles:
    """Return what the environment says of TLS to nats-server."""
    return TlsFiles(*(_path(f"INQUEST_NATS_TLS_{name}_FILE") for name in ("CA", "CERT", "KEY")))


def _is_local(url: str, data_dir: Path) -> bool:
    with suppress(OSError, ValueError, KeyError):
        return bool(json.loads((data_dir / "run" / "system.json").read_text())["nats"] == url)
    return False


def _path(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value) if value else None
