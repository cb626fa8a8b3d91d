"""`inquest provider list`: the data sources of the running system, how they are, and how they did."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer

from inquest.bus.port import BusPort
from inquest.cli.operator_bus import operator_bus
from inquest.cli.provider_use import Records, Use, read_calls, uses
from inquest.cli.session import CONNECT_S_MAX, echo_json, local_nats, run
from inquest.cli.texttable import table
from inquest.config import ConfigStore
from inquest.contracts.errors import InquestError, RetryLater
from inquest.contracts.latest import DataSourceInterfaceContract, InterfaceList, ListInterfaces
from inquest.contracts.subjects import INTERFACES_LIST, TOOL_DRIFTED
from inquest.contracts.text import plain
from inquest.contracts.topology import CONFIG, GATEWAY_LEDGER
from inquest.gateway.settings import Settings
from inquest.ledger import Ledger, LedgerAway, open_ledger

DATA_DIR = Path("var")
REQUEST_S = 5.0
_UNPROBED = "pack"  # files: each use shows whether they are there
_FAILING_MIN = 3  # a probe may be well where what is really asked fails; fewer may be about the questions


@dataclass(frozen=True, slots=True)
class Drift:
    """When the server behind a provider was last seen to change, and how."""

    at: datetime
    changes: tuple[str, ...]
    out_of_rotation: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One domain of one provider. None is what nobody knows.

    Attributes:
        health: well, failing (not yet resting, or its probe alone is well), resting, drifted (out of rotation),
            unprobed or unknown.
        reason: of a health that is not `well`.
        calls: how often it was asked since; `shared` calls got an answer that another had asked for.
        error_rate: share of the calls that failed.
        cost: of a call, as the provider says it.
        whole: false where there are more records than were read.
    """

    tenant: str
    domain: str
    provider: str
    kind: str
    priority: int
    health: str
    reason: str
    calls: int
    shared: int
    error_rate: float | None
    latency_ms_p50: float | None
    latency_ms_p95: float | None
    cost: str
    size_bytes: int
    drift: Drift | None
    whole: bool


def list_providers(
    tenant: str | None, domain: str | None, hours: float, nats_url: str | None, *, as_json: bool
) -> None:
    """Print what the running system knows of its data sources."""
    since = datetime.now(UTC) - timedelta(hours=hours)
    rows = run(_rows(local_nats(DATA_DIR, nats_url), tenant, domain, since))
    if as_json:
        echo_json([asdict(one) for one in rows])
    elif rows:
        typer.echo(as_text(rows, since))
    else:
        typer.echo("no providers: add one to inquest.yaml, then `inquest config apply`")


async def _rows(nats_url: str, tenant: str | None, domain: str | None, since: datetime) -> list[Row]:
    bus = operator_bus(nats_url)
    settings = Settings()
    await bus.connect(CONNECT_S_MAX)
    ledger = open_ledger(settings.ledger_url, settings.ledger_password_file, bus, bus.kv(GATEWAY_LEDGER))
    try:
        config = (await ConfigStore(bus.kv(CONFIG)).current()).config
        tenants = sorted(config.tenants) if tenant is None else [tenant]
        if strange := set(tenants) - set(config.tenants):
            known = ", ".join(sorted(config.tenants)) or "none"
            raise InquestError(f"the running system has no tenant {', '.join(strange)}; there are: {known}")
        found = [row for one in tenants for row in await rows_of(bus, ledger, one, since)]
    finally:
        await ledger.close()
        await bus.close()
    return [row for row in found if domain in {None, row.domain}]


