"""Starts and stops the gRPC facade, and writes down where it listens."""

from typing import TYPE_CHECKING

from inquest.api.controls import Controls
from inquest.api.dead import Dead
from inquest.api.incidents import Incidents
from inquest.api.operations import Operations
from inquest.api.settings import Settings
from inquest.identity import Authenticator
from inquest.telemetry.logs import get_logger

if TYPE_CHECKING:
    from inquest.api.adapters.grpc_server import GrpcServer

_log = get_logger("api")


class Listener:
    """The gRPC facade of one process."""

    def __init__(
        self,
        operations: Operations,
        incidents: Incidents,
        controls: Controls,
        dead: Dead,
        tokens: Authenticator,
        settings: Settings,
    ) -> None:
        self._operations = operations
        self._incidents = incidents
        self._controls = controls
        self._dead = dead
        self._tokens = tokens
        self._settings = settings
        self._server: GrpcServer | None = None

    async def start(self) -> None:
        """Listen. Raises InquestError when the port is taken."""
        # Imported late: gRPC costs start-up time and memory.
        from inquest.api.adapters.grpc_controls import ControlServicer  # noqa: PLC0415
        from inquest.api.adapters.grpc_dead import DeadLetterServicer  # noqa: PLC0415
        from inquest.api.adapters.grpc_incidents import IncidentServicer  # noqa: PLC0415
        from inquest.api.adapters.grpc_server import GrpcServer, InvestigationServicer  # noqa: PLC0415

        investigations = InvestigationServicer(self._operations, self._tokens)
        incidents = IncidentServicer(self._incidents, self._tokens)
        controls = ControlServicer(self._controls, self._tokens)
        server = GrpcServer(investigations, incidents, controls, DeadLetterServicer(self._dead, self._tokens))
        await server.start(self._settings.api_grpc_host, self._settings.api_grpc_port)
        self._server = server
        path = self._settings.address_file
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(server.address)
        part.replace(path)  # readers see the whole address or none
        _log.info("grpc_listening", address=server.address)

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._settings.address_file.unlink(missing_ok=True)
            await self._server.stop()
            self._server = None
