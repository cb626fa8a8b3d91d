"""TraceStoreService over grpc.aio. Imported late: gRPC costs start-up time and memory."""

import re
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime
from typing import Any, TypeVar

import grpc
import grpc.aio

from inquest.contracts import codec
from inquest.contracts.errors import Impossible, NotFound, RetryLater
from inquest.contracts.message import ID_PATTERN
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.contracts.records import KIND_OF
from inquest.tracestore.changes import Changes
from inquest.tracestore.domain.rows import parse
from inquest.tracestore.domain.search import Filters, IncidentFilters, NoticeFilters, is_in_scope, page_size, words_of
from inquest.tracestore.domain.story import entry
from inquest.tracestore.ports import Positioned, Store

WATCH_ROWS_MAX = 500
STOP_GRACE_S = 1.0

ResultT = TypeVar("ResultT")


class TraceStoreServicer(rpc.TraceStoreServiceServicer):
    """Answers from a Store; Watch also listens for changes."""

    def __init__(self, store: Store, changes: Changes, watchers_max: int) -> None:
        self._store = store
        self._changes = changes
        self._watchers_left = watchers_max

    async def GetInvestigation(  # noqa: N802 - gRPC names it
        self, request: pb.GetInvestigationRequest, context: Any
    ) -> pb.GetInvestigationResponse:
        """Return the whole story of one investigation."""
        return await _answer(context, self._get(request))

    async def ListInvestigations(  # noqa: N802 - gRPC names it
        self, request: pb.ListInvestigationsRequest, context: Any
    ) -> pb.ListInvestigationsResponse:
        """Return one line each, newest first."""
        return await _answer(context, self._list(request))

    async def SearchInvestigations(  # noqa: N802 - gRPC names it
        self, request: pb.SearchInvestigationsRequest, context: Any
    ) -> pb.SearchInvestigationsResponse:
        """Return the investigations in which all words occur, best match first."""
        return await _answer(context, self._search(request))

    async def GetIncident(  # noqa: N802 - gRPC names it
        self, request: pb.GetIncidentRequest, context: Any
    ) -> pb.GetIncidentResponse:
        """Return the story of one incident."""
        return await _answer(context, self._get_incident(request))

    async def ListIncidents(  # noqa: N802 - gRPC names it
        self, request: pb.ListIncidentsRequest, context: Any
    ) -> pb.ListIncidentsResponse:
        """Return incidents, newest first."""
        return await _answer(context, self._list_incidents(request))

    async def ListNotices(  # noqa: N802 - gRPC names it
        self, request: pb.ListNoticesRequest, context: Any
    ) -> pb.ListNoticesResponse:
        """Return what became of notices, newest first."""
        return await _answer(context, self._list_notices(request))

    async def Watch(  # noqa: N802 - gRPC names it
        self, request: pb.WatchRequest, context: Any
    ) -> AsyncIterator[pb.WatchResponse]:
        """Send what was stored after a position, then each new record, until the client leaves."""
        if self._watchers_left == 0:
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "too many watchers; try again later")
        self._watchers_left -= 1
        try:
            await _answer(context, _check(request.tenant))
            await context.send_initial_metadata(())  # a client knows that it is served, also while nothing happens
            position, scope = request.after_position, _scope(request)
            while True:
                seen = self._changes.version  # read first: what arrives during the query wakes the wait below
                records = await _answer(
                    context,
                    self._store.records(request.tenant, request.investigation_id, position, WATCH_ROWS_MAX, scope),
                )
                for record in records:
                    yield pb.WatchResponse(record=_record(record))
                    position = record.position
                if not records:
                    await self._changes.wait(seen)
        finally:
            self._watchers_left += 1

    async def _get(self, request: pb.GetInvestigationRequest) -> pb.GetInvestigationResponse:
        await _check(request.tenant)
        story = await self._store.story(request.tenant, request.investigation_id)
        if story is None or not is_in_scope(story.summary.services, _scope(request)):
            raise NotFound(f"tenant {request.tenant} has no investigation {request.investigation_id!r}")
        return pb.GetInvestigationResponse(story=codec.to_proto(story))

    async def _list(self, request: pb.ListInvestigationsRequest) -> pb.ListInvestigationsResponse:
        await _check(request.tenant)
        page = await self._store.page(
            request.tenant, _filters(request), page_size(request.page_size), request.page_token
        )
        return pb.ListInvestigationsResponse(
            investigations=[codec.to_proto(summary) for summary in page.summaries], next_page_token=page.next_token
        )

    async def _get_incident(self, request: pb.GetIncidentRequest) -> pb.GetIncidentResponse:
        await _check(request.tenant)
        story = await self._store.incident(request.tenant, request.incident_id)
        if story is None or not is_in_scope(story.summary.services, _scope(request)):
            raise NotFound(f"tenant {request.tenant} has no incident {request.incident_id!r}")
        return pb.GetIncidentResponse(story=codec.to_proto(story))

    async def _list_incidents(self, request: pb.ListIncidentsRequest) -> pb.ListIncidentsResponse:
        await _check(request.tenant)
        narrow = request.filter
        filters = IncidentFilters(
            scope=_scope(request),
            states=tuple(narrow.states),
            admissions=tuple(narrow.admissions),
            service=narrow.service or None,
            opened_after=_time(narrow, "opened_after"),
            opened_before=_time(narrow, "opened_before"),
        )
        page = await self._store.incidents(request.tenant, filters, page_size(request.page_size), request.page_token)
        return pb.ListIncidentsResponse(
            incidents=[codec.to_proto(summary) for summary in page.summaries], next_page_token=page.next_token
        )

    async def _list_notices(self, request: pb.ListNoticesRequest) -> pb.ListNoticesResponse:
        await _check(request.tenant)
        narrow = request.filter
        filters = NoticeFilters(
            scope=_scope(request),
            notice_id=narrow.notice_id or None,
            investigation_id=narrow.investigation_id or None,
            channel=narrow.channel or None,
            kind=narrow.kind or None,
            outcome=narrow.outcome or None,
        )
        page = await self._store.notices(request.tenant, filters, page_size(request.page_size), request.page_token)
        return pb.ListNoticesResponse(
            notices=[codec.to_proto(notice) for notice in page.notices], next_page_token=page.next_token
        )

    async def _search(self, request: pb.SearchInvestigationsRequest) -> pb.SearchInvestigationsResponse:
        await _check(request.tenant)
        hits = await self._store.search(
            request.tenant, words_of(request.query), _filters(request), page_size(request.page_size)
        )
        return pb.SearchInvestigationsResponse(
            hits=[pb.SearchHit(investigation=codec.to_proto(hit.summary), snippet=hit.snippet) for hit in hits]
        )


