"""What a gRPC call may cost, and how its failures are said: on a real server, with raw bytes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from inquest.runtime import grpc_limits as limits

CHECK, WATCH, LIST = (f"/grpc.health.v1.Health/{name}" for name in ("Check", "Watch", "List"))


class Health(health_pb2_grpc.HealthServicer):  # type: ignore[misc]  # it has no types
    async def Check(self, request: Any, context: Any) -> Any:  # noqa: N802 - gRPC names it
        del context
        if request.service == "bug":
            raise RuntimeError("hunter2 inside")
        return health_pb2.HealthCheckResponse(status=1)

    async def Watch(self, request: Any, context: Any) -> AsyncIterator[Any]:  # noqa: N802 - gRPC names it
        del context
        yield health_pb2.HealthCheckResponse(status=1)
        if request.service == "bug":
            raise RuntimeError("hunter2 inside")
        await asyncio.Event().wait()


@pytest.fixture
async def channel() -> AsyncIterator[grpc.aio.Channel]:
    server = grpc.aio.server(interceptors=[limits.Guard("test")], options=limits.options(), maximum_concurrent_rpcs=3)
    health_pb2_grpc.add_HealthServicer_to_server(Health(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as made:
        yield made
    await server.stop(None)


async def refused(call: Any) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call
    return raised.value.code(), raised.value.details() or ""


async def test_a_large_request_is_refused(channel):
    assert await channel.unary_unary(CHECK)(b"\x0a\x01a", timeout=10)
    code, _ = await refused(channel.unary_unary(CHECK)(bytes(limits.REQUEST_BYTES_MAX + 1), timeout=10))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_large_metadata_is_refused(channel):
    small = (("x", "a" * 1000),)
    assert await channel.unary_unary(CHECK)(b"", metadata=small, timeout=10) is not None
    large = (("x", "a" * (2 * limits.METADATA_BYTES_MAX)),)
    code, _ = await refused(channel.unary_unary(CHECK)(b"", metadata=large, timeout=10))
    assert code in {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE}


async def test_more_calls_than_allowed_are_refused_and_a_place_is_free_again(channel):
    watching = [channel.unary_stream(WATCH)(b"", timeout=20) for _ in range(3)]
    for one in watching:
        await one.read()
    code, _ = await refused(channel.unary_unary(CHECK)(b"", timeout=10))
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    for one in watching:
        one.cancel()
    async with asyncio.timeout(10):
        while True:
            try:
                await channel.unary_unary(CHECK)(b"", timeout=10)
            except grpc.aio.AioRpcError:
                await asyncio.sleep(0.05)
            else:
                return


async def test_bytes_that_are_no_message_are_the_callers_fault(channel):
    for path in (CHECK, WATCH):
        make = channel.unary_unary if path == CHECK else channel.unary_stream
        call = make(path)(b"\xff\xff\xff", timeout=10)
        code, _ = await refused(call if path == CHECK else call.read())
        assert code is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_bug_is_told_by_an_id_alone(channel):
    asked = health_pb2.HealthCheckRequest(service="bug").SerializeToString()
    code, said = await refused(channel.unary_unary(CHECK)(asked, timeout=10))
    assert code is grpc.StatusCode.INTERNAL
    assert "hunter2" not in said
    assert len(said.rpartition(" ")[2]) == 16
    stream = channel.unary_stream(WATCH)(asked, timeout=10)
    await stream.read()
    code, said = await refused(stream.read())
    assert code is grpc.StatusCode.INTERNAL
    assert "hunter2" not in said


async def test_what_nobody_wrote_is_unimplemented(channel):
    code, _ = await refused(channel.unary_unary(LIST)(b"", timeout=10))
    assert code is grpc.StatusCode.UNIMPLEMENTED


def test_grpc_servers_are_given_the_limits():
    given = dict(limits.options())
    assert given["grpc.max_receive_message_length"] == limits.REQUEST_BYTES_MAX
    assert given["grpc.max_send_message_length"] == limits.ANSWER_BYTES_MAX
    assert given["grpc.max_concurrent_streams"] == limits.STREAMS_MAX < limits.CALLS_MAX
