"""Approvals of writes: what one is bound to, how long it stands, and what may become of it."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from inquest.contracts.latest import Approval, DecideApproval, ToolRequest
from inquest.contracts.redaction import Redactor
from inquest.contracts.v1.approvals import QUESTION_CHARS_MAX
from inquest.gateway.domain.request import canonical

Standing = Literal["none", "waiting", "given", "refused", "used"]


@dataclass(frozen=True, slots=True)
class Write:
    """One write that a call wants to make: of which provider, and what it is called there."""

    request: ToolRequest
    call_id: str
    provider: str
    operation: str

    @property
    def question(self) -> str:
        """What is written, as JSON that does not depend on the order in which it was asked for."""
        return canonical(self.request)

    def is_readable(self, redactor: Redactor) -> bool:
        """Say whether a person can be shown all of it: what stands in place of a secret may be longer."""
        return max(len(self.question), len(redactor.text(self.question))) <= QUESTION_CHARS_MAX

    @property
    def request_hash(self) -> str:
        """SHA-256 of all that an approval is bound to."""
        one = self.request
        parts = (one.tenant, one.investigation_id, one.step_id, self.provider, self.operation, self.question)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def asked(self, now: datetime, asked_s: int, question: str) -> Approval:
        """Return the approval that a person is asked for; `question` is what they are shown."""
        one = self.request
        return Approval(
            tenant=one.tenant,
            approval_id=self.call_id,
            investigation_id=one.investigation_id,
            step_id=one.step_id,
            capability=one.capability_id or "",
            domain=one.domain,
            provider=self.provider,
            operation=self.operation,
            services=one.query.services,
            repository=one.query.repository,
            request_hash=self.request_hash,
            question=question[:QUESTION_CHARS_MAX],
            asked_at=now,
            expires_at=now + timedelta(seconds=asked_s),
        )

    def standing(self, found: Approval | None, now: datetime) -> Standing:
        """Return how it stands with what is kept under the call's id; one of another request is none."""
        if found is None or found.request_hash != self.request_hash:
            return "none"
        if found.state == "used":
            return "used"
        if found.state == "refused":
            return "refused"
        if now >= found.expires_at:
            return "none"
        return "given" if found.state == "given" else "waiting"


def is_open(one: Approval, now: datetime) -> bool:
    """Say whether it waits for a person."""
    return one.state == "asked" and now < one.expires_at


def obstacle(found: Approval, wish: DecideApproval, now: datetime) -> str:
    """Return why a person cannot decide this; empty where they can. Saying no to what was given is always in time."""
    if wish.request_hash and wish.request_hash != found.request_hash:
        return "the request is another than the one that was seen: look at it again"
    if found.state in {"used", "refused"}:
        return f"it was {found.state} already" + (f", by {found.by}" if found.by else "")
    if now >= found.expires_at:
        return f"it ended at {found.expires_at:%Y-%m-%d %H:%M:%S} UTC: the write has to be asked for again"
    if found.state == "given" and wish.decision == "give":
        return f"it was given already, by {found.by}"
    return ""


def decided(found: Approval, wish: DecideApproval, now: datetime, given_s: int) -> Approval:
    """Return the approval as the person has it; it stands for `given_s` seconds, or fewer where they say so."""
    is_given = wish.decision == "give"
    stands_s = min(given_s, wish.valid_s or given_s)
    return found.model_copy(
        update={
            "state": "given" if is_given else "refused",
            "by": wish.by,
            "reason": wish.reason,
            "decided_at": now,
            "expires_at": now + timedelta(seconds=stands_s) if is_given else found.expires_at,
        }
    )


def used(found: Approval, now: datetime) -> Approval:
    """Return the approval after its one use."""
    return found.model_copy(update={"state": "used", "used_at": now})