async def _check(tenant: str) -> None:
    if not re.match(ID_PATTERN, tenant):
        raise Impossible(f"tenant: {tenant[:60]!r} is not a tenant id [a-z0-9-]{{1,48}}")


async def _answer(context: Any, work: Awaitable[ResultT]) -> ResultT:
    """Return the result, or end the call with the status that the error means."""
    try:
        return await work
    except NotFound as error:
        await context.abort(grpc.StatusCode.NOT_FOUND, str(error))
    except Impossible as error:
        await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
    except RetryLater as error:
        await context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
    raise AssertionError("abort raises")


def _scope(request: Any) -> frozenset[str] | None:
    """Return the services whose matters may be seen; None where the request has no scope."""
    return frozenset(request.scope.services) if request.HasField("scope") else None


def _filters(request: pb.ListInvestigationsRequest | pb.SearchInvestigationsRequest) -> Filters:
    sent = request.filter
    return Filters(
        scope=_scope(request),
        states=tuple(sent.states),
        service=sent.service or None,
        opened_after=_time(sent, "opened_after"),
        opened_before=_time(sent, "opened_before"),
    )


def _time(sent: pb.InvestigationFilter | pb.IncidentFilter, field: str) -> datetime | None:
    if not sent.HasField(field):  # type: ignore[arg-type]  # the stub lists the names as literals
        return None
    try:
        at: datetime = getattr(sent, field).ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise Impossible(f"filter.{field} is out of range: {error}") from error
    return at


def _record(positioned: Positioned) -> pb.Record:
    message = parse(positioned.row)
    record = pb.Record(
        position=positioned.position,
        investigation_id=positioned.investigation_id,
        entry=codec.to_proto(entry(positioned.row, message)),
    )
    name = KIND_OF.get(type(message)) if message is not None else None
    if name is not None and message is not None:
        getattr(record, name).CopyFrom(codec.to_proto(message))
    return record
