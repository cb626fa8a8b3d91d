"""Bodies, parameters and answers of the operations on approvals, and their table. Pure."""

from pydantic import Field

from inquest.api.domain.operation import Operation
from inquest.api.domain.requests import Answer, Asked, TenantQuery, Words
from inquest.config.policy import GIVEN_S_MAX
from inquest.contracts.latest import Approval
from inquest.contracts.message import Id

APPROVALS = "/v1/approvals"
ONE = f"{APPROVALS}/{{approval_id}}"


class ApprovalsQuery(TenantQuery):
    """Which approvals to list."""

    every: bool = Field(default=False, description="Also those that were given, refused or used, or that ended.")
    approval_id: Id | None = Field(default=None, description="This one alone, whatever became of it.")


class GiveBody(Asked):
    """Yes to one write, once."""

    request_hash: str = Field(
        default="", max_length=64, description="`request_hash` of the request that you saw: another is not approved."
    )
    reason: Words = Field(default="", max_length=500, description="Kept in the audit.")
    valid_s: int | None = Field(
        default=None, ge=1, le=GIVEN_S_MAX, description="It may be used for so long; never longer than configured."
    )


class RefuseBody(Asked):
    """No to one write."""

    reason: Words = Field(default="", max_length=500, description="Kept in the audit, and told to who asked.")


class ApprovalsAnswer(Answer):
    """Those that wait for a person, newest first, then the others; 500 at most."""

    approvals: tuple[Approval, ...]
    left_off: int = Field(default=0, description="How many more there are.")


APPROVAL_OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "list_approvals",
        "GET",
        APPROVALS,
        "Writes that wait for a person, newest first",
        "approvals.read",
        "ApprovalService.List",
        ApprovalsQuery,
        None,
        ApprovalsAnswer,
    ),
    Operation(
        "give_approval",
        "POST",
        f"{ONE}/give",
        "Approve one write, once",
        "approvals.give",
        "ApprovalService.Give",
        TenantQuery,
        GiveBody,
        Approval,
    ),
    Operation(
        "refuse_approval",
        "POST",
        f"{ONE}/refuse",
        "Refuse one write",
        "approvals.give",
        "ApprovalService.Refuse",
        TenantQuery,
        RefuseBody,
        Approval,
    ),
)
