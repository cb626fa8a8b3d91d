"""What came of a call, as the result that is answered and the record that stays."""

from base64 import b64encode
from dataclasses import dataclass, field, replace
from datetime import datetime

from inquest.contracts.latest import (
    DomainResponse,
    ErrorKind,
    ToolAttempt,
    ToolCall,
    ToolRequest,
    ToolResult,
    ToolStatus,
)
from inquest.contracts.payloads import INLINE_BYTES_MAX, Payload
from inquest.contracts.redaction import Redactor
from inquest.contracts.redaction.models import Cleaning

_CURSOR = ("cursor",)  # changed, it leads to no next page


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a provider answered.

    Attributes:
        response: the domain's response model; its `truncated` and `next_cursor` say whether there is more.
        query_text: what was asked, in the provider's own language.
        problems: what could not be read, with file and line where there is one.
        partial: why the answer is not complete; empty when it is.
        tokens: that it cost at the source, where the source says so.
    """

    response: DomainResponse
    query_text: str
    problems: tuple[str, ...] = ()
    partial: str = ""
    tokens: int = 0

    def cleaned(self, redactor: Redactor) -> "Fetched":
        """Return it with its own texts redacted; the response is left to the fence, which takes longer."""
        return replace(
            self,
            query_text=redactor.text(self.query_text),
            problems=tuple(redactor.texts(self.problems)),
            partial=redactor.text(self.partial),
        )


@dataclass(slots=True)
class Reading:
    """What came of asking the providers of a domain in turn.

    `faults` and `lacks` say why providers before (or all) did not answer: they broke, or they have nothing of the kind.
    """

    fetched: Fetched | None = None
    provider: str | None = None
    attempts: list[ToolAttempt] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)

    @property
    def status(self) -> ToolStatus:
        """An answer from a fallback, or a partial one, is degraded; no answer is failed where a provider broke."""
        if self.fetched:
            return "degraded" if self.faults or self.partial else "ok"
        return "failed" if self.faults else "unavailable"

    @property
    def partial(self) -> str:
        """Why the answer is not complete; empty when it is, or when there is none. What is cut is never passed over."""
        if self.fetched is None:
            return ""
        return self.fetched.partial or ("there is more than was answered" if self.fetched.response.truncated else "")

    @property
    def reason(self) -> str:
        """Why the status is not ok; empty when it is."""
        if self.status == "ok":
            return ""
        partial = [self.partial] if self.partial else []
        lacks = [] if self.fetched else self.lacks
        return "; ".join([*self.faults, *lacks, *partial])


def without_answer(
    request: ToolRequest,
    call_id: str,
    status: ToolStatus,
    reason: str,
    fetched_at: datetime,
    error: ErrorKind | None = None,
) -> ToolResult:
    """Return the result of a call that no provider was asked for."""
    return ToolResult(
        call_id=call_id,
        domain=request.domain,
        status=status,
        interface=request.domain,
        reason=reason,
        fetched_at=fetched_at,
        error=error,
    )


@dataclass(frozen=True, slots=True)
class Sealed:
    """A response ready to be stored: fenced, reduced and encoded.

    `ref` names the object of one that is too large to inline; `is_cut`: reducing it left something out for good.
    """

    payload: Payload
    problems: tuple[str, ...]
    ref: str | None = None
    is_cut: bool = False

    @property
    def is_large(self) -> bool:
        """Whether it belongs in the object store."""
        return len(self.payload.data) > INLINE_BYTES_MAX


def result_of(
    request: ToolRequest,
    call_id: str,
    reading: Reading,
    sealed: Sealed | None,
    *,
    fetched_at: datetime,
) -> ToolResult:
    """Return the result of a call that providers were asked for; `sealed` is None where none answered."""
    last = reading.attempts[-1] if reading.attempts and not reading.fetched else None
    response = reading.fetched.response if reading.fetched else None
    result = ToolResult(
        call_id=call_id,
        domain=request.domain,
        status=reading.status,
        interface=request.domain,
        provider=reading.provider,
        reason=reading.reason,
        query_text=reading.fetched.query_text if reading.fetched else "",
        fetched_at=fetched_at,
        attempts=tuple(reading.attempts),
        error=last.error if last else None,
        retry_after_s=last.retry_after_s if last else 0,
        truncated=response.truncated if response else False,
        next_cursor=response.next_cursor if response else "",
        tokens=reading.fetched.tokens if reading.fetched else 0,
    )
    if sealed is None:
        return result
    return result.model_copy(
        update={
            "payload_sha256": sealed.payload.sha256,
            "payload_ref": sealed.ref,
            "payload_inline": None if sealed.ref else b64encode(sealed.payload.data).decode(),
            "size_bytes": sealed.payload.size_bytes,
            "problems": sealed.problems,
            "truncated": result.truncated or sealed.is_cut,
        }
    )


def record_of(request: ToolRequest, result: ToolResult, called_at: datetime, redactor: Redactor) -> ToolCall:
    """Return the record that the call leaves; what was asked may name what its tenant has removed."""
    return ToolCall(
        call_id=result.call_id,
        tenant=request.tenant,
        investigation_id=request.investigation_id,
        step_id=request.step_id,
        domain=request.domain,
        status=result.status,
        interface=result.interface,
        provider=result.provider,
        query_text=result.query_text,
        reason=result.reason,
        attempts=result.attempts,
        size_bytes=result.size_bytes,
        payload_sha256=result.payload_sha256,
        payload_ref=result.payload_ref,
        duration_ms=result.duration_ms,
        repeated=result.repeated,
        called_at=result.fetched_at or called_at,
        error=result.error,
        retry_after_s=result.retry_after_s,
        truncated=result.truncated,
        shared=result.shared,
        access=request.access,
        rules=result.rules,
        approval_id=result.approval_id,
        capability=request.capability_id or "",
        tokens=result.tokens,
        limits_reached=result.limits_reached,
        query=Cleaning(redactor, _CURSOR).model(request.query),
    )
