"""ControlService over grpc.aio: the same operations as over HTTP. Imported late, as gRPC costs start-up time."""

from typing import Any

from inquest.api.adapters.grpc_calls import answer, caller_of, tenant_of, time_of, valid
from inquest.api.controls import Controls
from inquest.api.domain.control_requests import (
    AuditQuery,
    EndMuteBody,
    MuteBody,
    NoticesQuery,
    PanicBody,
    PanicStatus,
)
from inquest.contracts import codec
from inquest.contracts.latest import PanicSwitch
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.identity import Authenticator


class ControlServicer(rpc.ControlServiceServicer):
    """Parses, asks who it is, calls, answers."""

    def __init__(self, controls: Controls, tokens: Authenticator) -> None:
        self._controls = controls
        self._tokens = tokens

    async def GetPanic(  # noqa: N802 - gRPC names it
        self, request: pb.ControlServiceGetPanicRequest, context: Any
    ) -> pb.ControlServiceGetPanicResponse:
        """Return whether what leaves is stopped."""

        async def work() -> pb.ControlServiceGetPanicResponse:
            status = await self._controls.get_panic(
                await caller_of(context, self._tokens, "get_panic"), tenant_of(request)
            )
            return pb.ControlServiceGetPanicResponse(stopped=status.stopped, switches=_switches(status))

        return await answer(context, work())

    async def SetPanic(  # noqa: N802 - gRPC names it
        self, request: pb.ControlServiceSetPanicRequest, context: Any
    ) -> pb.ControlServiceSetPanicResponse:
        """Stop everything that leaves, or let it go on."""

        async def work() -> pb.ControlServiceSetPanicResponse:
            everywhere = request.everywhere if request.HasField("everywhere") else None
            sent = {"on": request.on, "reason": request.reason, "everywhere": everywhere}
            caller, body = await caller_of(context, self._tokens, "set_panic"), valid(PanicBody, sent)
            status = await self._controls.set_panic(caller, tenant_of(request), body)
            return pb.ControlServiceSetPanicResponse(stopped=status.stopped, switches=_switches(status))

        return await answer(context, work())

    async def ListMutes(  # noqa: N802 - gRPC names it
        self, request: pb.ControlServiceListMutesRequest, context: Any
    ) -> pb.ControlServiceListMutesResponse:
        """Return the mutes that have not ended."""

        async def work() -> pb.ControlServiceListMutesResponse:
            found = await self._controls.list_mutes(
                await caller_of(context, self._tokens, "list_mutes"), tenant_of(request)
            )
            return pb.ControlServiceListMutesResponse(mutes=map(codec.to_proto, found.mutes))

        return await answer(context, work())

    async def AddMute(  # noqa: N802 - gRPC names it
        self, request: pb.ControlServiceAddMuteRequest, context: Any
    ) -> pb.ControlServiceAddMuteResponse:
        """Do not tell people for a while."""

        async def work() -> pb.ControlServiceAddMuteResponse:
            caller = await caller_of(context, self._tokens, "add_mute")
            mute = await self._controls.add_mute(caller, tenant_of(request), _mute_body(request))
            return pb.ControlServiceAddMuteResponse(mute=codec.to_proto(mute))

        return await answer(context, work())

    async def EndMute(  # noqa: N802 - gRPC names it
        self, request: pb.ControlServiceEndMuteRequest, context: Any
    ) -> pb.ControlServiceEndMuteResponse:
        """End a mute before its time."""

        async def work() -> pb.ControlServiceEndMuteResponse:
            caller, body = (
                await caller_of(context, self._tokens, "end_mute"),
                valid(EndMuteBody, {"reason": request.reason}),
            )
            await self._controls.end_mute(caller, tenant_of(request), request.mute_id, body)
            return pb.ControlServiceEndMuteResponse()

        return await answer(context, work())

    async def ListNotices(  # noqa: N802 - gRPC names it
        self, request: pb.ControlServiceListNoticesRequest, context: Any
    ) -> pb.ControlServiceListNoticesResponse:
        """Return what was sent, or would have been."""

        async def work() -> pb.ControlServiceListNoticesResponse:
            caller = await caller_of(context, self._tokens, "list_notices")
            page = await self._controls.list_notices(caller, _notices_query(request))
            return pb.ControlServiceListNoticesResponse(
                notices=map(codec.to_proto, page.notices), next_page_token=page.next_page_token
            )

        return await answer(context, work())

    async def ListAudit(  # noqa: N802 - gRPC names it
        self, request: pb.ControlServiceListAuditRequest, context: Any
    ) -> pb.ControlServiceListAuditResponse:
        """Return who used which control."""

        async def work() -> pb.ControlServiceListAuditResponse:
            sent = {"tenant": tenant_of(request), **({"limit": request.limit} if request.limit else {})}
            found = await self._controls.list_audit(
                await caller_of(context, self._tokens, "list_audit"), valid(AuditQuery, sent)
            )
            return pb.ControlServiceListAuditResponse(records=map(codec.to_proto, found.records))

        return await answer(context, work())


def _switches(status: PanicStatus) -> list[Any]:
    return [codec.to_proto(PanicSwitch(**switch.model_dump())) for switch in status.switches]


def _mute_body(request: pb.ControlServiceAddMuteRequest) -> MuteBody:
    values: dict[str, Any] = {
        "services": tuple(request.services),
        "sources": tuple(request.sources),
        "labels": dict(request.labels),
        "people": tuple(request.people),
        "reason": request.reason,
    }
    values |= {name: time_of(getattr(request, name)) for name in ("starts_at", "ends_at") if request.HasField(name)}
    if request.HasField("duration_s"):
        values["duration_s"] = request.duration_s
    return valid(MuteBody, values)


def _notices_query(request: pb.ControlServiceListNoticesRequest) -> NoticesQuery:
    narrow = request.filter
    values: dict[str, Any] = {
        "tenant": tenant_of(request),
        "notice": narrow.notice_id or None,
        "investigation": narrow.investigation_id or None,
        "channel": narrow.channel or None,
        "kind": narrow.kind or None,
        "outcome": narrow.outcome,
        "page_token": request.page_token,
    }
    if request.page_size:
        values["page_size"] = request.page_size
    return valid(NoticesQuery, values)
