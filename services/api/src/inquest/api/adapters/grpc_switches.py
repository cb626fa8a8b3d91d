"""SwitchService over grpc.aio: the same operations as over HTTP. Imported late, as gRPC costs start-up time."""

from typing import Any

from inquest.api.adapters.grpc_calls import answer, caller_of, tenant_of, valid
from inquest.api.domain.switch_requests import SwitchBody, SwitchesQuery
from inquest.api.provider_switches import ProviderSwitches
from inquest.contracts import codec
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.identity import Authenticator


class SwitchServicer(rpc.SwitchServiceServicer):
    """Parses, asks who it is, calls, answers."""

    def __init__(self, switches: ProviderSwitches, tokens: Authenticator) -> None:
        self._switches = switches
        self._tokens = tokens

    async def List(  # noqa: N802 - gRPC names it
        self, request: pb.SwitchServiceListRequest, context: Any
    ) -> pb.SwitchServiceListResponse:
        """Return who answers the domains of a tenant."""

        async def work() -> pb.SwitchServiceListResponse:
            caller = await caller_of(context, self._tokens, "list_switches")
            query = valid(SwitchesQuery, {"tenant": tenant_of(request), "domain": request.domain or None})
            found = await self._switches.list(caller, query)
            return pb.SwitchServiceListResponse(standings=map(codec.to_proto, found.standings))

        return await answer(context, work())

    async def Switch(  # noqa: N802 - gRPC names it
        self, request: pb.SwitchServiceSwitchRequest, context: Any
    ) -> pb.SwitchServiceSwitchResponse:
        """Promote a side of a domain, or roll it back."""

        async def work() -> pb.SwitchServiceSwitchResponse:
            caller = await caller_of(context, self._tokens, "switch_provider")
            sent: dict[str, Any] = {"action": request.action, "to": request.to or None, "reason": request.reason}
            body = valid(SwitchBody, sent | ({"percent": request.percent} if request.HasField("percent") else {}))
            done = await self._switches.switch(caller, tenant_of(request), request.domain, body)
            return pb.SwitchServiceSwitchResponse(switched=codec.to_proto(done))

        return await answer(context, work())
