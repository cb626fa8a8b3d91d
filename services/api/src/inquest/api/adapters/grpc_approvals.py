"""ApprovalService over grpc.aio: the same operations as over HTTP. Imported late, as gRPC costs start-up time."""

from typing import Any

from inquest.api.adapters.grpc_calls import answer, caller_of, tenant_of, valid
from inquest.api.approvals import Approvals
from inquest.api.domain.approval_requests import ApprovalsQuery, GiveBody, RefuseBody
from inquest.contracts import codec
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.identity import Authenticator


class ApprovalServicer(rpc.ApprovalServiceServicer):
    """Parses, asks who it is, calls, answers."""

    def __init__(self, approvals: Approvals, tokens: Authenticator) -> None:
        self._approvals = approvals
        self._tokens = tokens

    async def List(  # noqa: N802 - gRPC names it
        self, request: pb.ApprovalServiceListRequest, context: Any
    ) -> pb.ApprovalServiceListResponse:
        """Return the writes that wait for a person."""

        async def work() -> pb.ApprovalServiceListResponse:
            caller = await caller_of(context, self._tokens, "list_approvals")
            sent = {"tenant": tenant_of(request), "every": request.every, "approval_id": request.approval_id or None}
            found = await self._approvals.list(caller, valid(ApprovalsQuery, sent))
            return pb.ApprovalServiceListResponse(
                approvals=map(codec.to_proto, found.approvals), left_off=found.left_off
            )

        return await answer(context, work())

    async def Give(  # noqa: N802 - gRPC names it
        self, request: pb.ApprovalServiceGiveRequest, context: Any
    ) -> pb.ApprovalServiceGiveResponse:
        """Approve one write, once."""

        async def work() -> pb.ApprovalServiceGiveResponse:
            caller = await caller_of(context, self._tokens, "give_approval")
            sent: dict[str, Any] = {"request_hash": request.request_hash, "reason": request.reason}
            body = valid(GiveBody, sent | ({"valid_s": request.valid_s} if request.HasField("valid_s") else {}))
            given = await self._approvals.give(caller, tenant_of(request), request.approval_id, body)
            return pb.ApprovalServiceGiveResponse(approval=codec.to_proto(given))

        return await answer(context, work())

    async def Refuse(  # noqa: N802 - gRPC names it
        self, request: pb.ApprovalServiceRefuseRequest, context: Any
    ) -> pb.ApprovalServiceRefuseResponse:
        """Refuse one write."""

        async def work() -> pb.ApprovalServiceRefuseResponse:
            caller = await caller_of(context, self._tokens, "refuse_approval")
            body = valid(RefuseBody, {"reason": request.reason})
            refused = await self._approvals.refuse(caller, tenant_of(request), request.approval_id, body)
            return pb.ApprovalServiceRefuseResponse(approval=codec.to_proto(refused))

        return await answer(context, work())
