"""InvestigationService over grpc.aio: the same operations as over HTTP. Imported late, as gRPC costs start-up time."""

from collections.abc import AsyncIterator
from typing import Any

from inquest.api.adapters.grpc_budgets import budget_of
from inquest.api.adapters.grpc_calls import abort, answer, caller_of, renew, tenant_of, time_of, valid
from inquest.api.domain.requests import CancelBody, FeedbackBody, ListQuery, StartBody, WatchQuery
from inquest.api.operations import Operations
from inquest.api.ports import Record
from inquest.api.streams import renewed
from inquest.contracts import codec
from inquest.contracts.errors import InquestError
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.identity import Authenticator


class InvestigationServicer(rpc.InvestigationServiceServicer):
    """Parses, asks who it is, calls, answers."""

    def __init__(self, operations: Operations, tokens: Authenticator) -> None:
        self._operations = operations
        self._tokens = tokens

    async def Get(  # noqa: N802 - gRPC names it
        self, request: pb.InvestigationServiceGetRequest, context: Any
    ) -> pb.InvestigationServiceGetResponse:
        """Return the whole story."""

        async def work() -> pb.InvestigationServiceGetResponse:
            story = await self._operations.get(
                await caller_of(context, self._tokens, "get_investigation"),
                tenant_of(request),
                request.investigation_id,
            )
            return pb.InvestigationServiceGetResponse(story=codec.to_proto(story))

        return await answer(context, work())

    async def List(  # noqa: N802 - gRPC names it
        self, request: pb.InvestigationServiceListRequest, context: Any
    ) -> pb.InvestigationServiceListResponse:
        """Return one page."""

        async def work() -> pb.InvestigationServiceListResponse:
            page = await self._operations.list(
                await caller_of(context, self._tokens, "list_investigations"), _list_query(request)
            )
            return pb.InvestigationServiceListResponse(
                investigations=[codec.to_proto(line) for line in page.investigations],
                next_page_token=page.next_page_token,
            )

        return await answer(context, work())

    async def Watch(  # noqa: N802 - gRPC names it
        self, request: pb.InvestigationServiceWatchRequest, context: Any
    ) -> AsyncIterator[pb.InvestigationServiceWatchResponse]:
        """Send what was recorded after a position, then each new record."""

        async def connect() -> AsyncIterator[Record]:
            caller = await caller_of(context, self._tokens, "watch_investigation")
            query = valid(WatchQuery, {"tenant": tenant_of(request), "after": request.after_position})
            found = await self._operations.watch(caller, query.tenant, request.investigation_id, query.after)
            return renewed(found, lambda: renew(context, self._tokens, caller))

        records = await answer(context, connect())
        await context.send_initial_metadata(())  # a client knows that it is served, also while nothing happens
        try:
            async for record in records:
                yield pb.InvestigationServiceWatchResponse(record=_record(record))
        except InquestError as error:
            await abort(context, error)

    async def Start(  # noqa: N802 - gRPC names it
        self, request: pb.InvestigationServiceStartRequest, context: Any
    ) -> pb.InvestigationServiceStartResponse:
        """Ask for an investigation."""

        async def work() -> pb.InvestigationServiceStartResponse:
            caller = await caller_of(context, self._tokens, "start_investigation")
            started = await self._operations.start(caller, tenant_of(request), _start_body(request))
            return pb.InvestigationServiceStartResponse(investigation_id=started.investigation_id)

        return await answer(context, work())

    async def Cancel(  # noqa: N802 - gRPC names it
        self, request: pb.InvestigationServiceCancelRequest, context: Any
    ) -> pb.InvestigationServiceCancelResponse:
        """Ask to stop."""

        async def work() -> pb.InvestigationServiceCancelResponse:
            caller = await caller_of(context, self._tokens, "cancel_investigation")
            body = valid(CancelBody, {"reason": request.reason} if request.reason else {})
            await self._operations.cancel(caller, tenant_of(request), request.investigation_id, body)
            return pb.InvestigationServiceCancelResponse()

        return await answer(context, work())

    async def GiveFeedback(  # noqa: N802 - gRPC names it
        self, request: pb.InvestigationServiceGiveFeedbackRequest, context: Any
    ) -> pb.InvestigationServiceGiveFeedbackResponse:
        """Record whether the verdict was right."""

        async def work() -> pb.InvestigationServiceGiveFeedbackResponse:
            caller = await caller_of(context, self._tokens, "give_feedback")
            sent = {"judgement": request.judgement, "cause": request.cause, "verdict_id": request.verdict_id}
            body = valid(FeedbackBody, {name: value for name, value in sent.items() if value})
            given = await self._operations.give_feedback(caller, tenant_of(request), request.investigation_id, body)
            return pb.InvestigationServiceGiveFeedbackResponse(feedback_id=given.feedback_id)

        return await answer(context, work())


def _list_query(request: pb.InvestigationServiceListRequest) -> ListQuery:
    narrow = request.filter
    values: dict[str, Any] = {
        "tenant": tenant_of(request),
        "state": tuple(narrow.states),
        "service": narrow.service or None,
        "since": time_of(narrow.opened_after) if narrow.HasField("opened_after") else None,
        "until": time_of(narrow.opened_before) if narrow.HasField("opened_before") else None,
        "text": request.query,
        "page_token": request.page_token,
    }
    if request.page_size:
        values["page_size"] = request.page_size
    return valid(ListQuery, values)


def _start_body(request: pb.InvestigationServiceStartRequest) -> StartBody:
    values: dict[str, Any] = {
        "services": tuple(request.focus.services),
        "metric": request.focus.metric or None,
        "title": request.title,
        "mode": request.mode or None,
        "budget": budget_of(request.budget) if request.HasField("budget") else None,
        "idempotency_key": request.idempotency_key,
    }
    if request.HasField("window"):
        values |= {"from": time_of(request.window.start), "to": time_of(request.window.end)}
    if request.HasField("baseline"):
        values |= {"baseline_from": time_of(request.baseline.start), "baseline_to": time_of(request.baseline.end)}
    return valid(StartBody, values)


def _record(record: Record) -> pb.Record:
    made = pb.Record(
        position=record.position, investigation_id=record.investigation_id, entry=codec.to_proto(record.entry)
    )
    if record.kind and record.message is not None:
        getattr(made, record.kind).CopyFrom(codec.to_proto(record.message))
    return made
