"""Calls that somebody describes: to be decided about without being made, and compared with what is expected."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import AwareDatetime, Field, NonNegativeInt, ValidationError

from inquest.config.document import compose, construct, refusal
from inquest.config.model import Config
from inquest.config.policies.asked import Asked, Decision
from inquest.config.policies.prepared import Prepared, prepare
from inquest.config.section import Name, Section
from inquest.contracts.v1.tools import Domain

CASES_MAX = 10_000


class Spent(Section):
    """What the investigation has spent before."""

    calls: NonNegativeInt = 0
    bytes: NonNegativeInt = 0


class Call(Section):
    """One call, as a gateway would ask about it. What is left out is as in the simplest call."""

    domain: Domain
    provider: str = Field(min_length=1, max_length=200)
    kind: str | None = Field(default=None, max_length=100, description="Absent: as the configuration has it.")
    access: Literal["read", "write"] = "read"
    operation: str = Field(default="read", max_length=200)
    capability: str = Field(default="", max_length=200)
    services: tuple[str, ...] = Field(default=(), max_length=1000)
    repository: str = Field(default="", max_length=1000)
    at: AwareDatetime | None = Field(default=None, description="Absent: now.")
    spent: Spent = Spent()
    approved: bool = False

    def asked(self, tenant: str, config: Config, now: datetime) -> Asked:
        """Return it as policies are asked."""
        known = config.tenants.get(tenant)
        kinds = {one.name: one.kind for one in known.providers} if known else {}
        return Asked(
            tenant=tenant,
            domain=self.domain,
            provider=self.provider,
            at=self.at or now,
            capability=self.capability,
            access=self.access,
            kind=kinds.get(self.provider, "") if self.kind is None else self.kind,
            operation=self.operation,
            services=frozenset(self.services),
            repository=self.repository,
            calls=self.spent.calls,
            size_bytes=self.spent.bytes,
            approved=self.approved,
        )


class Case(Call):
    """A call, and what should become of it."""

    name: str = Field(min_length=1, max_length=500)
    tenant: Name = "default"
    expect: Literal["permit", "refuse"]
    rule: str = Field(default="", max_length=100, description="A rule that must be among those that decide.")

    def fault(self, decision: Decision) -> str:
        """Return what is not as expected; empty where all is."""
        if decision.permitted != (self.expect == "permit"):
            return f"expected {self.expect}, but {decision.said()}"
        if self.rule and self.rule not in decision.rules:
            return f"expected by rule {self.rule}, but {decision.said()}"
        return ""


class Cases(Section):
    """A file of cases."""

    cases: tuple[Case, ...] = Field(min_length=1, max_length=CASES_MAX)


def read_cases(text: str, name: str) -> tuple[Case, ...]:
    """Return the cases of a text. Raises ConfigInvalid with file and line of all that is wrong."""
    root = compose(text, name)
    try:
        return Cases.model_validate(construct(root, name)).cases
    except ValidationError as error:
        raise refusal(root, error, name) from error


def prepared(config: Config, tenant: str) -> Prepared:
    """Return the policies of a tenant of this configuration."""
    own = config.tenants.get(tenant)
    return prepare(config.policy.text, own.policy.text if own else "")


def decided(config: Config, cases: tuple[Case, ...]) -> list[tuple[Case, Decision]]:
    """Return what the policies of a configuration decide about each case."""
    policies = {tenant: prepared(config, tenant) for tenant in {case.tenant for case in cases}}
    now = datetime.now(UTC)
    return [(case, policies[case.tenant].decide(case.asked(case.tenant, config, now))) for case in cases]
