"""`inquest provider review`: compares the providers of a domain on recorded calls, and says keep or replace."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer

from inquest.bus.port import BusPort
from inquest.cli.operator_bus import operator_bus
from inquest.cli.provider_agreement import Again, agreement, ask_again, coverage, questions
from inquest.cli.provider_rule import Judgement, Measured, judge
from inquest.cli.provider_use import Records, Use, quantile, read_calls, uses
from inquest.cli.session import CONNECT_S_MAX, echo_json, local_nats, run
from inquest.cli.texttable import table
from inquest.config import ConfigStore, TenantConfig
from inquest.config.provider_section import ProviderSettings
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import REQUESTS, Domain, ToolComparison
from inquest.contracts.subjects import TOOL_COMPARED
from inquest.contracts.text import plain
from inquest.contracts.topology import CONFIG

DATA_DIR = Path("var")


@dataclass(frozen=True, slots=True)
class Scope:
    """What is reviewed: the calls of a tenant since then, of one domain or of all; and how many are asked again."""

    tenant: str
    domain: str | None
    since: datetime
    questions: int


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One provider. None is what nobody knows.

    Attributes:
        recorded: calls of investigations.
        asked_again: questions that were put to it for this review.
        agreement: with each other provider that was asked the same.
        dual_reads: comparisons that the gateway made of it, and how many found no difference.
        barred: why it could not be asked again.
    """

    domain: Domain
    provider: str
    kind: str
    priority: int
    recorded: int
    asked_again: int
    error_rate: float | None
    latency_ms_p50: float | None
    latency_ms_p95: float | None
    coverage: float | None
    questions: int
    agreement: dict[str, float | None] = field(default_factory=dict)
    dual_reads: tuple[int, int] = (0, 0)
    barred: str = ""
    judgement: Judgement = field(default_factory=lambda: Judgement("too few calls", ""))


def review(tenant: str, domain: str | None, days: float, asked: int, nats_url: str | None, *, as_json: bool) -> None:
    """Print the comparison and what follows from it. Raises InquestError."""
    if domain is not None and domain not in REQUESTS:
        raise InquestError(f"there is no domain {domain!r}; there are: {', '.join(REQUESTS)}")
    scope = Scope(tenant, domain, datetime.now(UTC) - timedelta(days=days), asked)
    rows, whole = run(_reviewed(local_nats(DATA_DIR, nats_url), scope))
    if as_json:
        echo_json([asdict(one) for one in rows])
    else:
        typer.echo(as_text(rows, scope, whole=whole))


async def _reviewed(nats_url: str, scope: Scope) -> tuple[list[Reviewed], bool]:
    bus = operator_bus(nats_url)
    await bus.connect(CONNECT_S_MAX)
    try:
        tenants = (await ConfigStore(bus.kv(CONFIG)).current()).config.tenants
        if scope.tenant not in tenants:
            known = ", ".join(sorted(tenants)) or "none"
            raise InquestError(f"the running system has no tenant {scope.tenant}; there are: {known}")
        return await reviewed(bus, tenants[scope.tenant], scope)
    finally:
        await bus.close()


async def reviewed(bus: BusPort, tenant: TenantConfig, scope: Scope) -> tuple[list[Reviewed], bool]:
    """Return the providers, domain by domain, best first, and whether all records were read. Raises InquestError."""
    by_domain: dict[Domain, list[ProviderSettings]] = {}
    for one in sorted(tenant.providers, key=lambda one: -one.priority):
        for domain in one.domains:
            if scope.domain in {None, domain}:
                by_domain.setdefault(domain, []).append(one)
    if not by_domain:
        raise InquestError(f"tenant {scope.tenant} has no provider of {scope.domain or 'anything'}")
    records = await read_calls(bus, scope.tenant, scope.since)
    compared = [one.message for one in await bus.read(TOOL_COMPARED, since=scope.since, tenant=scope.tenant)]
    found = []
    for domain, providers in by_domain.items():
        again = await _again(bus, tenant, scope, domain, providers, records)
        found += _domain(domain, providers, records, again, compared)
    return found, records.whole


