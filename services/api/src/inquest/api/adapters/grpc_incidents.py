"""IncidentService over grpc.aio: the same operations as over HTTP. Imported late, as gRPC costs start-up time."""

from typing import Any

from inquest.api.adapters.grpc_calls import answer, caller_of, tenant_of, time_of, valid
from inquest.api.domain.incident_requests import IncidentsQuery, MergeBody, SplitBody
from inquest.api.incidents import Incidents
from inquest.contracts import codec
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.identity import Authenticator


class IncidentServicer(rpc.IncidentServiceServicer):
    """Parses, asks who it is, calls, answers."""

    def __init__(self, incidents: Incidents, tokens: Authenticator) -> None:
        self._incidents = incidents
        self._tokens = tokens

    async def Get(  # noqa: N802 - gRPC names it
        self, request: pb.IncidentServiceGetRequest, context: Any
    ) -> pb.IncidentServiceGetResponse:
        """Return the story of one incident."""

        async def work() -> pb.IncidentServiceGetResponse:
            caller = await caller_of(context, self._tokens, "get_incident")
            story = await self._incidents.get(caller, tenant_of(request), request.incident_id)
            return pb.IncidentServiceGetResponse(story=codec.to_proto(story))

        return await answer(context, work())

    async def List(  # noqa: N802 - gRPC names it
        self, request: pb.IncidentServiceListRequest, context: Any
    ) -> pb.IncidentServiceListResponse:
        """Return incidents, newest first."""

        async def work() -> pb.IncidentServiceListResponse:
            page = await self._incidents.list(await caller_of(context, self._tokens, "list_incidents"), _query(request))
            return pb.IncidentServiceListResponse(
                incidents=[codec.to_proto(line) for line in page.incidents], next_page_token=page.next_page_token
            )

        return await answer(context, work())

    async def Merge(  # noqa: N802 - gRPC names it
        self, request: pb.IncidentServiceMergeRequest, context: Any
    ) -> pb.IncidentServiceMergeResponse:
        """Make another incident part of this one."""

        async def work() -> pb.IncidentServiceMergeResponse:
            caller = await caller_of(context, self._tokens, "merge_incidents")
            body = valid(MergeBody, {"other": request.other, "reason": request.reason})
            done = await self._incidents.merge(caller, tenant_of(request), request.incident_id, body)
            return pb.IncidentServiceMergeResponse(incident_id=done.incident_id)

        return await answer(context, work())

    async def Split(  # noqa: N802 - gRPC names it
        self, request: pb.IncidentServiceSplitRequest, context: Any
    ) -> pb.IncidentServiceSplitResponse:
        """Make some signals an incident of their own."""

        async def work() -> pb.IncidentServiceSplitResponse:
            caller = await caller_of(context, self._tokens, "split_incident")
            body = valid(SplitBody, {"signal_ids": tuple(request.signal_ids), "reason": request.reason})
            done = await self._incidents.split(caller, tenant_of(request), request.incident_id, body)
            return pb.IncidentServiceSplitResponse(incident_id=done.incident_id)

        return await answer(context, work())


def _query(request: pb.IncidentServiceListRequest) -> IncidentsQuery:
    narrow = request.filter
    values: dict[str, Any] = {
        "tenant": tenant_of(request),
        "state": tuple(narrow.states),
        "admission": tuple(narrow.admissions),
        "service": narrow.service or None,
        "since": time_of(narrow.opened_after) if narrow.HasField("opened_after") else None,
        "until": time_of(narrow.opened_before) if narrow.HasField("opened_before") else None,
        "page_token": request.page_token,
    }
    if request.page_size:
        values["page_size"] = request.page_size
    return valid(IncidentsQuery, values)
