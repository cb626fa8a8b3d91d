"""Fuzzes every method of every gRPC service: odd messages, bytes that are none, odd metadata, unknown methods."""

import asyncio
from collections.abc import Iterator
from typing import Any

import grpc
import grpc.aio
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2
from inquest.contracts.proto.v1 import services_pb2

from scripts.fuzz_inputs import SIGNED
from scripts.fuzz_mutate import ODD, Mutator
from scripts.fuzz_tally import HANG_S, WORKERS, Tally

HOMES = {"TraceStoreService": "tracestore"} | dict.fromkeys(
    ("InvestigationService", "IncidentService", "ControlService", "DeadLetterService"), "api"
)  # all others are served everywhere
DEPTH_MAX = 4
WATCHED_S = 0.2  # a stream without news is left after so long
CALLS_EACH = 5000  # on one channel
# What grpc's client says when a server has ended the call before all of it was sent; no server sends these words.
CLIENTS_OWN = "Internal error from Core"
BAD = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.DATA_LOSS}
_TEXTS = ("", SIGNED, "open", "incident-1", "inv-1", "running", "checkout", "deep", "x" * 300, "é😀", "\x00", "..", "%")
_METADATA = (
    *(("authorization", "Bearer fuzz"), ("authorization", ""), ("authorization", "x" * 4000), ("x-odd", "%00%ff")),
    *(("grpc-timeout", "1n"), ("content-type", "text/plain"), ("traceparent", "00-zz-zz-00"), ("a" * 500, "b")),
    *(("fuzz-bin", b"\xff\x00\x01"), ("grpc-encoding", "gzip"), ("te", "x"), ("user-agent", "")),
)


def methods() -> list[MethodDescriptor]:
    """Return every method that is served. Drain is left out: what takes no more work cannot be fuzzed."""
    files = (services_pb2.DESCRIPTOR, health_pb2.DESCRIPTOR, reflection_pb2.DESCRIPTOR)
    found = [method for file in files for service in file.services_by_name.values() for method in service.methods]
    return [method for method in found if method.name != "Drain"]


