"""The Stories port over the trace store's gRPC. gRPC is imported on first use: it costs start-up time and memory."""

import json
from collections.abc import AsyncIterator, Awaitable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from inquest.api.domain.control_requests import NoticesAnswer, NoticesQuery
from inquest.api.domain.incident_requests import IncidentsAnswer, IncidentsQuery
from inquest.api.domain.requests import Investigations, ListQuery
from inquest.api.domain.view import View
from inquest.api.errors import Busy
from inquest.api.ports import Record
from inquest.api.settings import Settings
from inquest.contracts.errors import Impossible, InquestError, NotFound, RetryLater
from inquest.contracts.latest import (
    IncidentStory,
    IncidentSummary,
    InvestigationStory,
    InvestigationSummary,
    NoticeSent,
    TimelineEntry,
)
from inquest.contracts.records import RECORD_KINDS
from inquest.runtime.tls import channel, client_stamp

if TYPE_CHECKING:
    import grpc.aio

    from inquest.contracts.proto.v1 import services_pb2 as pb
    from inquest.contracts.proto.v1 import services_pb2_grpc as rpc

CALL_S_MAX = 10.0
MESSAGE_BYTES_MAX = 64 * 1024 * 1024  # as the trace store sends
_OPTIONS = [("grpc.max_receive_message_length", MESSAGE_BYTES_MAX)]

ResultT = TypeVar("ResultT")


