"""What every gRPC operation does around its own work: who asks, what is valid, how a failure is said."""

import asyncio
from collections.abc import Awaitable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Never, TypeVar
from urllib.parse import unquote

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import ValidationError

from inquest.api.adapters.failures import retry_after_s, told
from inquest.api.domain.problems import bad_input
from inquest.api.domain.requests import Asked
from inquest.api.domain.routes import BY_NAME
from inquest.contracts.errors import Impossible
from inquest.identity import Authenticator, Principal

ResultT = TypeVar("ResultT")
AskedT = TypeVar("AskedT", bound=Asked)

_CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    503: grpc.StatusCode.UNAVAILABLE,
}


@dataclass(slots=True)
class _Asked:
    """Who asks in this call, for the record where the answer is no."""

    tokens: Authenticator
    operation: str
    peer: str
    caller: Principal | None = None


_asked: ContextVar[_Asked | None] = ContextVar("inquest_api_asked", default=None)  # each call is a task of its own


async def caller_of(context: Any, tokens: Authenticator, name: str) -> Principal:
    """Return who asks for an operation of the table.

    Raises Unauthenticated, RateLimited, and Forbidden where their role does not allow it.
    """
    asked = _Asked(tokens, name, peer_host(context.peer()))
    _asked.set(asked)
    asked.caller = await tokens.identify(_authorization(context), asked.peer, None)
    asked.caller.needs(BY_NAME[name].permission)
    return asked.caller


async def renew(context: Any, tokens: Authenticator, caller: Principal) -> None:
    """Raise where whoever opened a stream would not be let in as the same now."""
    await tokens.still(caller, _authorization(context), peer_host(context.peer()), None)


def _authorization(context: Any) -> str | None:
    """Return the header; None where there are several, which two readers would read in two ways."""
    sent = [value for key, value in context.invocation_metadata() or () if key == "authorization"]
    return str(sent[0]) if len(sent) == 1 else None


def peer_host(peer: str) -> str:
    """Return the address in gRPC's name of a peer: `ipv4:127.0.0.1:5`, `ipv6:%5B::1%5D:5`."""
    return unquote(peer.partition(":")[2]).rpartition(":")[0]


async def answer(context: Any, work: Awaitable[ResultT]) -> ResultT:
    """Return the result, or end the call with the status that the error means."""
    try:
        return await work
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - every failure has one form
        await abort(context, error)


async def abort(context: Any, error: Exception) -> Never:
    """End the call with the status that the error means."""
    asked = _asked.get()
    where = {"operation": asked.operation, "peer": asked.peer} if asked else {}
    status, problem = told(error, **where)
    if asked is not None:
        await asked.tokens.refused(error, asked.caller, asked.peer, asked.operation)
    trailing = [("error-id", problem.error_id)]
    if status in {429, 503}:
        trailing.append(("retry-after", str(retry_after_s(error))))
    said = f"{problem.message} ({problem.hint}) [{problem.error_id}]"
    await context.abort(_CODES.get(status, grpc.StatusCode.INTERNAL), said, tuple(trailing))
    raise AssertionError("abort raises")


def tenant_of(request: Any) -> str | None:
    """Return the tenant that a request names, None where it names none."""
    return request.tenant or None


def valid(model: type[AskedT], values: dict[str, Any]) -> AskedT:
    """Return the parsed request. Raises Impossible naming what is wrong."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise bad_input(error) from error


def time_of(sent: Timestamp) -> datetime:
    """Return the time in UTC. Raises Impossible."""
    try:
        return sent.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise Impossible(f"a time is out of range: {error}") from error
