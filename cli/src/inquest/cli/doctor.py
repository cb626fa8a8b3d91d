"""`inquest doctor`: every prerequisite and source, and what to do about what is missing."""

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import httpx
import typer

from inquest.bus.server import NatsServer, binary
from inquest.cli.doctor_bus import durability_finding
from inquest.cli.doctor_changes import changes_findings, probe_received
from inquest.cli.doctor_channels import channel_findings
from inquest.cli.doctor_ledger import ledger_finding
from inquest.cli.finding import Finding
from inquest.cli.operator_bus import operator_bus
from inquest.cli.session import CONNECT_S_MAX, echo_json, local_nats, run
from inquest.cli.sources import source_findings
from inquest.cli.topology import drift_as_configured
from inquest.config import Config, TenantConfig
from inquest.config.document import ConfigInvalid
from inquest.config.load import load
from inquest.config.provider_section import ProviderSettings
from inquest.config.secrets import resolve
from inquest.contracts.errors import InquestError
from inquest.gateway.conformance.making import making
from inquest.packs import check_pack

MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}
DISK_FREE_BYTES_MIN = 1024**3
CLOCK_SKEW_S_MAX = 5.0
PROBE_S = 5.0


def doctor(config_file: Path, nats_url: str | None, *, as_json: bool) -> None:
    """Check everything; exit status 1 when something fails."""
    found = run(_examine(config_file, nats_url))
    if as_json:
        echo_json([asdict(one) for one in found])
    else:
        for one in found:
            typer.echo(f"{MARKS[one.status]} {one.name:<26} {one.text}")
            if one.fix:
                typer.echo(f"  {'':<26} → {one.fix}")
    raise typer.Exit(1 if any(one.status == "fail" for one in found) else 0)


async def _examine(config_file: Path, nats_url: str | None) -> list[Finding]:
    found = [_python(), _disk(Path.cwd()), await _nats_server()]
    with suppress(InquestError):
        found.append(await _running_bus(local_nats(Path("var"), nats_url)))
        found.append(await durability_finding())
    found.append(await ledger_finding())
    config, finding = _config(config_file)
    found.append(finding)
    for tenant_id, tenant in config.tenants.items() if config else ():
        for source in tenant.sources:
            found += source_findings(tenant_id, source)
        if not tenant.sources:
            fix = "add a source to inquest.yaml; `inquest up` makes a secret for the default tenant by itself"
            found.append(Finding(f"{tenant_id}: sources", "warn", "no page can come in", fix))
        found += [await _provider(tenant_id, tenant, provider) for provider in tenant.providers]
        found += changes_findings(tenant_id, tenant)
        if not tenant.providers and tenant.recording is None:
            found.append(
                Finding(f"{tenant_id}: providers", "warn", "nothing to read", "add a provider to inquest.yaml")
            )
        found += await channel_findings(tenant_id, tenant.channels)
        if not tenant.catalogue.services:
            fix = "list your services, so that names of several sources are known to mean one service"
            found.append(Finding(f"{tenant_id}: catalogue", "warn", "empty", fix))
    return found


def _python() -> Finding:
    return Finding("python", "ok", f"{sys.version.split()[0]} at {sys.executable}")


def _disk(where: Path) -> Finding:
    free = shutil.disk_usage(where).free
    if free < DISK_FREE_BYTES_MIN:
        fix = "free space: JetStream refuses writes when the disk is full, and intake then answers 503"
        return Finding("disk", "fail", f"{free / 1e6:.0f} MB free at {where}", fix)
    return Finding("disk", "ok", f"{free / 1e9:.1f} GB free at {where}")


async def _nats_server() -> Finding:
    """Start one for real: a binary that is there may still not run."""
    directory = Path(tempfile.mkdtemp(prefix="inquest-doctor-"))
    server = NatsServer(directory)
    try:
        path = binary()
        await server.start()
    except InquestError as error:
        return Finding("nats-server", "fail", str(error), "run `make install`")
    finally:
        await server.stop()
        shutil.rmtree(directory, ignore_errors=True)
    return Finding("nats-server", "ok", f"{path} starts, and its acks mean durable")


async def _running_bus(url: str) -> Finding:
    bus = operator_bus(url)
    try:
        await bus.connect(CONNECT_S_MAX)
        differing = [row.name for row in await drift_as_configured(bus) if row.state != "same"]
    except InquestError as error:
        return Finding("running bus", "fail", str(error), "start it with `inquest up`")
    finally:
        await bus.close()
    if differing:
        text = f"{url}: {len(differing)} rows differ from the table: {', '.join(differing[:5])}"
        return Finding("running bus", "fail", text, f"inquest topology apply --nats-url {url}")
    return Finding("running bus", "ok", f"{url}, topology as in the table")


def _config(path: Path) -> tuple[Config | None, Finding]:
    if not path.exists():
        return Config(), Finding(str(path), "warn", "not there; defaults are used", "write one with `inquest init`")
    try:
        config = load(path)
    except ConfigInvalid as error:
        return None, Finding(str(path), "fail", str(error), "mend the lines that are named")
    return config, Finding(str(path), "ok", f"{len(config.tenants)} tenants")


async def _provider(tenant_id: str, tenant: TenantConfig, provider: ProviderSettings) -> Finding:
    name = f"{tenant_id}: {provider.name}"
    probes: Mapping[str, Callable[[object], Awaitable[str]]] = {
        "pack": _probe_pack,
        "prometheus": _probe_prometheus,
        "received": probe_received,
    }
    probe = probes.get(provider.kind)
    try:
        if probe:
            return Finding(name, "ok", await probe(getattr(provider, "settings", None)))
        async with asyncio.timeout(PROBE_S), making(provider, tenant_id, tenant) as made:
            await made.probe()
        return Finding(name, "ok", f"{provider.kind} answers its probe")
    except (InquestError, httpx.HTTPError, OSError, TimeoutError) as error:
        text = str(error) or type(error).__name__
        return Finding(name, "fail", text, "check the address, the network path and the credential in inquest.yaml")


async def _probe_pack(settings: object) -> str:
    path = Path(str(getattr(settings, "path", "")))
    problems = await asyncio.to_thread(check_pack, path)
    errors = [one for one in problems if one.level == "error"]
    return f"{path}: {len(errors)} problems" + (f", first: {errors[0]}" if errors else "")


async def _probe_prometheus(settings: object) -> str:
    url = str(getattr(settings, "url", "")).rstrip("/")
    token = getattr(settings, "bearer_token", None)
    headers = {"Authorization": f"Bearer {resolve(token)}"} if token else {}
    loop = asyncio.get_running_loop()
    async with httpx.AsyncClient(timeout=PROBE_S, headers=headers) as http:
        started = loop.time()
        reply = await http.get(f"{url}/api/v1/query", params={"query": "time()"})
        took_ms = (loop.time() - started) * 1000
    if reply.is_error:
        raise InquestError(f"{url} answered {reply.status_code}")
    skew_s = abs(float(reply.json()["data"]["result"][1]) - time.time())
    if skew_s > CLOCK_SKEW_S_MAX:
        raise InquestError(f"{url}: its clock differs by {skew_s:.0f} s: set both by NTP, or onsets will not line up")
    return f"{url} answers in {took_ms:.0f} ms, clock within {skew_s:.1f} s"
