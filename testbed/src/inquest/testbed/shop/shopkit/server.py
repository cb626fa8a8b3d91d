"""Serves HTTP: one span, one duration and one outcome per request, and a graceful end."""

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import uvicorn
from opentelemetry import propagate
from opentelemetry.trace import SpanKind, Status, StatusCode
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shopkit import settings, telemetry
from shopkit.errors import ServiceError

Handler = Callable[[Request], Awaitable[Any]]
DRAIN_S = 3

_in_flight = 0
_duration = telemetry.duration("http.server.duration")
_requests = telemetry.counter("http.server.requests")
_errors = telemetry.counter("http.server.errors")
telemetry.gauge("http.server.in_flight", lambda: _in_flight)


def serve(
    routes: Mapping[str, Handler],
    *,
    start: Callable[[], Awaitable[None]] | None = None,
    tls: tuple[str, str] | None = None,
) -> None:
    """Serve "METHOD /path" → handler until told to end.

    The port is shared, so that a new version is up before the old one goes.
    """

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> Any:
        if start:
            await start()
        telemetry.ready()
        yield

    # asyncio turns Nagle's algorithm off only where the protocol is named: 40 ms per answer otherwise.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", settings.PORT))
    app = Starlette(routes=[_route(spec, handler) for spec, handler in routes.items()])
    app.router.lifespan_context = lifespan
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="error",
            timeout_graceful_shutdown=DRAIN_S,
            timeout_keep_alive=60,
            ssl_certfile=tls[0] if tls else None,
            ssl_keyfile=tls[1] if tls else None,
        )
    )
    try:
        asyncio.run(server.serve(sockets=[listener]))
    finally:
        telemetry.shutdown()


def _route(spec: str, handler: Handler) -> Route:
    method, path = spec.split(" ")

    async def handle(request: Request) -> Response:
        global _in_flight  # noqa: PLW0603 - one process, one event loop
        started = time.perf_counter()
        _in_flight += 1
        context = propagate.extract(dict(request.headers))
        with telemetry.tracer.start_as_current_span(spec, context, SpanKind.SERVER) as span:
            status, body = await _outcome(handler, request)
            span.set_attribute("http.status_code", status)
            if status >= 500:
                span.set_status(Status(StatusCode.ERROR, str(body.get("error"))))
                _errors(1)
        _in_flight -= 1
        _requests(1)
        _duration.record((time.perf_counter() - started) * 1000)
        return JSONResponse(body, status)

    return Route(path, handle, methods=[method])


async def _outcome(handler: Handler, request: Request) -> tuple[int, dict[str, Any]]:
    try:
        return 200, await handler(request)
    except ServiceError as error:
        telemetry.log.log(logging.ERROR if error.status >= 500 else logging.WARNING, "%s", error)
        return error.status, {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - the edge of the process: anything becomes a 500
        telemetry.log.exception("%s %s failed", request.method, request.url.path)
        return 500, {"error": f"{type(error).__name__}: {error}"}
