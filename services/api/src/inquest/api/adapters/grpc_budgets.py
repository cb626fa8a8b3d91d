"""BudgetService over grpc.aio: the same operations as over HTTP. Imported late, as gRPC costs start-up time."""

from typing import Any

from inquest.api.adapters.grpc_calls import answer, caller_of, tenant_of, valid
from inquest.api.budgets import Budgets
from inquest.api.domain.budget_requests import ClearBudgetBody, ExplainBudgetBody, SaveBudgetBody
from inquest.contracts import codec
from inquest.contracts.proto.v1 import services_pb2 as pb
from inquest.contracts.proto.v1 import services_pb2_grpc as rpc
from inquest.identity import Authenticator

_SINGLE = (
    "calls_max",
    "bytes_max",
    "tokens_max",
    "call_s_max",
    "rounds_max",
    "step_latency_ms_max",
    "duration_s_max",
    "profile",
)


def budget_of(sent: Any) -> dict[str, Any]:
    """Return a budget as the models parse it."""
    values: dict[str, Any] = {name: getattr(sent, name) for name in _SINGLE if sent.HasField(name)}
    values["shares"] = [
        {name: getattr(share, name) for name in ("scope", "name", *_SINGLE[:4]) if share.HasField(name)}
        for share in sent.shares
    ]
    return values


class BudgetServicer(rpc.BudgetServiceServicer):
    """Parses, asks who it is, calls, answers."""

    def __init__(self, budgets: Budgets, tokens: Authenticator) -> None:
        self._budgets = budgets
        self._tokens = tokens

    async def List(  # noqa: N802 - gRPC names it
        self, request: pb.BudgetServiceListRequest, context: Any
    ) -> pb.BudgetServiceListResponse:
        """Return the profiles, what the tenant has, and the saved defaults."""

        async def work() -> pb.BudgetServiceListResponse:
            found = await self._budgets.list(await caller_of(context, self._tokens, "list_budgets"), tenant_of(request))
            return pb.BudgetServiceListResponse(
                profiles=[
                    pb.BudgetProfile(
                        name=one.name,
                        mode=one.mode,
                        limits=codec.to_proto(one.limits),
                        shares=map(codec.to_proto, one.shares),
                    )
                    for one in found.profiles
                ],
                saved=map(codec.to_proto, found.saved),
                tenant_default=codec.to_proto(found.tenant_default),
                quotas=[pb.BudgetQuota(**row.model_dump(exclude_none=True)) for row in found.quotas],
            )

        return await answer(context, work())

    async def Save(  # noqa: N802 - gRPC names it
        self, request: pb.BudgetServiceSaveRequest, context: Any
    ) -> pb.BudgetServiceSaveResponse:
        """Save the default of a user or team."""

        async def work() -> pb.BudgetServiceSaveResponse:
            caller = await caller_of(context, self._tokens, "save_budget")
            sent = {"level": request.level or "user", "name": request.name, "budget": budget_of(request.budget)}
            saved = await self._budgets.save(caller, tenant_of(request), valid(SaveBudgetBody, sent))
            return pb.BudgetServiceSaveResponse(saved=codec.to_proto(saved))

        return await answer(context, work())

    async def Clear(  # noqa: N802 - gRPC names it
        self, request: pb.BudgetServiceClearRequest, context: Any
    ) -> pb.BudgetServiceClearResponse:
        """Take a saved default away."""

        async def work() -> pb.BudgetServiceClearResponse:
            caller = await caller_of(context, self._tokens, "clear_budget")
            body = valid(ClearBudgetBody, {"level": request.level or "user", "name": request.name})
            await self._budgets.clear(caller, tenant_of(request), body)
            return pb.BudgetServiceClearResponse()

        return await answer(context, work())

    async def Explain(  # noqa: N802 - gRPC names it
        self, request: pb.BudgetServiceExplainRequest, context: Any
    ) -> pb.BudgetServiceExplainResponse:
        """Return the limits that a new investigation would have."""

        async def work() -> pb.BudgetServiceExplainResponse:
            caller = await caller_of(context, self._tokens, "explain_budget")
            sent = {
                "user": request.user,
                "services": tuple(request.services),
                "mode": request.mode or None,
                "budget": budget_of(request.budget) if request.HasField("budget") else None,
            }
            found = await self._budgets.explain(caller, tenant_of(request), valid(ExplainBudgetBody, sent))
            return pb.BudgetServiceExplainResponse(
                mode=found.mode,
                profile=found.profile,
                limits=codec.to_proto(found.limits),
                shares=map(codec.to_proto, found.shares),
                limits_from=found.limits_from,
            )

        return await answer(context, work())
