"""`inquest provider test`: every check of the conformance suite, against the live source of a configured provider."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError

from inquest.bus.bus import Bus
from inquest.cli.live_sources import moment
from inquest.cli.operator_bus import operator_bus
from inquest.cli.session import CONNECT_S_MAX, echo_json, local_nats, run
from inquest.config import TenantConfig
from inquest.config.kinds.mcp import McpProvider
from inquest.config.load import load
from inquest.config.provider_section import ProviderSettings
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import Domain, DomainRequest, Query, Window
from inquest.contracts.text import plain
from inquest.gateway.conformance.checks import CHECKS
from inquest.gateway.conformance.making import making
from inquest.gateway.conformance.report import Finding, examine
from inquest.gateway.conformance.trial import Trial
from inquest.gateway.domain.request import request_of
from inquest.gateway.ports import Provider, ProviderError

DATA_DIR = Path("var")
AWAKE_PAUSE_S = 0.5
AWAKE_S = 30.0  # beyond that a server that was started for this is not slow but silent
MARKS = {"passed": "✓", "failed": "✗", "skipped": "-"}
_SETS = {"services", "names", "ids", "kinds", "trace_ids"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the provider: a stretch of time, services, and further fields of the domain's request."""

    start: str = "-65m"
    end: str = "-5m"
    services: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    def request(self, domain: Domain, now: datetime) -> DomainRequest:
        """Return the domain's request. Raises InquestError for what is no time, or what the domain does not take."""
        window = Window(start=moment(self.start, now), end=moment(self.end, now))
        if window.start >= window.end:
            raise InquestError(f"--from {window.start.isoformat()} is not before --to {window.end.isoformat()}")
        given: dict[str, Any] = {"window": window, "services": self.services}
        for one in self.fields:
            name, is_there, value = one.partition("=")
            if not is_there or name not in Query.model_fields or name in {"window", "baseline"}:
                names = ", ".join(sorted(Query.model_fields.keys() - {"window", "baseline"}))
                raise InquestError(f"--ask {one}: write FIELD=VALUE; fields are {names}")
            given[name] = tuple(value.split(",")) if name in _SETS else value
        try:
            return request_of(domain, Query.model_validate(given))
        except ValidationError as error:
            wrong = (f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_url=False))
            raise InquestError(f"--ask: {'; '.join(wrong)}") from error


def examine_provider(
    name: str,
    domain: str | None,
    tenant_id: str,
    asked: Asked,
    config_file: Path,
    nats_url: str | None,
    *,
    as_json: bool,
) -> None:
    """Examine, print the report; exit status 1 when a check fails."""
    tenant, settings = configured(config_file, tenant_id, name)
    domains = [one for one in settings.domains if domain in {None, one}]
    if not domains:
        raise InquestError(f"{name} serves {', '.join(settings.domains)}, not {domain}")
    now = datetime.now(UTC)
    requests = [(one, asked.request(one, now)) for one in domains]
    reports = []
    for one, request in requests:
        window = f"{request.window.start:%Y-%m-%d %H:%M:%S} to {request.window.end:%H:%M:%S} UTC"
        typer.echo(f"{name} ({settings.kind}): {one} of tenant {tenant_id}, {window}", err=as_json)
        tell = _progress() if as_json else _line
        found = run(_examined(settings, tenant_id, tenant, one, request, nats_url, tell))
        reports.append((one, found))
        if not as_json:
            typer.echo(_sum(found))
    if as_json:
        echo_json([{"provider": name, "domain": one, **asdict(each)} for one, found in reports for each in found])
    if any(each.verdict == "failed" for _, found in reports for each in found):
        raise typer.Exit(1)


def configured(config_file: Path, tenant_id: str, name: str) -> tuple[TenantConfig, ProviderSettings]:
    """Return a tenant and one of its providers. Raises InquestError for what the configuration does not have."""
    tenants = load(config_file).tenants
    if tenant_id not in tenants:
        known = ", ".join(sorted(tenants)) or "none"
        raise InquestError(f"{config_file} has no tenant {tenant_id}; there are: {known}")
    providers = tenants[tenant_id].providers
    found = [one for one in providers if one.name == name]
    if not found:
        names = ", ".join(sorted(one.name for one in providers)) or "none"
        raise InquestError(f"tenant {tenant_id} has no provider {name}; there are: {names}")
    return tenants[tenant_id], found[0]


async def _examined(
    settings: ProviderSettings,
    tenant_id: str,
    tenant: TenantConfig,
    domain: Domain,
    request: DomainRequest,
    nats_url: str | None,
    tell: Callable[[Finding], None],
) -> list[Finding]:
    async with AsyncExitStack() as stack:
        bus = await _bus(stack, nats_url)
        provider = await stack.enter_async_context(making(settings, tenant_id, tenant, bus=bus))
        if isinstance(settings, McpProvider) and settings.settings.stdio:
            await _awake(provider)
        trial = Trial(provider, domain, request, tenant=tenant_id, left_s=settings.timeout_ms / 1000)
        return await examine(trial, tell=tell)


async def _awake(provider: Provider) -> None:
    """Wait for a server that is started for this and is slow to come up; how it is after that, the checks say."""
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + AWAKE_S
    while True:
        try:
            await provider.probe()
        except ProviderError as error:
            if error.kind != "timeout" or loop.time() >= give_up_at:
                return
            typer.echo("waiting for the server to come up …", err=True)
            await asyncio.sleep(AWAKE_PAUSE_S)
        else:
            return


async def _bus(stack: AsyncExitStack, nats_url: str | None) -> Bus | None:
    """Return the running system's bus, which some kinds read; None where nothing runs here."""
    with suppress(InquestError):
        bus = operator_bus(local_nats(DATA_DIR, nats_url))
        stack.push_async_callback(bus.close)
        await bus.connect(CONNECT_S_MAX)
        return bus
    return None


def _line(found: Finding) -> None:
    reason = plain(found.reason)[:500]
    typer.echo(f"{MARKS[found.verdict]} {found.check:<45} {found.duration_ms:>8.1f} ms  {reason}".rstrip())


def _progress() -> Callable[[Finding], None]:
    numbers = itertools.count(1)
    return lambda found: typer.echo(f"[{next(numbers)}/{len(CHECKS)}] {found.check}: {found.verdict}", err=True)


def _sum(found: Sequence[Finding]) -> str:
    counts = {verdict: sum(one.verdict == verdict for one in found) for verdict in MARKS}
    spent_s = sum(one.duration_ms for one in found) / 1000
    return f"{', '.join(f'{count} {verdict}' for verdict, count in counts.items())} in {spent_s:.1f} s"