async def rows_of(bus: BusPort, ledger: Ledger, tenant: str, since: datetime) -> list[Row]:
    """Return a row for each domain of each provider of a tenant. Raises InquestError where no gateway answers."""
    try:
        listed: InterfaceList = await bus.request(
            INTERFACES_LIST, ListInterfaces(tenant=tenant), timeout_s=REQUEST_S, tenant=tenant
        )
    except RetryLater as error:
        raise InquestError(f"no gateway says which providers there are: {error}; is one running?") from error
    records = await read_calls(bus, tenant, since)
    found = uses(records.calls)
    drifts = {name: await _drift(bus, tenant, name) for name in {one.provider for one in listed.interfaces}}
    rows = []
    for one in listed.interfaces:
        use = found.get((one.domain, one.provider), Use())
        health = await _health(ledger, tenant, one)
        rows.append(_row(tenant, one, _in_use(health, use), use, drifts[one.provider], records))
    return rows


def _row(
    tenant: str,
    one: DataSourceInterfaceContract,
    health: tuple[str, str],
    use: Use,
    drift: Drift | None,
    records: Records,
) -> Row:
    return Row(
        tenant=tenant,
        domain=one.domain,
        provider=one.provider,
        kind=one.kind,
        priority=one.fallback_priority,
        health=health[0],
        reason=health[1],
        calls=use.asked,
        shared=use.shared,
        error_rate=use.error_rate,
        latency_ms_p50=use.latency_ms(0.5),
        latency_ms_p95=use.latency_ms(0.95),
        cost=one.cost,
        size_bytes=use.size_bytes,
        drift=drift,
        whole=records.whole,
    )


async def _health(ledger: Ledger, tenant: str, one: DataSourceInterfaceContract) -> tuple[str, str]:
    if one.drift:
        return "drifted", one.drift
    try:
        health = await ledger.health(f"{tenant}/{one.provider}")
    except LedgerAway as error:
        return "unknown", f"the ledger does not answer: {error}"
    if health.rests_s > 0:
        return "resting", f"for another {health.rests_s:.0f} s: {health.reason}"
    if health.failures:
        return "failing", f"{health.failures} in a row: {health.reason}"
    return ("unprobed", "") if one.kind == _UNPROBED else ("well", "")


def _in_use(health: tuple[str, str], use: Use) -> tuple[str, str]:
    if health[0] in {"well", "unprobed"} and use.failing >= _FAILING_MIN:
        return "failing", f"{use.failing} failures since its last answer, at last: {use.reason}"
    return health


async def _drift(bus: BusPort, tenant: str, provider: str) -> Drift | None:
    last = await bus.last(TOOL_DRIFTED, tenant=tenant, provider=provider)
    kept = await bus.get("TOOLCALLS", last.seq) if last else None
    if last is None or kept is None:
        return None
    return Drift(kept.stored_at, last.message.changes, last.message.out_of_rotation)


def as_text(rows: list[Row], since: datetime) -> str:
    """Return the table, and below it what is to be said of single providers. A `-` is what nobody knows."""
    head = ("TENANT", "DOMAIN", "PROVIDER", "KIND", "HEALTH", "CALLS", "ERRORS", "P50 ms", "P95 ms", "COST", "DRIFT")
    lines = table(head, [_cells(one) for one in rows], right=(5, 6, 7, 8))
    said = [f"{one.tenant}/{one.provider}: {one.health}, {plain(one.reason)}" for one in rows if one.reason]
    said += [
        f"{one.tenant}/{one.provider}: drifted {one.drift.at:%Y-%m-%d %H:%M}Z: {plain('; '.join(one.drift.changes))}"
        for one in rows
        if one.drift
    ]
    if not all(one.whole for one in rows):
        said.append("there are more records than were read: the figures are of the newest calls")
    return "\n".join([*lines, *dict.fromkeys(said), f"Calls since {since:%Y-%m-%d %H:%M}Z; - is not known."])


def _cells(one: Row) -> tuple[str, ...]:
    return (
        one.tenant,
        one.domain,
        one.provider,
        one.kind,
        one.health,
        f"{one.calls}" + (f"+{one.shared}" if one.shared else ""),
        "-" if one.error_rate is None else f"{one.error_rate:.1%}",
        _ms(one.latency_ms_p50),
        _ms(one.latency_ms_p95),
        one.cost,
        f"{one.drift.at:%m-%d %H:%M}Z" if one.drift else "none",
    )


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
