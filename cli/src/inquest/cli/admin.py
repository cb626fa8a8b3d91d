"""`inquest admin SERVICE …`: asks the gRPC server of running services."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import typer
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2, health_pb2_grpc

from inquest.cli.admin_text import TEXTS
from inquest.cli.session import echo_json, run
from inquest.cli.tlscheck import trouble
from inquest.contracts.errors import InquestError
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.contracts.topology import SERVICES
from inquest.runtime.tls import TlsSettings, channel

EVERY = "all"
CALL_S_MAX = 20.0
DRAIN_S_MAX = 660.0  # longer than the longest limit of a drain
REDRIVE_S_MAX = 120.0


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom to ask, as whom, and how to print the answer."""

    service: str
    addr: str | None
    token: str | None
    data_dir: Path
    as_json: bool


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    request: Callable[..., Message]
    limit_s: float = CALL_S_MAX
    failed: Callable[[Any], bool] = lambda _: False


_CALLS: Mapping[str, _Call] = {
    "info": _Call("Info", pb.AdminServiceInfoRequest),
    "drain": _Call("Drain", pb.AdminServiceDrainRequest, DRAIN_S_MAX, lambda done: done.state != "drained"),
    "resume": _Call("Resume", pb.AdminServiceResumeRequest),
    "log-level": _Call("SetLogLevel", pb.AdminServiceSetLogLevelRequest),
    "config": _Call("Config", pb.AdminServiceConfigRequest),
    "dead": _Call("ListDeadLetters", pb.AdminServiceListDeadLettersRequest, REDRIVE_S_MAX),
    "redrive": _Call(
        "Redrive", pb.AdminServiceRedriveRequest, REDRIVE_S_MAX, lambda done: any(one.error for one in done.letters)
    ),
    "health": _Call(
        "Check",
        health_pb2.HealthCheckRequest,
        failed=lambda done: done.status != health_pb2.HealthCheckResponse.SERVING,
    ),
}


def ask(asking: Asking, what: str, given: Mapping[str, object]) -> None:
    """Ask one service, or all of this folder; exit status 1 when an answer says that something is wrong."""
    addresses = find(asking)
    call = _CALLS[what]
    request = call.request(**{name: value for name, value in given.items() if value not in (None, "")})
    answers = {name: run(_answer(name, address, asking.token, call, request)) for name, address in addresses.items()}
    if asking.as_json:
        found = {name: as_json(answer) for name, answer in answers.items()}
        echo_json(found if asking.service == EVERY else found[asking.service])
    else:
        for name, answer in answers.items():
            typer.echo("\n".join(TEXTS[what](name, answer)))
    if any(call.failed(answer) for answer in answers.values()):
        raise typer.Exit(1)


def find(asking: Asking) -> dict[str, str]:
    """Return the gRPC addresses by service. Raises InquestError saying where it looked."""
    if asking.service != EVERY and asking.service not in SERVICES:
        raise InquestError(f"there is no service {asking.service!r}: name {', '.join(SERVICES)} or {EVERY}")
    if asking.addr is not None:
        if asking.service == EVERY:
            raise InquestError("--addr is the address of one service: name it")
        return {asking.service: asking.addr}
    directory = asking.data_dir / "run"
    names = SERVICES if asking.service == EVERY else (asking.service,)
    found = {name: address for name in names if (address := _written(directory / f"{name}.json"))}
    if not found:
        what = "no service" if asking.service == EVERY else f"no {asking.service}"
        raise InquestError(f"{what} has its address in {directory}: start it (`inquest up`), or give --addr HOST:PORT")
    return found


def as_json(answer: Message) -> dict[str, Any]:
    """Return an answer as people script with it: every field, names as in the proto, JSON inside as JSON."""
    found: dict[str, Any] = MessageToDict(
        answer, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    if "config_json" in found:
        found["config"] = json.loads(found.pop("config_json") or "{}")
    return found


async def _answer(name: str, address: str, token: str | None, call: _Call, request: Message) -> Any:
    settings = TlsSettings()
    metadata = (("authorization", f"Bearer {token}"),) if token else ()
    async with channel(address, settings) as opened:
        health = isinstance(request, health_pb2.HealthCheckRequest)
        stub: Any = health_pb2_grpc.HealthStub(opened) if health else rpc.AdminServiceStub(opened)
        try:
            return await getattr(stub, call.method)(request, timeout=call.limit_s, metadata=metadata)
        except grpc.aio.AioRpcError as error:
            raise InquestError(f"{name} at {address}: {_said(error, address, settings)}") from error


def _said(error: "grpc.aio.AioRpcError", address: str, settings: TlsSettings) -> str:
    match error.code():
        case grpc.StatusCode.UNAUTHENTICATED:
            return f"{error.details()}; give --token, or set INQUEST_API_TOKEN"
        case grpc.StatusCode.UNAVAILABLE:
            return trouble(address, settings) or f"does not answer: {error.details()}"
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            return "did not answer in time"
        case grpc.StatusCode.UNIMPLEMENTED:
            return "is something else: it does not serve inquest.v1.AdminService"
        case _:
            return error.details() or error.code().name


def _written(path: Path) -> str:
    try:
        return str(json.loads(path.read_text())["grpc"])
    except (OSError, ValueError, KeyError):
        return ""
