"""What the policy lets become of a call: who may be asked, or why nobody may."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from inquest.config.policies.asked import APPROVAL_RULE, Asked, Decision
from inquest.contracts.latest import Access, Approval, DataSourceInterfaceContract, Domain, ToolResult
from inquest.gateway.domain.approvals import Standing

AskedT = TypeVar("AskedT")


@dataclass(frozen=True, slots=True)
class Tool:
    """What a provider does for a domain, and whether that reads or writes."""

    domain: Domain
    provider: str
    kind: str = ""
    operation: str = "read"
    access: Access = "read"
    approved: bool = False

    def asked(self, call: Asked) -> Asked:
        """Return the call as one of this tool."""
        return replace(call, provider=self.provider, kind=self.kind, operation=self.operation, approved=self.approved)


def tool_of(domain: Domain, provider: str, contracts: Sequence[DataSourceInterfaceContract]) -> Tool:
    """Return what the provider's own contract says of it; without one it reads."""
    for one in contracts:
        if one.domain == domain:
            return Tool(domain, provider, one.kind, one.operations[0] if one.operations else "read", one.access)
    return Tool(domain, provider)


@dataclass(frozen=True, slots=True)
class Judgement(Generic[AskedT]):
    """Who may be asked. `refusal` says why nobody may; `notes`, why some may not.

    Without permitted ones and without a refusal there is nobody who could be asked.
    """

    permitted: tuple[AskedT, ...] = ()
    refusal: str = ""
    rules: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    approval_id: str | None = None

    def told(self, result: ToolResult, lost: str = "") -> ToolResult:
        """Return a result that says what the policy did; `lost` is why an approval was not there when it counted."""
        changed: dict[str, object] = {"rules": self.rules} if self.rules else {}
        if self.notes:
            changed["problems"] = (*result.problems, *self.notes)
        if self.approval_id:
            changed["approval_id"] = self.approval_id
        if lost:
            changed |= {"status": "refused", "reason": f"refused by rule {APPROVAL_RULE}: {lost}"}
        return result.model_copy(update=changed) if changed else result


def reading(judged: Sequence[tuple[AskedT, str, Decision]]) -> Judgement[AskedT]:
    """Return those that may be asked, of candidates with their names; the refusal where none may."""
    refused = [(name, decision) for _, name, decision in judged if not decision.permitted]
    permitted = tuple(one for one, _, decision in judged if decision.permitted)
    rules = tuple(dict.fromkeys(rule for _, decision in refused for rule in decision.rules))
    if permitted:
        return Judgement(permitted, "", rules, tuple(f"{name} was not asked: {one.said()}" for name, one in refused))
    said = {decision.said() for _, decision in refused}
    each = [f"{name}: {decision.said()}" for name, decision in refused]
    return Judgement(refusal=said.pop() if len(said) == 1 else "; ".join(each), rules=rules)


def writing(
    sole: AskedT, standing: Standing, found: Approval | None, unapproved: Decision, *, is_readable: bool
) -> Judgement[AskedT]:
    """Return the one that may write where its approval was given or used; else whom to ask."""
    if found and standing in {"given", "used"}:
        return Judgement((sole,), approval_id=found.approval_id)  # used: the journal has what came of it
    if found is None or not is_readable:
        return Judgement(refusal=f"{unapproved.said()}; it is too long to be shown to a person", rules=unapproved.rules)
    if standing == "refused":
        why = f": {found.reason}" if found.reason else ""
        refusal = f"refused by rule {APPROVAL_RULE} because {found.by} refused the approval{why}"
        return Judgement(refusal=refusal, rules=(APPROVAL_RULE,), approval_id=found.approval_id)
    until = f"{found.expires_at:%Y-%m-%d %H:%M} UTC"
    waits = f"{unapproved.said()}; approval {found.approval_id} waits for one until {until}"
    return Judgement(refusal=waits, rules=unapproved.rules, approval_id=found.approval_id)
