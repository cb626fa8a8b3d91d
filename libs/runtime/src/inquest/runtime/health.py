"""The admin endpoints of every service: /livez, /readyz, /metrics, /asyncapi.json."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from inquest.runtime.duty import Duty
from inquest.runtime.service import Ping, Service
from inquest.runtime.turnstile import Turnstile
from inquest.telemetry.metrics import exposition

PING_S_MAX = 3.0
ALWAYS = ("/livez", "/readyz", "/metrics", "/asyncapi.json")


async def unready(pings: Mapping[str, Ping]) -> dict[str, str]:
    """Ask every dependency at once; returns those that do not answer, with the reason."""

    async def ask(ping: Ping) -> str | None:
        try:
            async with asyncio.timeout(PING_S_MAX):
                await ping()
        except Exception as error:  # noqa: BLE001 - whatever a ping raises means not ready
            return str(error) or type(error).__name__
        return None

    answers = await asyncio.gather(*(ask(ping) for ping in pings.values()))
    return {name: reason for name, reason in zip(pings, answers, strict=True) if reason is not None}


def application(service: Service, not_ready: Callable[[], Awaitable[dict[str, str]]], duty: Duty) -> ASGIApp:
    """Return the ASGI application: the service's routes, while it takes work, beside the admin endpoints."""

    async def livez(_: Request) -> Response:
        return JSONResponse({"service": service.name, "live": True})

    async def readyz(_: Request) -> Response:
        failing = await not_ready()
        status = 503 if failing else 200
        return JSONResponse({"service": service.name, "ready": not failing, "failing": failing}, status)

    async def metrics(_: Request) -> Response:
        return Response(exposition(), media_type="text/plain; version=0.0.4")

    async def asyncapi(_: Request) -> Response:
        # Imported late: only people who read the document pay for building it.
        from inquest.bus.docs import asyncapi as document  # noqa: PLC0415

        return JSONResponse(await asyncio.to_thread(document, service.name))

    admin: list[BaseRoute] = [
        Route("/livez", livez),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
        Route("/asyncapi.json", asyncapi),
    ]
    return Turnstile(Starlette(routes=[*service.routes, *admin]), duty, ALWAYS)
