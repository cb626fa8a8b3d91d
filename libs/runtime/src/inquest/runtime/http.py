"""An HTTP server inside our own life cycle: it leaves signals alone and tells its port."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from inquest.contracts.errors import InquestError
from inquest.runtime.http_limits import LimitedProtocol

STOP_S_MAX = 5
BACKLOG = 256


class PortTaken(InquestError):
    """Something else listens there; the text says what to do."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the host, which stops services in order."""
        yield


class HttpServer:
    """Serves one application. The socket is bound before anything starts, so that a taken port fails first."""

    def __init__(self, app: ASGIApp, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        self._socket = _bind(host, port)
        self.host, self.port = self._socket.getsockname()[:2]
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=STOP_S_MAX,
            http=LimitedProtocol,
            timeout_keep_alive=15,
            server_header=False,
            ssl_context_factory=(lambda *_: tls) if tls else None,
        )
        self._scheme = "https" if tls else "http"
        self._server = _Server(config)

    @property
    def url(self) -> str:
        """Where it answers."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self._scheme}://{host}:{self.port}"

    async def run(self) -> None:
        """Serve until `stop`."""
        await self._server.serve(sockets=[self._socket])

    async def stop(self, task: asyncio.Task[None]) -> None:
        """Finish open requests within STOP_S_MAX seconds, then close."""
        self._server.should_exit = True
        await asyncio.gather(task, return_exceptions=True)  # how it ended, its supervisor tells
        self._socket.close()


def _bind(host: str, port: int) -> socket.socket:
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        raise PortTaken(
            f"cannot listen on {host}:{port} ({error.strerror}): stop what uses it, or set another port (0 picks one)"
        ) from error
    return bound
