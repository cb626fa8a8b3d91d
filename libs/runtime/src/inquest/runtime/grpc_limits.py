"""What a gRPC call may cost, and how its failures are said: limits of the server, and a guard around every method."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from inquest.telemetry.faults import report
from inquest.telemetry.logs import get_logger

REQUEST_BYTES_MAX = 64 * 1024
ANSWER_BYTES_MAX = 64 * 1024 * 1024  # a story with thousands of findings; gRPC's own limit is 4 MiB
METADATA_BYTES_MAX = 16 * 1024
CALLS_MAX = 1_000  # at once, of all connections; watchers are among them
STREAMS_MAX = 256  # at once, of one connection


def options() -> list[tuple[str, int]]:
    """Return what every gRPC server of ours is given; with it goes `maximum_concurrent_rpcs=CALLS_MAX`."""
    return [
        ("grpc.max_receive_message_length", REQUEST_BYTES_MAX),
        ("grpc.max_send_message_length", ANSWER_BYTES_MAX),
        ("grpc.max_metadata_size", METADATA_BYTES_MAX),
        ("grpc.absolute_max_metadata_size", METADATA_BYTES_MAX),
        ("grpc.max_concurrent_streams", STREAMS_MAX),
        ("grpc.so_reuseport", 0),
    ]


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """Stands where a message should: bytes that are none."""

    said: str


class Guard(grpc.aio.ServerInterceptor):
    """Bytes that are no message end a call with INVALID_ARGUMENT; a bug ends it with INTERNAL and an id, no stack.

    gRPC itself would say UNKNOWN to both, with the text of the error.
    """

    def __init__(self, service: str) -> None:
        self._log = get_logger(service)

    async def intercept_service(self, continuation: Callable[..., Awaitable[Any]], handler_call_details: Any) -> Any:
        """See grpc.aio.ServerInterceptor."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        deserialize = _reader(handler.request_deserializer)
        method = handler_call_details.method
        if handler.unary_unary:
            made = grpc.unary_unary_rpc_method_handler
            call: Any = self._unary(handler.unary_unary, method)
        elif handler.unary_stream:
            made, call = grpc.unary_stream_rpc_method_handler, self._stream(handler.unary_stream, method)
        elif handler.stream_unary:
            made, call = grpc.stream_unary_rpc_method_handler, self._unary(handler.stream_unary, method)
        else:
            made, call = grpc.stream_stream_rpc_method_handler, self._stream(handler.stream_stream, method)
        return made(call, request_deserializer=deserialize, response_serializer=handler.response_serializer)

    def _unary(self, behaviour: Callable[..., Awaitable[Any]], method: str) -> Callable[..., Awaitable[Any]]:
        async def call(request: Any, context: Any) -> Any:
            try:
                return await behaviour(await _checked(request, context), context)
            except grpc.aio.AbortError:
                raise
            except grpc.aio.InternalError as error:
                raise asyncio.CancelledError from error  # the caller is gone: there is nobody to answer
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller is told an id
                await self._failed(error, method, context)

        return call

    def _stream(self, behaviour: Callable[..., Any], method: str) -> Callable[..., AsyncIterator[Any]]:
        async def call(request: Any, context: Any) -> AsyncIterator[Any]:
            try:
                async for answer in behaviour(await _checked(request, context), context):
                    yield answer
            except grpc.aio.AbortError:
                raise
            except grpc.aio.InternalError as error:
                raise asyncio.CancelledError from error  # the caller is gone: there is nobody to answer
            except Exception as error:  # noqa: BLE001 - whatever it is, the caller is told an id
                await self._failed(error, method, context)

        return call

    async def _failed(self, error: Exception, method: str, context: Any) -> None:
        if isinstance(error, NotImplementedError):  # of a service of gRPC's own, as it was generated
            await context.abort(grpc.StatusCode.UNIMPLEMENTED, "this method is not served here")
        fault = report(self._log, "request_failed", error, method=method)
        await context.abort(grpc.StatusCode.INTERNAL, f"this is a fault of Inquest; its log has it as {fault}")


def _reader(deserialize: Callable[[bytes], Any] | None) -> Callable[[bytes], Any] | None:
    if deserialize is None:
        return None

    def read(data: bytes) -> Any:
        try:
            return deserialize(data)
        except DecodeError:
            return _Unreadable("the bytes are not the message of this method")

    return read


async def _checked(request: Any, context: Any) -> Any:
    """Return a request, or the requests of a stream, that could be read; ends the call at one that could not."""
    if isinstance(request, _Unreadable):
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, request.said)
    return _each(request, context) if hasattr(request, "__aiter__") else request


async def _each(requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
    async for request in requests:
        yield await _checked(request, context)
