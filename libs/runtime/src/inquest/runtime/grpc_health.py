"""grpc.health.v1 over readiness: NOT_SERVING while the service is drained, or while something it needs is away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any

import grpc
from grpc_health.v1 import health_pb2 as pb
from grpc_health.v1 import health_pb2_grpc as rpc
from grpc_reflection.v1alpha import reflection

from inquest.runtime.duty import Duty

POLL_S = 2.0  # how long a watcher may not know that something it needs is away; a drain is told at once
SERVICE = "grpc.health.v1.Health"
REFLECTION = reflection.SERVICE_NAME
Unready = Callable[[], Awaitable[dict[str, str]]]


class HealthServicer(rpc.HealthServicer):
    """`ready` names are well when the process is ready; `always` ones whenever it answers. Others are not known."""

    def __init__(self, unready: Unready, duty: Duty, ready: Iterable[str], always: Iterable[str]) -> None:
        self._unready = unready
        self._ready = frozenset(ready)
        self._always = frozenset(always)
        self._changed = asyncio.Event()
        duty.on_change(self._wake)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def Check(self, request: pb.HealthCheckRequest, context: Any) -> pb.HealthCheckResponse:  # noqa: N802
        """Return the status now. NOT_FOUND for a name that is not served here."""
        status = await self._status(request.service)
        if status == pb.HealthCheckResponse.SERVICE_UNKNOWN:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"{request.service!r} is not served here")
        return pb.HealthCheckResponse(status=status)

    async def Watch(  # noqa: N802 - gRPC names it
        self, request: pb.HealthCheckRequest, context: Any
    ) -> AsyncIterator[pb.HealthCheckResponse]:
        """Send the status, and each other one, until the client leaves."""
        del context
        told = None
        while True:
            changed = self._changed  # before the status is asked for: what changes meanwhile wakes the wait below
            if (status := await self._status(request.service)) != told:
                yield pb.HealthCheckResponse(status=status)
                told = status
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await changed.wait()

    async def _status(self, name: str) -> pb.HealthCheckResponse.ServingStatus.ValueType:
        if name in self._always:
            return pb.HealthCheckResponse.SERVING
        if name not in self._ready:
            return pb.HealthCheckResponse.SERVICE_UNKNOWN
        return pb.HealthCheckResponse.NOT_SERVING if await self._unready() else pb.HealthCheckResponse.SERVING


def add(health: HealthServicer, server: Any) -> None:
    """Have a server tell how it is."""
    rpc.add_HealthServicer_to_server(health, server)


def reflect(names: Iterable[str], server: Any) -> None:
    """Have a server tell what it serves."""
    reflection.enable_server_reflection((*names, REFLECTION), server)
