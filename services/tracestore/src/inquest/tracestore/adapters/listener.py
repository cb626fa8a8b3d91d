"""Starts and stops the gRPC server, and tells other processes of this machine where it listens."""

import ipaddress
from pathlib import Path
from typing import TYPE_CHECKING

from inquest.contracts.errors import InquestError
from inquest.telemetry.logs import get_logger
from inquest.tracestore.changes import Changes
from inquest.tracestore.ports import Store
from inquest.tracestore.settings import Settings

if TYPE_CHECKING:
    from inquest.tracestore.adapters.grpc_server import GrpcServer

_log = get_logger("tracestore")


class Listener:
    """The gRPC server of one process. Its address lies in the settings' address file while it listens."""

    def __init__(self, store: Store, changes: Changes, settings: Settings) -> None:
        self._store = store
        self._changes = changes
        self._settings = settings
        self._server: GrpcServer | None = None

    @property
    def address(self) -> str:
        """`host:port` while listening, empty otherwise."""
        return self._server.address if self._server else ""

    async def start(self) -> None:
        """Listen. Raises InquestError when the port is taken, or when strangers could read without a token."""
        # Imported late: gRPC costs start-up time and memory, which `inquest --help` must not pay.
        from inquest.tracestore.adapters.grpc_server import GrpcServer, TraceStoreServicer  # noqa: PLC0415

        settings = self._settings
        servicer = TraceStoreServicer(self._store, self._changes, settings.watchers_max)
        server = GrpcServer(servicer, self._token())
        await server.start(settings.grpc_host, settings.grpc_port)
        self._server = server
        _write(settings.address_file, self.address)
        _log.info("grpc_listening", address=self.address)

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._settings.address_file.unlink(missing_ok=True)
            await self._server.stop()
            self._server = None

    def _token(self) -> str | None:
        settings = self._settings
        if settings.grpc_token_file is not None:
            token = settings.grpc_token_file.read_text().strip()
            if not token:
                raise InquestError(f"INQUEST_GRPC_TOKEN_FILE: {settings.grpc_token_file} is empty")
            return token
        if not is_loopback(settings.grpc_host):
            raise InquestError(
                f"INQUEST_GRPC_HOST={settings.grpc_host} can be reached from outside: set INQUEST_GRPC_TOKEN_FILE"
            )
        return None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(text)
    part.replace(path)  # readers see the whole address or none
