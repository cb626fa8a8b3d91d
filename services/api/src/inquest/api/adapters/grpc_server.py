"""InvestigationService over grpc.aio: the same operations as over HTTP. Imported late, as gRPC costs start-up time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime
from typing import Any, Never, TypeVar
from urllib.parse import unquote

import grpc
import grpc.aio
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import ValidationError

from inquest.api.adapters.tokens import TokenFile
from inquest.api.domain.access import Caller
from inquest.api.domain.problems import bad_input, problem_of
from inquest.api.domain.requests import Asked, CancelBody, FeedbackBody, ListQuery, StartBody, WatchQuery
from inquest.api.operations import Operations
from inquest.api.ports import Record
from inquest.contracts import codec
from inquest.contracts.errors import Impossible, InquestError
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.telemetry.logs import get_logger

MESSAGE_BYTES_MAX = 64 * 1024 * 1024
REQUEST_BYTES_MAX = 64 * 1024
STOP_GRACE_S = 1.0

ResultT = TypeVar("ResultT")
AskedT = TypeVar("AskedT", bound=Asked)

_log = get_logger("api")
_CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    503: grpc.StatusCode.UNAVAILABLE,
}


class InvestigationServicer(rpc.InvestigationServiceServicer):
    """Parses, asks who it is, calls, answers."""

    def __init__(self, operations: Operations, tokens: TokenFile) -> None:
        self._operations = operations
        self._tokens = tokens

    async def Get(  # noqa: N802 - gRPC names it
        self, request: pb.InvestigationServiceGetRequest, context: Any
    ) -> pb.InvestigationServiceGetResponse:
        """Return the whole story."""

        async def work() -> pb.InvestigationServiceGetResponse:
            story = await self._operations.get(self._caller(context), _tenant(request), request.investigation_id)
            return pb.InvestigationServiceGetResponse(story=codec.to_proto(story))

        return await _answer(context, work())

    async def List(  # noqa: N802 - gRPC names it
        self, request: pb.InvestigationServiceListRequest, context: Any
    ) -> pb.InvestigationServiceListResponse:
        """Return one page."""

        async def work() -> pb.InvestigationServiceListResponse:
            page = await self._operations.list(self._caller(context), _list_query(request))
            return pb.InvestigationServiceListResponse(
                investigations=[codec.to_proto(line) for line in page.investigations],
                next_page_token=page.next_page_token,
            )

        return await _answer(context, work())

    async def Watch(  # noqa: N802 - gRPC names it
        self, request: pb.InvestigationServiceWatchRequest, context: Any
    ) -> AsyncIterator[pb.InvestigationServiceWatchResponse]:
        """Send what was recorded after a position, then each new record."""

        async def connect() -> AsyncIterator[Record]:
            query = _valid(WatchQuery, {"tenant": _tenant(request), "after": request.after_position})
            caller = self._caller(context)
            return await self._operations.watch(caller, query.tenant, request.investigation_id, query.after)

        records = await _answer(context, connect())
        await context.send_initial_metadata(())  # a client knows that it is served, also while nothing happens
        try:
            async for record in records:
                yield pb.InvestigationServiceWatchResponse(record=_record(record))
        except InquestError as error:
            await _abort(context, error)

    async def Start(  # noqa: N802 - gRPC names it
        self, request: pb.InvestigationServiceStartRequest, context: Any
    ) -> pb.InvestigationServiceStartResponse:
        """Ask for an investigation."""

        async def work() -> pb.InvestigationServiceStartResponse:
            caller = self._caller(context)
            started = await self._operations.start(caller, _tenant(request), _start_body(request))
            return pb.InvestigationServiceStartResponse(investigation_id=started.investigation_id)

        return await _answer(context, work())

    async def Cancel(  # noqa: N802 - gRPC names it
        self, request: pb.InvestigationServiceCancelRequest, context: Any
    ) -> pb.InvestigationServiceCancelResponse:
        """Ask to stop."""

        async def work() -> pb.InvestigationServiceCancelResponse:
            caller = self._caller(context)
            body = _valid(CancelBody, {"reason": request.reason} if request.reason else {})
            await self._operations.cancel(caller, _tenant(request), request.investigation_id, body)
            return pb.InvestigationServiceCancelResponse()

        return await _answer(context, work())

    async def GiveFeedback(  # noqa: N802 - gRPC names it
        self, request: pb.InvestigationServiceGiveFeedbackRequest, context: Any
    ) -> pb.InvestigationServiceGiveFeedbackResponse:
        """Record whether the verdict was right."""

        async def work() -> pb.InvestigationServiceGiveFeedbackResponse:
            caller = self._caller(context)
            sent = {"judgement": request.judgement, "cause": request.cause, "verdict_id": request.verdict_id}
            body = _valid(FeedbackBody, {name: value for name, value in sent.items() if value})
            given = await self._operations.give_feedback(caller, _tenant(request), request.investigation_id, body)
            return pb.InvestigationServiceGiveFeedbackResponse(feedback_id=given.feedback_id)

        return await _answer(context, work())

    def _caller(self, context: Any) -> Caller:
        sent = dict(context.invocation_metadata() or ()).get("authorization")
        return self._tokens.identify(str(sent) if sent else None, peer_host(context.peer()), None)


class GrpcServer:
    """A listening server. `address` is `host:port` once started."""

    def __init__(self, servicer: InvestigationServicer) -> None:
        self.address = ""
        self._server = grpc.aio.server(
            options=[
                ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
                ("grpc.max_receive_message_length", REQUEST_BYTES_MAX),
                ("grpc.so_reuseport", 0),
            ]
        )
        rpc.add_InvestigationServiceServicer_to_server(servicer, self._server)

    async def start(self, host: str, port: int) -> None:
        """Listen. Raises InquestError when the port is taken."""
        try:
            bound = self._server.add_insecure_port(f"{host}:{port}")
        except RuntimeError as error:
            raise InquestError(f"api: cannot listen on {host}:{port}: set INQUEST_API_GRPC_PORT=0") from error
        await self._server.start()
        self.address = f"{host}:{bound}"

    async def stop(self) -> None:
        """Let running calls end for a moment, then cut them."""
        await self._server.stop(STOP_GRACE_S)


def peer_host(peer: str) -> str:
    """Return the address in gRPC's name of a peer: `ipv4:127.0.0.1:5`, `ipv6:%5B::1%5D:5`."""
    return unquote(peer.partition(":")[2]).rpartition(":")[0]


