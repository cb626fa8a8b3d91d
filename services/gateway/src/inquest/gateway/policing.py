"""Asks the policy before anything is asked outside: which providers may be, and what needs an approval."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from inquest.audit import AuditLog
from inquest.bus.port import KeyValue
from inquest.config import Config, ConfigCache
from inquest.config.policies import Asked, Decision, Prepared, prepare
from inquest.config.policy import ApprovalsConfig
from inquest.contracts.latest import ToolRequest, ToolResult
from inquest.gateway.approvals import Approvals, Approved
from inquest.gateway.domain.approvals import Write
from inquest.gateway.domain.judgement import Judgement, Tool, reading, tool_of, writing
from inquest.gateway.ports import Clock, Interface, Provider
from inquest.ledger import Account, Ledger, LedgerAway
from inquest.telemetry.logs import get_logger

PREPARED_MAX = 1000  # policies of so many tenants stay ready

STANDS = "; nothing was written, and the approval still stands"

log = get_logger("gateway")


@dataclass(slots=True)
class Policing:
    """Decides about calls by the present policies of their tenants."""

    config: Callable[[], Config]
    approvals: Approvals
    ledger: Ledger
    clock: Clock
    _prepared: dict[tuple[str, str], Prepared] = field(default_factory=dict)
    _tools: dict[tuple[str, str], tuple[Provider, Tool]] = field(default_factory=dict)
    _tools_of: Config | None = None

    async def start(self) -> None:
        """Prepare the base, so that the first call does not wait for it."""
        self._of("")

    def fit(self, request: ToolRequest, interfaces: Sequence[Interface]) -> tuple[Interface, ...]:
        """Return those that read, or write, as the call wants."""
        return tuple(one for one in interfaces if self._tool(one, request).access == request.access)

    async def judge(self, request: ToolRequest, call_id: str, interfaces: Sequence[Interface]) -> Judgement[Interface]:
        """Return who may be asked, or why nobody may. Raises RetryLater while approvals cannot be read."""
        fit = [(one, self._tool(one, request)) for one in self.fit(request, interfaces)]
        if not fit:
            return Judgement()
        try:
            policies = self._of(request.tenant)
            asked = await self._asked(request, policies)
        except ValueError as error:
            log.exception("policy_unreadable", tenant=request.tenant)
            return Judgement(refusal=f"refused: the policies cannot be read: {error}", rules=("unreadable",))
        except LedgerAway as error:
            return Judgement(refusal=f"refused: what was spent is not known: {error}", rules=("spent-unknown",))
        if request.access == "read":
            return reading([(one, one.name, policies.decide(tool.asked(asked))) for one, tool in fit])
        return await self._write(request, call_id, fit, lambda tool: policies.decide(tool.asked(asked)))

    async def _write(
        self,
        request: ToolRequest,
        call_id: str,
        fit: Sequence[tuple[Interface, Tool]],
        decide: Callable[[Tool], Decision],
    ) -> Judgement[Interface]:
        """Return the one provider that would write, once a person has approved exactly that."""
        best_first = sorted(fit, key=lambda pair: (-pair[0].priority, pair[0].name))
        judged = [(one, tool, decide(replace(tool, approved=True))) for one, tool in best_first]
        one, tool, _ = next((found for found in judged if found[2].permitted), (None, None, None))
        if one is None or tool is None:
            return reading([(one, one.name, decision) for one, _, decision in judged])
        write = Write(request, call_id, one.name, tool.operation)
        standing, found = await self.approvals.standing(write)
        is_readable = write.is_readable(one.redactor)
        if standing == "none" and is_readable:
            found = await self.approvals.ask(write, one.redactor)
        approved = Approved(one.provider, self.approvals, write)
        # One provider, asked once, for this call alone: whatever comes of it, it is not written twice.
        sole = replace(one, provider=approved, retries_max=0, shares=False, revision=f"{one.revision} {call_id}")
        return writing(sole, standing, found, decide(tool), is_readable=is_readable)

    async def _asked(self, request: ToolRequest, policies: Prepared) -> Asked:
        """Return the call without its tool. The ledger is asked where a rule looks at what was spent."""
        account = Account(request.tenant, request.investigation_id)
        spent = await self.ledger.spent(account) if "spent" in policies.uses else None
        return Asked(
            tenant=request.tenant,
            domain=request.domain,
            provider="",
            at=self.clock(),
            capability=request.capability_id or "",
            access=request.access,
            services=frozenset(request.query.services),
            repository=request.query.repository,
            calls=spent.calls if spent else 0,
            size_bytes=spent.size_bytes if spent else 0,
        )

    def _of(self, tenant: str) -> Prepared:
        """Return the tenant's policies; they are prepared once for each text. Raises ValueError."""
        config = self.config()
        own = config.tenants.get(tenant)
        texts = (config.policy.text, own.policy.text if own else "")
        found = self._prepared.get(texts)
        if found is None:
            if len(self._prepared) >= PREPARED_MAX:
                self._prepared.clear()
            found = self._prepared[texts] = prepare(*texts)
        return found

    def _tool(self, one: Interface, request: ToolRequest) -> Tool:
        """Return what a provider does for a domain; it says so once for each configuration."""
        config = self.config()
        if self._tools_of is not config:  # who was removed is forgotten
            self._tools_of = config
            self._tools.clear()
        key = (one.key, request.domain)
        known = self._tools.get(key)
        if known is None or known[0] is not one.provider:
            found = tool_of(request.domain, one.name, one.provider.describe())
            known = self._tools[key] = (one.provider, found)
        return known[1]


def told(judged: Judgement[Interface], result: ToolResult) -> ToolResult:
    """Return a result with what the policy had to say about its call."""
    writer = next((one.provider for one in judged.permitted if isinstance(one.provider, Approved)), None)
    if writer and not (writer.is_tried or result.recorded):
        result = result.model_copy(update={"reason": f"{result.reason}{STANDS}"})
    return judged.told(result, writer.refusal if writer else "")


def open_policing(kv: KeyValue, cache: ConfigCache, ledger: Ledger, audit: AuditLog, clock: Clock) -> Policing:
    """Put policy and approvals together, over the present configuration."""

    def lasting(tenant: str) -> ApprovalsConfig:
        found = cache.current.config.tenants.get(tenant)
        return found.policy.approvals if found else ApprovalsConfig()

    return Policing(lambda: cache.current.config, Approvals(kv, audit, clock, lasting), ledger, clock)
