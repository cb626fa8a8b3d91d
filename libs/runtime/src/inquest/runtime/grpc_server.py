"""The one gRPC server of a service. Imported late: gRPC costs start-up time and memory, which `--help` must not pay."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import grpc
import grpc.aio

from inquest.contracts.errors import InquestError
from inquest.runtime.duty import Duty
from inquest.runtime.grpc_calls import abort
from inquest.runtime.grpc_limits import CALLS_MAX, Guard, options
from inquest.runtime.service import Servicer
from inquest.runtime.tls import TlsFiles, server_credentials

STOP_GRACE_S = 1.0

Refused = Callable[[Exception, Any], Awaitable[None]]
"""Told of each call that a check refused, with its context."""


class GrpcServer:
    """Carries servicers. `working` ones are refused while the service takes no work, `always` ones never are."""

    def __init__(
        self,
        service: str,
        duty: Duty,
        working: Sequence[Servicer],
        always: Sequence[Servicer],
        refused: Refused,
        files: TlsFiles | None,
    ) -> None:
        self.address = ""
        self._files = files
        door = _Door({one.name: one for one in working}, {one.name: one for one in always}, duty, refused)
        self._server = grpc.aio.server(
            interceptors=[Guard(service), door], options=options(), maximum_concurrent_rpcs=CALLS_MAX
        )
        for servicer in (*working, *always):
            servicer.add(self._server)

    async def start(self, host: str, port: int) -> None:
        """Listen. Raises InquestError when the port is taken, or when the TLS files cannot be used."""
        shown = f"[{host}]" if ":" in host else host
        try:
            if self._files is None:
                bound = self._server.add_insecure_port(f"{shown}:{port}")
            else:
                bound = self._server.add_secure_port(f"{shown}:{port}", server_credentials(self._files))
        except RuntimeError as error:
            raise InquestError(
                f"cannot listen on {shown}:{port} for gRPC: stop what uses it, or set INQUEST_GRPC_PORT=0"
            ) from error
        await self._server.start()
        self.address = f"{shown}:{bound}"

    async def stop(self) -> None:
        """Let running calls end for a moment, then cut them; watchers are always cut."""
        await self._server.stop(STOP_GRACE_S)


class _Door(grpc.aio.ServerInterceptor):
    """Asks a service's check before each of its calls, counts those that are work, and refuses them while it is off."""

    def __init__(self, working: dict[str, Servicer], always: dict[str, Servicer], duty: Duty, refused: Refused) -> None:
        self._working = working
        self._known = {**always, **working}
        self._duty = duty
        self._refused = refused

    async def intercept_service(self, continuation: Callable[..., Awaitable[Any]], handler_call_details: Any) -> Any:
        """See grpc.aio.ServerInterceptor."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        name = handler_call_details.method.rpartition("/")[0].lstrip("/")
        counted: Callable[[], AbstractContextManager[None]] = (
            self._duty.request if name in self._working else nullcontext
        )
        servicer = self._known.get(name)

        async def enter(context: Any) -> None:
            if servicer is None or servicer.check is None:
                return
            try:
                await servicer.check(context)
            except InquestError as error:
                await self._refused(error, context)
                raise

        return _wrapped(handler, enter, counted)


def _wrapped(
    handler: Any, enter: Callable[[Any], Awaitable[None]], counted: Callable[[], AbstractContextManager[None]]
) -> Any:
    inner = handler.unary_unary or handler.unary_stream or handler.stream_stream

    async def one(request: Any, context: Any) -> Any:
        try:
            with counted():
                await enter(context)
                return await inner(request, context)
        except InquestError as error:
            await abort(context, error)

    async def many(request: Any, context: Any) -> AsyncIterator[Any]:
        try:
            with counted():
                await enter(context)
                async for answer in inner(request, context):
                    yield answer
        except InquestError as error:
            await abort(context, error)

    sides = (handler.request_deserializer, handler.response_serializer)
    if handler.unary_unary:
        return grpc.unary_unary_rpc_method_handler(one, *sides)
    if handler.unary_stream:
        return grpc.unary_stream_rpc_method_handler(many, *sides)
    return grpc.stream_stream_rpc_method_handler(many, *sides)
