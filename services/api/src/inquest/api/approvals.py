"""The operations on approvals, the same over HTTP and gRPC. The gateway keeps them; who asks is decided here."""

import re
from dataclasses import dataclass
from typing import Literal

from inquest.api.domain.approval_requests import ApprovalsAnswer, ApprovalsQuery, GiveBody, RefuseBody
from inquest.bus.port import BusPort
from inquest.contracts import subjects as s
from inquest.contracts.errors import Impossible, NotFound
from inquest.contracts.latest import Approval, ApprovalDecided, ApprovalList, DecideApproval, ListApprovals
from inquest.contracts.message import ID_PATTERN
from inquest.identity import Principal

ASK_S_MAX = 20.0  # the record of who decided may wait for the bus


@dataclass(frozen=True, slots=True)
class Approvals:
    """Every method raises Forbidden where the caller may not, before anything else happens."""

    bus: BusPort

    async def list(self, caller: Principal, query: ApprovalsQuery) -> ApprovalsAnswer:
        """Return the writes that wait for a person."""
        tenant = caller.may("approvals.read", query.tenant)
        asked = ListApprovals(tenant=tenant, every=query.every, approval_id=query.approval_id)
        found: ApprovalList = await self.bus.request(s.APPROVALS_LIST, asked, timeout_s=ASK_S_MAX, tenant=tenant)
        return ApprovalsAnswer(approvals=found.approvals, left_off=found.left_off)

    async def give(self, caller: Principal, tenant: str | None, approval_id: str, body: GiveBody) -> Approval:
        """Approve one write. Raises NotFound, and Impossible where it is too late or another than was seen."""
        chosen = caller.may("approvals.give", tenant)
        return await self._decide(caller, chosen, approval_id, "give", body)

    async def refuse(self, caller: Principal, tenant: str | None, approval_id: str, body: RefuseBody) -> Approval:
        """Refuse one write. Raises NotFound, and Impossible where it is too late."""
        chosen = caller.may("approvals.give", tenant)
        return await self._decide(caller, chosen, approval_id, "refuse", body)

    async def _decide(
        self,
        caller: Principal,
        tenant: str,
        approval_id: str,
        decision: Literal["give", "refuse"],
        body: GiveBody | RefuseBody,
    ) -> Approval:
        missing = NotFound(f"there is no approval {approval_id[:60]!r}; GET /v1/approvals lists those there are")
        if not re.match(ID_PATTERN, approval_id):
            raise missing
        wish = DecideApproval(
            tenant=tenant, approval_id=approval_id, decision=decision, by=caller.name, **body.model_dump()
        )
        done: ApprovalDecided = await self.bus.request(s.APPROVAL_DECIDE, wish, timeout_s=ASK_S_MAX, tenant=tenant)
        if done.approval is None:
            raise missing
        if done.problem:
            raise Impossible(f"approval {approval_id}: {done.problem}")
        return done.approval