async def _again(
    bus: BusPort,
    tenant: TenantConfig,
    scope: Scope,
    domain: Domain,
    providers: Sequence[ProviderSettings],
    records: Records,
) -> dict[str, Again]:
    """Ask all the same, where there are several: one alone agrees with itself."""
    if len(providers) < 2 or not scope.questions:
        return {}
    asked = questions(domain, records.calls, scope.questions)
    found = {}
    for one in providers:

        def tell(number: int, name: str = one.name) -> None:
            typer.echo(f"{domain}: {name} was asked {number} of {len(asked)}", err=True)

        found[one.name] = await ask_again(one, (scope.tenant, tenant), domain, asked, bus, tell)
    return found


def _domain(
    domain: Domain,
    providers: Sequence[ProviderSettings],
    records: Records,
    again: dict[str, Again],
    compared: Iterable[ToolComparison],
) -> list[Reviewed]:
    recorded = uses(records.calls)
    comparisons = [one for one in compared if one.domain == domain and not one.problem]
    able = {name: one.answers for name, one in again.items() if not one.barred}
    rows = []
    for settings in providers:
        name = settings.name
        use, more = recorded.get((domain, name), Use()), again.get(name, Again())
        counts = [use] if more.barred else [use, more.use]
        calls, failed = sum(one.asked for one in counts), sum(one.failed for one in counts)
        latencies = [each for one in counts for each in one.latencies_ms]
        covered, number = coverage(able[name], list(able.values())) if len(able) > 1 and name in able else (None, 0)
        mine = [one for one in comparisons if name in {one.external, one.internal}]
        rows.append(
            Reviewed(
                domain=domain,
                provider=name,
                kind=settings.kind,
                priority=settings.priority,
                recorded=use.asked,
                asked_again=0 if more.barred else more.use.asked,
                error_rate=failed / calls if calls else None,
                latency_ms_p50=quantile(latencies, 0.5),
                latency_ms_p95=quantile(latencies, 0.95),
                coverage=covered,
                questions=number,
                agreement={
                    other: agreement(able[name], answers)
                    for other, answers in able.items()
                    if other != name and name in able
                },
                dual_reads=(len(mine), sum(one.equal for one in mine)),
                barred=more.barred,
            )
        )
    return _judged(rows)


def _judged(rows: Sequence[Reviewed]) -> list[Reviewed]:
    measured = [
        Measured(
            one.provider,
            one.recorded + one.asked_again,
            one.error_rate,
            one.latency_ms_p95,
            one.coverage,
            one.questions,
        )
        for one in rows
    ]
    return [
        replace(row, judgement=judge(one, [other for other in measured if other is not one]))
        for row, one in zip(rows, measured, strict=True)
    ]


def as_text(rows: Sequence[Reviewed], scope: Scope, *, whole: bool) -> str:
    """Return a table for each domain, and what to do with each provider. A `-` is what nobody knows."""
    lines = [f"Tenant {scope.tenant}, calls since {scope.since:%Y-%m-%d %H:%M}Z; - is not known."]
    if not whole:
        lines.append("There are more records than were read: the figures are of the newest calls.")
    head = ("PROVIDER", "KIND", "RECORDED", "AGAIN", "ERRORS", "P50 ms", "P95 ms", "COVERAGE", "AGREES")
    for domain in dict.fromkeys(one.domain for one in rows):
        mine = [one for one in rows if one.domain == domain]
        lines += ["", domain, *table(head, [_cells(one) for one in mine], right=range(2, 8))]
        for one in mine:
            instead = f" by {one.judgement.instead}" if one.judgement.instead else ""
            lines.append(f"→ {one.provider}: {one.judgement.advice}{instead}: {one.judgement.reason}")
            if one.barred:
                lines.append(f"  not asked again: {plain(one.barred)}")
            if one.dual_reads[0]:
                lines.append(f"  dual reads: {one.dual_reads[1]} of {one.dual_reads[0]} without a difference")
    return "\n".join(lines)


def _cells(one: Reviewed) -> tuple[str, ...]:
    agrees = ", ".join(f"{share:.0%} with {other}" for other, share in one.agreement.items() if share is not None)
    return (
        one.provider,
        one.kind,
        str(one.recorded),
        str(one.asked_again),
        _share(one.error_rate),
        _ms(one.latency_ms_p50),
        _ms(one.latency_ms_p95),
        _share(one.coverage),
        agrees or "-",
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