class TraceStoreClient:
    """Implements Stories, IncidentStories and Notices.

    Each call looks the address up: a restarted trace store may have another.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._dialled: tuple[str, tuple[int, ...]] | None = None  # the address, and the TLS files as they were
        self._channel: grpc.aio.Channel | None = None

    async def close(self) -> None:
        """Close the connection."""
        if self._channel is not None:
            await self._channel.close()
            self._channel = None

    async def ping(self) -> None:
        """Raise RetryLater while the trace store does not answer."""
        await self.list(View("default"), ListQuery(page_size=1))

    async def get(self, view: View, investigation_id: str) -> InvestigationStory:
        """See Stories."""
        from inquest.contracts import codec  # noqa: PLC0415 - see the module's docstring
        from inquest.contracts.proto.v1 import services_pb2 as pb  # noqa: PLC0415

        request = pb.GetInvestigationRequest(tenant=view.tenant, scope=_scope(view), investigation_id=investigation_id)
        stub = await self._stub()
        answer = await _answer(stub.GetInvestigation(request, timeout=CALL_S_MAX, metadata=self._metadata()))
        return codec.from_proto(answer.story, InvestigationStory)

    async def list(self, view: View, query: ListQuery) -> Investigations:
        """See Stories."""
        from inquest.contracts import codec  # noqa: PLC0415
        from inquest.contracts.proto.v1 import services_pb2 as pb  # noqa: PLC0415

        stub, metadata = await self._stub(), self._metadata()
        narrow = _filter(query)
        if query.text:
            wanted = pb.SearchInvestigationsRequest(
                tenant=view.tenant, scope=_scope(view), query=query.text, page_size=query.page_size, filter=narrow
            )
            found = await _answer(stub.SearchInvestigations(wanted, timeout=CALL_S_MAX, metadata=metadata))
            lines, token = [hit.investigation for hit in found.hits], ""
        else:
            request = pb.ListInvestigationsRequest(
                tenant=view.tenant,
                scope=_scope(view),
                filter=narrow,
                page_size=query.page_size,
                page_token=query.page_token,
            )
            page = await _answer(stub.ListInvestigations(request, timeout=CALL_S_MAX, metadata=metadata))
            lines, token = list(page.investigations), page.next_page_token
        summaries = tuple(codec.from_proto(line, InvestigationSummary) for line in lines)
        return Investigations(investigations=summaries, next_page_token=token)

    async def incident(self, view: View, incident_id: str) -> IncidentStory:
        """See IncidentStories."""
        from inquest.contracts import codec  # noqa: PLC0415
        from inquest.contracts.proto.v1 import services_pb2 as pb  # noqa: PLC0415

        request = pb.GetIncidentRequest(tenant=view.tenant, scope=_scope(view), incident_id=incident_id)
        stub = await self._stub()
        answer = await _answer(stub.GetIncident(request, timeout=CALL_S_MAX, metadata=self._metadata()))
        return codec.from_proto(answer.story, IncidentStory)

    async def incidents(self, view: View, query: IncidentsQuery) -> IncidentsAnswer:
        """See IncidentStories."""
        from inquest.contracts import codec  # noqa: PLC0415
        from inquest.contracts.proto.v1 import services_pb2 as pb  # noqa: PLC0415

        narrow = pb.IncidentFilter(states=query.state, admissions=query.admission, service=query.service)
        _set(narrow.opened_after, query.since)
        _set(narrow.opened_before, query.until)
        request = pb.ListIncidentsRequest(
            tenant=view.tenant,
            scope=_scope(view),
            filter=narrow,
            page_size=query.page_size,
            page_token=query.page_token,
        )
        stub = await self._stub()
        page = await _answer(stub.ListIncidents(request, timeout=CALL_S_MAX, metadata=self._metadata()))
        found = tuple(codec.from_proto(line, IncidentSummary) for line in page.incidents)
        return IncidentsAnswer(incidents=found, next_page_token=page.next_page_token)

    async def notices(self, view: View, query: NoticesQuery) -> NoticesAnswer:
        """See Notices."""
        from inquest.contracts import codec  # noqa: PLC0415
        from inquest.contracts.proto.v1 import services_pb2 as pb  # noqa: PLC0415

        narrow = pb.NoticeFilter(
            notice_id=query.notice,
            investigation_id=query.investigation,
            channel=query.channel,
            kind=query.kind,
            outcome=query.outcome or None,
        )
        request = pb.ListNoticesRequest(
            tenant=view.tenant,
            scope=_scope(view),
            filter=narrow,
            page_size=query.page_size,
            page_token=query.page_token,
        )
        stub = await self._stub()
        page = await _answer(stub.ListNotices(request, timeout=CALL_S_MAX, metadata=self._metadata()))
        found = tuple(codec.from_proto(notice, NoticeSent) for notice in page.notices)
        return NoticesAnswer(notices=found, next_page_token=page.next_page_token)

    async def watch(self, view: View, investigation_id: str, after: int) -> AsyncIterator[Record]:
        """See Stories."""
        from inquest.contracts.proto.v1 import services_pb2 as pb  # noqa: PLC0415

        stub = await self._stub()
        request = pb.WatchRequest(
            tenant=view.tenant, scope=_scope(view), investigation_id=investigation_id, after_position=after
        )
        call = stub.Watch(request, metadata=self._metadata())
        await _answer(call.wait_for_connection())
        return _records(call)

    async def _stub(self) -> "rpc.TraceStoreServiceAsyncStub":
        from inquest.contracts.proto.v1 import services_pb2_grpc as rpc  # noqa: PLC0415

        wanted = self._settings.tracestore_addr or self._written(), client_stamp(self._settings)
        if self._channel is None or wanted != self._dialled:
            await self.close()
            self._channel = channel(wanted[0], self._settings, _OPTIONS)
            self._dialled = wanted
        return rpc.TraceStoreServiceStub(self._channel)

    def _written(self) -> str:
        try:
            address: dict[str, str] = json.loads(self._settings.tracestore_address_file.read_text())
            return address["grpc"]
        except (OSError, ValueError, KeyError) as error:
            raise RetryLater("the trace store is not running: start it, or set INQUEST_TRACESTORE_ADDR") from error

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        path = self._settings.tracestore_token_file
        return () if path is None else (("authorization", f"Bearer {path.read_text().strip()}"),)


async def _records(call: Any) -> AsyncIterator[Record]:
    import grpc.aio  # noqa: PLC0415

    from inquest.contracts import codec  # noqa: PLC0415

    try:
        async for answer in call:
            record = answer.record
            kind = record.WhichOneof("message") or ""
            yield Record(
                position=record.position,
                investigation_id=record.investigation_id,
                entry=codec.from_proto(record.entry, TimelineEntry),
                kind=kind,
                message=codec.from_proto(getattr(record, kind), RECORD_KINDS[kind]) if kind in RECORD_KINDS else None,
            )
    except grpc.aio.AioRpcError as error:
        raise _translate(error) from error
    finally:
        call.cancel()


async def _answer(call: Awaitable[ResultT]) -> ResultT:
    import grpc.aio  # noqa: PLC0415

    try:
        return await call
    except grpc.aio.AioRpcError as error:
        raise _translate(error) from error


def _translate(error: "grpc.aio.AioRpcError") -> InquestError:
    import grpc  # noqa: PLC0415

    text = error.details() or error.code().name
    match error.code():
        case grpc.StatusCode.NOT_FOUND:
            return NotFound(text)
        case grpc.StatusCode.INVALID_ARGUMENT:
            return Impossible(text)
        case grpc.StatusCode.RESOURCE_EXHAUSTED:
            return Busy(text)
        case _:
            return RetryLater(f"the trace store does not answer ({error.code().name}): {text}")


def _filter(query: ListQuery) -> "pb.InvestigationFilter":
    from inquest.contracts.proto.v1 import services_pb2 as pb  # noqa: PLC0415

    made = pb.InvestigationFilter(states=query.state, service=query.service)
    _set(made.opened_after, query.since)
    _set(made.opened_before, query.until)
    return made


def _scope(view: View) -> "pb.Scope | None":
    from inquest.contracts.proto.v1 import services_pb2 as pb  # noqa: PLC0415

    return None if view.services is None else pb.Scope(services=sorted(view.services))


def _set(target: Any, at: datetime | None) -> None:
    if at is not None:
        target.FromDatetime(at)