class GrpcFuzz:
    """Calls the gRPC servers of several services; a method that a server does not have is a call like another."""

    def __init__(self, addresses: dict[str, str], seed: int, tally: Tally) -> None:
        self._addresses = addresses
        self._methods = methods()
        self._mutator = Mutator(f"grpc {seed}")
        self._tally = tally

    async def run(self, inputs: int) -> None:
        """Make so many calls."""
        while inputs > 0:
            now = min(inputs, CALLS_EACH)
            channels = {name: grpc.aio.insecure_channel(address) for name, address in self._addresses.items()}
            left = iter(range(now))
            async with asyncio.TaskGroup() as group:
                for _ in range(WORKERS):
                    group.create_task(self._worker(channels, left))
            for channel in channels.values():
                await channel.close()
            inputs -= now

    async def _worker(self, channels: dict[str, grpc.aio.Channel], left: Iterator[int]) -> None:
        for _ in left:
            self._tally.inputs += 1
            method = self._mutator.dice.choice(self._methods)
            home = HOMES.get(method.containing_service.name if method.containing_service else "")
            name = home if home and self._mutator.dice.random() < 0.9 else self._mutator.dice.choice(list(channels))
            await self._call(channels[name], method)

    async def _call(self, channel: Any, method: MethodDescriptor) -> None:
        dice = self._mutator.dice
        service = method.containing_service.full_name if method.containing_service else ""
        path = f"/{service}/{method.name}"
        if dice.random() < 0.01:
            path = dice.choice((f"{path}x", "/", "/x", f"/{service}/", "/é", "//", path.lower()))
        data = self._message(method)
        metadata = tuple(dice.sample(_METADATA, dice.choice((1, 2)))) if dice.random() < 0.1 else ()
        try:
            if method.client_streaming:
                await self._watch(channel.stream_stream(path)(iter([data]), metadata=metadata, timeout=HANG_S))
            elif method.server_streaming:
                await self._watch(channel.unary_stream(path)(data, metadata=metadata, timeout=HANG_S))
            else:
                await channel.unary_unary(path)(data, metadata=metadata, timeout=HANG_S)
            self._tally.outcomes["OK"] += 1
        except grpc.aio.AioRpcError as error:
            self._refused(error, f"{path} with {data[:200]!r} and {metadata!r}"[:500])
        except (TypeError, ValueError) as error:
            self._tally.outcomes[f"not sent: {type(error).__name__}"] += 1
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            self._tally.outcomes["cut"] += 1  # what gRPC raises for a call on a channel that the server closed

    def _refused(self, error: grpc.aio.AioRpcError, what: str) -> None:
        code = error.code()
        if error.details() == CLIENTS_OWN:
            self._tally.outcomes["client's own"] += 1
            return
        self._tally.outcomes[code.name] += 1
        if code in BAD:
            self._tally.bad(f"{code.name} {error.details()!r}: {what}")
        elif code is grpc.StatusCode.DEADLINE_EXCEEDED and "grpc-timeout" not in what:
            self._tally.hung(what)

    async def _watch(self, call: Any) -> None:
        """Read one message of a stream at most, and leave."""
        try:
            async with asyncio.timeout(WATCHED_S):
                await call.read()
        except TimeoutError:
            pass
        finally:
            call.cancel()

    def _message(self, method: MethodDescriptor) -> bytes:
        dice = self._mutator.dice
        draw = dice.random()
        if draw < 0.1:
            return dice.randbytes(dice.randrange(300))
        message = message_factory.GetMessageClass(method.input_type)()
        self._fill(message, DEPTH_MAX)
        data: bytes = message.SerializeToString()
        if draw < 0.3:
            return self._mutator.broken(data)
        if draw < 0.302:
            return data + b"\x0a\xff\xff\xff\x07" + bytes(100_000)
        return data

    def _fill(self, message: Any, depth: int) -> None:
        dice = self._mutator.dice
        for field in message.DESCRIPTOR.fields:
            if dice.random() < (0.2 if field.name != "tenant" else 0.05):
                continue
            if field.message_type is not None and depth == 0:
                continue
            if field.is_repeated:
                for _ in range(dice.choice((0, 1, 1, 2, 30))):
                    self._add(getattr(message, field.name), field, depth)
            elif field.message_type is not None:
                getattr(message, field.name).SetInParent()
                self._fill(getattr(message, field.name), depth - 1)
            else:
                setattr(message, field.name, self._scalar(field))

    def _add(self, target: Any, field: Any, depth: int) -> None:
        if field.message_type is None:
            target.append(self._scalar(field))
        elif hasattr(target, "add"):
            self._fill(target.add(), depth - 1)

    def _scalar(self, field: Any) -> Any:
        dice = self._mutator.dice
        if field.name == "tenant" and dice.random() < 0.8:
            return SIGNED
        if field.cpp_type == field.CPPTYPE_STRING:
            odd = [value for value in ODD if isinstance(value, str) and "\ud800" not in value]
            return b"\x00" if field.type == field.TYPE_BYTES else dice.choice((*_TEXTS, dice.choice(odd)))
        if field.cpp_type == field.CPPTYPE_BOOL:
            return dice.random() < 0.5
        if field.cpp_type in (field.CPPTYPE_DOUBLE, field.CPPTYPE_FLOAT):
            return dice.choice((0.0, -1.0, 1e300, float("nan"), float("inf")))
        if field.cpp_type == field.CPPTYPE_ENUM:
            return dice.choice(field.enum_type.values).number
        signed = field.cpp_type in (field.CPPTYPE_INT32, field.CPPTYPE_INT64)
        wide = 63 if field.cpp_type in (field.CPPTYPE_INT64, field.CPPTYPE_UINT64) else 31
        return dice.choice((0, 1, 7, 500, 2**wide - 1, *((-1, -(2**wide)) if signed else ())))