async def _answer(context: Any, work: Awaitable[ResultT]) -> ResultT:
    """Return the result, or end the call with the status that the error means."""
    try:
        return await work
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - every failure has one form
        await _abort(context, error)


async def _abort(context: Any, error: Exception) -> Never:
    status, problem = problem_of(error)
    if status == 500:
        _log.error("request_failed", exc_info=error)
    await context.abort(_CODES.get(status, grpc.StatusCode.INTERNAL), f"{problem.message} ({problem.hint})")
    raise AssertionError("abort raises")


def _tenant(request: Any) -> str | None:
    return request.tenant or None


def _valid(model: type[AskedT], values: dict[str, Any]) -> AskedT:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise bad_input(error) from error


def _list_query(request: pb.InvestigationServiceListRequest) -> ListQuery:
    narrow = request.filter
    values: dict[str, Any] = {
        "tenant": _tenant(request),
        "state": tuple(narrow.states),
        "service": narrow.service or None,
        "since": _time(narrow.opened_after) if narrow.HasField("opened_after") else None,
        "until": _time(narrow.opened_before) if narrow.HasField("opened_before") else None,
        "text": request.query,
        "page_token": request.page_token,
    }
    if request.page_size:
        values["page_size"] = request.page_size
    return _valid(ListQuery, values)


def _start_body(request: pb.InvestigationServiceStartRequest) -> StartBody:
    values: dict[str, Any] = {
        "services": tuple(request.focus.services),
        "metric": request.focus.metric or None,
        "title": request.title,
        "mode": request.mode or "balanced",
        "idempotency_key": request.idempotency_key,
    }
    if request.HasField("window"):
        values |= {"from": _time(request.window.start), "to": _time(request.window.end)}
    if request.HasField("baseline"):
        values |= {"baseline_from": _time(request.baseline.start), "baseline_to": _time(request.baseline.end)}
    return _valid(StartBody, values)


def _time(sent: Timestamp) -> datetime:
    try:
        return sent.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise Impossible(f"a time is out of range: {error}") from error


def _record(record: Record) -> pb.Record:
    made = pb.Record(
        position=record.position, investigation_id=record.investigation_id, entry=codec.to_proto(record.entry)
    )
    if record.kind and record.message is not None:
        getattr(made, record.kind).CopyFrom(codec.to_proto(record.message))
    return made
