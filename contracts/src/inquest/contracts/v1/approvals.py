"""A write outside needs an approval: asking for one, giving or refusing it, and what became of it."""

from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from inquest.contracts.message import Id, Instant, Message
from inquest.contracts.v1.tools import Domain

ApprovalState = Literal["asked", "given", "refused", "used"]
"""Those asked for and those given end by themselves at `expires_at`; used and refused ones stay what they are."""

APPROVALS_LISTED_MAX = 500
QUESTION_CHARS_MAX = 16_000  # a write that is longer is not asked about: nobody could see what they approve


class Approval(Message):
    """One write of one call, and what a person says about it. It counts for exactly this request, and once.

    Attributes:
        approval_id: the id of the call.
        request_hash: SHA-256 of all that the call does; another question, provider or operation has another.
        question: what is written, as canonical JSON; secrets taken out.
        expires_at: who has asked waits, and who was given one may use it, until then.
        by: who gave or refused it.
    """

    tenant: Id
    approval_id: Id
    investigation_id: Id
    step_id: Id
    capability: str = ""
    domain: Domain
    provider: str
    operation: str
    services: tuple[str, ...] = ()
    repository: str = ""
    request_hash: str
    question: str = Field(default="", max_length=QUESTION_CHARS_MAX)
    state: ApprovalState = "asked"
    asked_at: Instant
    expires_at: Instant
    by: str = ""
    reason: str = ""
    decided_at: Instant | None = None
    used_at: Instant | None = None


class ListApprovals(Message):
    """Which approvals a tenant has; those alone that wait for a person unless all are wanted, or one by its id."""

    tenant: Id
    every: bool = False
    approval_id: Id | None = None


class ApprovalList(Message):
    """Those that wait for a person, newest first, then the others. `left_off`: how many more there are."""

    approvals: tuple[Approval, ...] = Field(default=(), max_length=APPROVALS_LISTED_MAX)
    left_off: NonNegativeInt = 0


class DecideApproval(Message):
    """A person says yes or no. `request_hash`: of the request that they saw; another is not approved by it."""

    tenant: Id
    approval_id: Id
    decision: Literal["give", "refuse"]
    by: str
    reason: str = ""
    valid_s: PositiveInt | None = None  # how long it may be used; absent: as configured
    request_hash: str = ""


class ApprovalDecided(Message):
    """The approval as it stands now. `problem`: why nothing was decided; empty when it was."""

    approval: Approval | None = None
    problem: str = ""
