"""Keeps approvals: a write waits for a person, who says yes or no; a yes is used once, by one gateway."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from inquest.audit import AuditLog, Deed
from inquest.bus.port import KeyValue
from inquest.config.policy import ApprovalsConfig
from inquest.contracts.errors import Conflict, InquestError
from inquest.contracts.latest import (
    Approval,
    ApprovalDecided,
    ApprovalList,
    AuditAction,
    DataSourceInterfaceContract,
    DecideApproval,
    DomainRequest,
    ListApprovals,
)
from inquest.contracts.redaction import Redactor
from inquest.contracts.v1.approvals import APPROVALS_LISTED_MAX
from inquest.gateway.domain.approvals import Standing, Write, decided, is_open, obstacle, used
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.ports import Clock, Context, Interface, Provider, ProviderError


class UsedBefore(ProviderError):
    """The approval was used up by another gateway, or by one that died: nobody here knows what came of the write."""


@dataclass(frozen=True, slots=True)
class Approvals:
    """Approvals in a key-value bucket, one key a call. Every change names the revision that it was decided on."""

    kv: KeyValue
    audit: AuditLog
    clock: Clock
    config: Callable[[str], ApprovalsConfig]

    async def standing(self, write: Write) -> tuple[Standing, Approval | None]:
        """Return how it stands with a write, and what is kept of it."""
        found, _ = await self._get(write.request.tenant, write.call_id)
        return write.standing(found, self.clock()), found

    async def ask(self, write: Write, redactor: Redactor) -> Approval:
        """Have a person asked, unless they are already; return what they see. Raises RetryLater."""
        tenant, now = write.request.tenant, self.clock()
        found, revision = await self._get(tenant, write.call_id)
        if found and write.standing(found, now) != "none":
            return found
        new = write.asked(now, self.config(tenant).asked_s, redactor.text(write.question))
        await self._put(new, revision)
        about = f"{new.approval_id}: {new.operation} of {new.provider}"
        await self.audit.tell(Deed("approval-asked", tenant, new.capability or "gateway", about=about))
        return new

    async def use(self, write: Write) -> None:
        """Use an approval up.

        Raises UsedBefore, ProviderError where there is none that stands, and RetryLater without its record.
        """
        found, revision = await self._get(write.request.tenant, write.call_id)
        standing = write.standing(found, self.clock())
        if found is None or standing != "given":
            raise (UsedBefore if standing == "used" else ProviderError)("auth", _NOT_MADE[standing])
        try:
            await self._put(used(found, self.clock()), revision)
        except Conflict:
            raise ProviderError("auth", _NOT_MADE["used"]) from None
        about = f"{found.approval_id}: {found.operation} of {found.provider}"
        await self.audit.record(Deed("approval-used", found.tenant, found.by, found.reason, about))

    async def on_decide(self, wish: DecideApproval) -> ApprovalDecided:
        """Give or refuse one. The audit says what came of it, also where nothing was decided. Raises RetryLater."""
        found, revision = await self._get(wish.tenant, wish.approval_id)
        if found is None:
            return ApprovalDecided()
        action: AuditAction = "approval-given" if wish.decision == "give" else "approval-refused"
        about = f"{found.approval_id}: {found.operation} of {found.provider}, request {found.request_hash}"
        now = self.clock()
        new, problem = decided(found, wish, now, self.config(wish.tenant).given_s), obstacle(found, wish, now)
        if not problem:
            try:
                await self._put(new, revision)
            except Conflict:
                problem = "it changed meanwhile: look at it again"
        if problem:
            await self.audit.refused(Deed(action, wish.tenant, wish.by, problem, about, "refused"))
            return ApprovalDecided(approval=found, problem=problem)
        await self.audit.record(Deed(action, wish.tenant, wish.by, wish.reason, about))
        return ApprovalDecided(approval=new)

    async def on_list(self, asked: ListApprovals) -> ApprovalList:
        """Return those that wait for a person, newest first; all on demand, after them; or one. Raises RetryLater."""
        if asked.approval_id:
            one, _ = await self._get(asked.tenant, asked.approval_id)
            return ApprovalList(approvals=(one,) if one else ())
        now, found, left_off = self.clock(), dict[str, Approval](), 0
        async for entry in self.kv.entries(asked.tenant):
            one = Approval.model_validate_json(entry.value)
            found.pop(one.approval_id, None)  # as it was before it was written while this is read
            if asked.every or is_open(one, now):
                found[one.approval_id] = one
            if len(found) >= 2 * APPROVALS_LISTED_MAX:
                left_off += len(found) - APPROVALS_LISTED_MAX
                found = {one.approval_id: one for one in _first(found.values(), now)}
        left_off += max(0, len(found) - APPROVALS_LISTED_MAX)
        return ApprovalList(approvals=tuple(_first(found.values(), now)), left_off=left_off)

    async def _get(self, tenant: str, approval_id: str) -> tuple[Approval | None, int]:
        entry = await self.kv.get(f"{tenant}.{approval_id}")
        return (Approval.model_validate_json(entry.value), entry.revision) if entry else (None, 0)

    async def _put(self, approval: Approval, revision: int) -> None:
        """Write it where nobody wrote meanwhile. Raises Conflict."""
        key, value = f"{approval.tenant}.{approval.approval_id}", approval.model_dump_json().encode()
        await (self.kv.update(key, value, revision) if revision else self.kv.create(key, value))


def _first(found: Iterable[Approval], now: datetime) -> list[Approval]:
    """Return as many as are listed: those that wait for a person first, then the newest."""
    order = sorted(found, key=lambda one: (is_open(one, now), one.asked_at, one.approval_id), reverse=True)
    return order[:APPROVALS_LISTED_MAX]


_NOT_MADE: dict[Standing, str] = {
    "none": "not written: the approval ended, or was for another request",
    "waiting": "not written: a person was asked, and has not approved it",
    "given": "not written",
    "refused": "not written: a person refused it",
    "used": "its approval was used before; whether the write was made then is not known here: look there",
}


@dataclass(slots=True)
class Approved:
    """A provider for one write: it uses the approval up, and only then lets the provider write.

    Attributes:
        refusal: why the approval was not there when it counted.
        is_tried: whether this call wanted to use it.
        is_spent: whether the approval is used up, by this call or before. Until then nothing can have been written.
    """

    provider: Provider
    approvals: Approvals
    write: Write
    refusal: str = ""
    is_tried: bool = False
    is_spent: bool = False

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        self.is_tried = True
        try:
            await self.approvals.use(self.write)
        except ProviderError as error:
            self.refusal, self.is_spent = str(error), isinstance(error, UsedBefore)
            raise
        except InquestError as error:
            raise ProviderError("auth", f"not written: the use of the approval is not recorded: {error}") from error
        context.may_write = self.is_spent = True
        return await self.provider.call(request, context)

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return self.provider.describe()

    async def probe(self) -> None:
        """See Provider."""
        await self.provider.probe()


def is_unmade(interfaces: Iterable[Interface]) -> bool:
    """Say whether these were asked to write and have not begun: each approval is still there for another attempt."""
    writers = [one.provider for one in interfaces]
    return bool(writers) and all(isinstance(one, Approved) and not one.is_spent for one in writers)
