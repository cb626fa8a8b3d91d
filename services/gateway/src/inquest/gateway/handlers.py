"""Answers tool calls, and looks after the health of the providers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from inquest.audit import AuditLog, Deed
from inquest.bus.port import BusPort
from inquest.contracts.latest import AuditAction, InterfaceList, ListInterfaces, ToolRequest, ToolResult
from inquest.contracts.redaction import Redactor
from inquest.contracts.subjects import TOOL_CALLED
from inquest.gateway.approvals import is_unmade
from inquest.gateway.calls import Calls
from inquest.gateway.domain.fence import CAREFUL
from inquest.gateway.domain.judgement import Judgement
from inquest.gateway.domain.outcome import record_of, without_answer
from inquest.gateway.domain.request import call_id
from inquest.gateway.flights import Flights
from inquest.gateway.policing import Policing, told
from inquest.gateway.ports import Clock, Directory, Interface
from inquest.gateway.reader import Reader
from inquest.gateway.switch_desk import SwitchDesk
from inquest.gateway.switchboard import Plan
from inquest.telemetry.logs import get_logger
from inquest.telemetry.metrics import TOOL_CALLS

NO_PROVIDER = "no provider configured"
_TOLD_MAX = 10_000

log = get_logger("gateway")


@dataclass(frozen=True, slots=True)
class Handlers:
    """The gateway's entry points."""

    bus: BusPort
    directory: Directory
    calls: Calls
    clock: Clock
    audit: AuditLog
    switches: SwitchDesk | None = None  # None: providers are asked by priority alone
    policy: Policing | None = None  # None: all of them may be asked
    flights: Flights[ToolResult] = field(default_factory=Flights)
    # Which records are in the stream, oldest first: by tenant, call and status.
    told: dict[tuple[str, str, str], None] = field(default_factory=dict)

    async def on_tool_call(self, request: ToolRequest) -> ToolResult:
        """Answer a request; every outcome leaves a record before the answer goes out.

        Who asks again while the call is under way waits with who asked first: a gateway that is slow because it has
        much to do would have more to do with each that becomes impatient.
        """
        identity = call_id(request)
        return await self.flights.share((request.tenant, identity), partial(self._answered, request, identity))

    async def _answered(self, request: ToolRequest, identity: str) -> ToolResult:
        interfaces = await self.directory.interfaces(request.tenant, request.domain)
        plan = self._plan(request, self.policy.fit(request, interfaces) if self.policy else interfaces)
        asked = plan.interfaces  # whom the switch chose, and no other: a rule does not change who answers
        judged = await self.policy.judge(request, identity, asked) if self.policy else Judgement(tuple(asked))
        plan = replace(plan, interfaces=judged.permitted)
        if judged.refusal:
            result = without_answer(request, identity, "refused", judged.refusal, self.clock())
        elif plan.interfaces:
            result = await self.calls.make(request, identity, plan.interfaces)
        else:
            result = without_answer(request, identity, "unavailable", NO_PROVIDER, self.clock())
        result = told(judged, result)
        await self._record(request, result, judged, interfaces[0].redactor if interfaces else CAREFUL)
        if self.switches:
            self.switches.saw(plan, request, result)
        return result

    async def on_list(self, request: ListInterfaces) -> InterfaceList:
        """Say which data sources a tenant has, best first within a domain."""
        found = [one for interface in await self.directory.all(request.tenant) for one in interface.provider.describe()]
        wanted = (one for one in found if request.domain in {None, one.domain})
        ordered = sorted(wanted, key=lambda one: (one.domain, -one.fallback_priority, one.provider))
        return InterfaceList(interfaces=tuple(ordered))

    def _plan(self, request: ToolRequest, interfaces: Sequence[Interface]) -> Plan:
        """Return whom a call asks, best first. What is switched is who answers, not who writes."""
        if self.switches is None or request.access == "write":
            return Plan(interfaces)
        return self.switches.board.plan(request, interfaces)

    async def _record(
        self, request: ToolRequest, result: ToolResult, judged: Judgement[Interface], redactor: Redactor
    ) -> None:
        if not (result.recorded and await self._is_told(request, result)):
            await self.bus.publish(
                TOOL_CALLED,
                record_of(request, result, self.clock(), redactor),
                msg_id=f"{request.tenant}:tool-call:{result.call_id}{_later(judged, result)}",
                tenant=request.tenant,
                investigation=request.investigation_id,
            )
            self._remember(request.tenant, result.call_id, result.status)
        if result.status == "refused":
            await self._refused(request, "budget-refused" if result.limits_reached else "policy-refused", result.reason)
        if judged.notes:
            await self._refused(request, "policy-refused", "; ".join(judged.notes))
        if not result.recorded:
            TOOL_CALLS.labels(result.domain, result.provider or "none", result.status).inc()
        log.info(
            "tool_called",
            tenant=request.tenant,
            investigation=request.investigation_id,
            domain=result.domain,
            provider=result.provider,
            status=result.status,
            reason=result.reason,
            recorded=result.recorded,
            duration_ms=result.duration_ms,
        )

    async def _refused(self, request: ToolRequest, action: AuditAction, why: str) -> None:
        await self.audit.refused(Deed(action, request.tenant, "gateway", why, request.investigation_id, "refused"))

    async def _is_told(self, request: ToolRequest, result: ToolResult) -> bool:
        """Say whether a recorded call is in the stream: its gateway may have died between the journal and there.

        A step that had to wait comes back when the server has long forgotten the message's id.
        """
        key = (request.tenant, result.call_id, result.status)
        if key not in self.told:
            told = await self.bus.read(TOOL_CALLED, tenant=request.tenant, investigation=request.investigation_id)
            for one in told:
                self._remember(request.tenant, one.message.call_id, one.message.status)
        return key in self.told

    def _remember(self, tenant: str, call: str, status: str) -> None:
        self.told[tenant, call, status] = None
        if len(self.told) > _TOLD_MAX:
            del self.told[next(iter(self.told))]


def _later(judged: Judgement[Interface], result: ToolResult) -> str:
    """Return what tells the record of a call that may be made later from the record that it leaves then."""
    if judged.refusal:
        return ":refused"
    return ":unmade" if is_unmade(judged.permitted) and not result.recorded else ""


@dataclass(frozen=True, slots=True)
class Prober:
    """Asks the live providers how they are, again and again."""

    directory: Directory
    reader: Reader
    every_s: float

    async def run(self) -> None:
        """Probe all of them, wait, repeat; until cancelled."""
        while True:
            await self.probe(self.directory.probed())
            await asyncio.sleep(self.every_s)

    async def probe(self, interfaces: Sequence[Interface]) -> None:
        """Probe each once, side by side, and forget those that are configured no more."""
        self.reader.health.keep(frozenset(key for one in interfaces for key in (one.key, one.backend)))
        await asyncio.gather(*(self.reader.probe(one) for one in interfaces))
