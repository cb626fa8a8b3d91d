"""Two gateways over one bus, with an external and an internal source of logs that answer what a test wants."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from inquest.audit import AuditLog
from inquest.bus.bus import Bus
from inquest.bus.port import BusPort
from inquest.config.switching import SwitchConfig
from inquest.contracts.latest import ErrorKind, LogsResponse, Query, SwitchProvider, ToolRequest, ToolResult, Window
from inquest.contracts.subjects import AUDIT_RECORDED, PROVIDER_SWITCH, SWITCHES_LIST, TOOL_CALL
from inquest.contracts.topology import GATEWAY_JOURNAL, GATEWAY_LEDGER, GATEWAY_SWITCHES, PAYLOADS
from inquest.gateway.board import HealthBoard
from inquest.gateway.budget import Purse
from inquest.gateway.calls import Calls
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.retry import RetryPolicy
from inquest.gateway.handlers import Handlers
from inquest.gateway.journal import Journal
from inquest.gateway.ports import Interface, ProviderError
from inquest.gateway.reader import Reader
from inquest.gateway.switch_desk import SwitchDesk, open_desk
from inquest.ledger.nats import BusLedger

T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)

TRIED = SwitchConfig.model_validate({"use": "both", "percent": 100, "compare_percent": 0})
SHADOW = SwitchConfig.model_validate({"use": "both", "percent": 0, "compare_percent": 100})


def audited(bus) -> list[tuple[str, str, str]]:
    records = bus.published(AUDIT_RECORDED)
    return [(one.action, one.by, one.about) for one in records if one.action.startswith("provider-")]


@dataclass
class Source:
    """Answers one line, or fails; counts how often it was asked."""

    severity: str = "error"
    failing: bool = False
    error: ErrorKind = "unreachable"  # where it fails
    truncated: bool = False
    lines: int = 1
    asked: int = 0

    async def call(self, _request, _context) -> Fetched:
        self.asked += 1
        if self.failing:
            raise ProviderError(self.error, "connection refused")
        count = self.lines
        response = LogsResponse(
            times=[float(n) for n in range(count)],
            services=["cart"] * count,
            severities=[self.severity] * count,
            messages=["timeout for password=hunter2secret"] * count,
            trace_ids=[None] * count,
            span_ids=[None] * count,
            truncated=self.truncated,
        )
        return Fetched(response, "all logs")

    def describe(self):
        return ()

    async def probe(self) -> None:
        return


@dataclass
class Sources:
    """A directory of both; `external` or `internal` None: there is no source of that sort."""

    external: Source | None = field(default_factory=Source)
    internal: Source | None = field(default_factory=Source)
    failures_max: int = 10_000  # whoever breaks is asked again at once: what a circuit does is tested elsewhere

    async def interfaces(self, _tenant: str, domain: str) -> list[Interface]:
        if domain != "logs":
            return []
        sources = {"loki": ("external", self.external), "ours": ("internal", self.internal)}
        return [
            Interface(
                f"acme/{name}",
                name,
                frozenset({"logs"}),
                one,
                retries_max=0,
                failures_max=self.failures_max,
                side=side,
            )
            for name, (side, one) in sources.items()
            if one
        ]

    async def all(self, tenant: str) -> list[Interface]:
        return await self.interfaces(tenant, "logs")

    def probed(self) -> list[Interface]:
        return []


@dataclass
class Gateway:
    """One gateway."""

    handlers: Handlers
    desk: SwitchDesk

    async def ask(self, number: int | str, **more) -> ToolResult:
        return await self.handlers.on_tool_call(request(number, **more))

    async def learn(self) -> None:
        """Do what its loops do every half second, once."""
        await self.desk.comparer.idle()
        await self.desk.trials.tell()
        await self.desk.board.start()


@dataclass
class World:
    """Some gateways that share sources, bus and configuration."""

    bus: BusPort
    sources: Sources = field(default_factory=Sources)
    config: SwitchConfig = field(default_factory=SwitchConfig)

    def gateway(self, owner: str = "one") -> Gateway:
        ledger = BusLedger(self.bus, self.bus.kv(GATEWAY_LEDGER))
        audit = AuditLog(self.bus, "gateway")
        reader = Reader(HealthBoard(), RetryPolicy())
        calls = Calls(
            Journal(self.bus.kv(GATEWAY_JOURNAL), owner, 5.0), Purse(ledger), reader, self.bus.objects(PAYLOADS), _now
        )
        stores = (self.bus.kv(GATEWAY_SWITCHES), self.bus.kv(GATEWAY_LEDGER))
        desk = open_desk(self.bus, stores, lambda _, __: self.config, self.sources, calls, audit)
        return Gateway(Handlers(self.bus, self.sources, calls, _now, audit, desk), desk)


@asynccontextmanager
async def running(nats_url: str, world: World, owner: str):
    """Run a gateway as a process of its own would: its own connection, its loops, its place in the queue groups."""
    server = Bus(nats_url, "gateway")
    gateway = World(server, world.sources, world.config).gateway(owner)
    for subject, replier in (
        (TOOL_CALL, gateway.handlers.on_tool_call),
        (PROVIDER_SWITCH, gateway.desk.on_switch),
        (SWITCHES_LIST, gateway.desk.on_list),
    ):
        server.reply(subject, replier)
    await server.connect()
    await gateway.desk.board.start()
    loops = [asyncio.create_task(one()) for one in (gateway.desk.board.follow, gateway.desk.trials.run)]
    try:
        await server.ping()
        yield gateway
    finally:
        for loop in loops:
            loop.cancel()
        await gateway.desk.aclose()
        await gateway.desk.audit.close()
        await server.close()


def request(number: int | str, **more) -> ToolRequest:
    query = Query(window=Window(start=T0, end=T0), services=(f"s{number}",))  # each asks for something else
    given = {"tenant": "acme", "investigation_id": f"inv-{number}", "step_id": f"step-{number}", "domain": "logs"}
    return ToolRequest(**given | {"query": query} | more)


def wish(action: str, to: str | None = None, percent: float | None = None, **more) -> SwitchProvider:
    given = {"tenant": "acme", "domain": "logs", "by": "ada", "reason": "why not"}
    return SwitchProvider(**given | {"action": action, "to": to, "percent": percent} | more)


def _now() -> datetime:
    return datetime.now(UTC)
