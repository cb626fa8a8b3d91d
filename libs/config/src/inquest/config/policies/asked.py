"""What is decided about, and the decision. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

APPROVAL_RULE = "inquest-approval"
UNNAMED = "unnamed"
_LONGEST = 2**63 - 1
NO_RULE = "no rule permits it"


@dataclass(frozen=True, slots=True)
class Asked:
    """One call that somebody wants to make.

    Attributes:
        tenant: whose call.
        capability: for which it is asked; empty: unnamed.
        access: whether it reads or writes.
        domain: with `provider`, `kind` and `operation`: the tool.
        services: ids of the catalogue; empty: all.
        repository: empty where none is named.
        at: the time, with a zone.
        calls: spent by the investigation before; `size_bytes` alike.
        approved: whether a person approved exactly this.
    """

    tenant: str
    domain: str
    provider: str
    at: datetime
    capability: str = ""
    access: Literal["read", "write"] = "read"
    kind: str = ""
    operation: str = "read"
    services: frozenset[str] = frozenset()
    repository: str = ""
    calls: int = 0
    size_bytes: int = 0
    approved: bool = False

    @property
    def tool(self) -> str:
        """The tool's id in policies."""
        return f"{self.domain}/{self.provider}/{self.operation}"

    def key(self, used: frozenset[str]) -> tuple[Any, ...]:
        """Return what the decision can depend on, where policies look at these parts of the context alone."""
        parts = (
            self.tenant if "tenant" in used else None,
            self.services if "services" in used else None,
            (not self.services) if "every_service" in used else None,
            self.repository if "repository" in used else None,
            self._moment() if "at" in used else None,
            (self.calls, self.size_bytes) if "spent" in used else None,
        )
        return (self.capability, self.access, self.tool, self.kind, self.approved, *parts)

    def context(self) -> Mapping[str, Any]:
        """Return the context as policies see it."""
        hour, minute, weekday = self._moment()
        return {
            "tenant": self.tenant,
            "services": sorted(self.services),
            "every_service": not self.services,
            "repository": self.repository,
            "at": {"hour": hour, "minute": minute, "weekday": weekday},
            "spent": {"calls": min(self.calls, _LONGEST), "bytes": min(self.size_bytes, _LONGEST)},
            "approved": self.approved,
        }

    def _moment(self) -> tuple[int, int, int]:
        at = self.at.astimezone(UTC)
        return at.hour, at.minute, at.isoweekday()


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a call may be made, and which rules said so.

    Attributes:
        rules: ids of the rules that decided; of a refusal without any, no rule permits it.
        because: what those rules give as their reason, in their order; empty where one gives none.
        errors: rules that could not be evaluated. Nothing is permitted then: one of them may forbid it.
    """

    permitted: bool
    rules: tuple[str, ...] = ()
    because: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[str, ...] = ()

    @property
    def needs_approval(self) -> bool:
        """Whether nothing but an approval is missing, as far as rules that forbid go."""
        return not self.permitted and not self.errors and self.rules == (APPROVAL_RULE,)

    def said(self) -> str:
        """Return the decision as people read it."""
        if self.errors:
            return f"refused: rules could not be evaluated: {'; '.join(self.errors)}"
        word = "permitted" if self.permitted else "refused"
        if not self.rules:
            return f"{word}: {NO_RULE}"
        return f"{word} by {' and '.join(map(self._of, self.rules))}"

    def _of(self, rule: str) -> str:
        reason = self.because.get(rule, "")
        return f"rule {rule} because {reason}" if reason else f"rule {rule}"
