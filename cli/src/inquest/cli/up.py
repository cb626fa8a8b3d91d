"""`inquest up`: the whole system, until Ctrl-C."""

import json
from contextlib import suppress
from pathlib import Path

import typer

from inquest.cli.processes import ProcessSystem
from inquest.cli.scenario import Scenario, add_tenants, scenario, write_secret
from inquest.cli.session import read_config, run
from inquest.cli.system import START_ORDER, Ports, System
from inquest.config import Config

AnySystem = System | ProcessSystem


def up(config_file: Path, data_dir: Path, packs: list[Path], ports: Ports, *, processes: bool) -> None:
    """Start, print where everything is, and stay."""
    scenarios = [scenario(path) for path in packs]
    secret = write_secret(data_dir, "webhook")
    config = as_run(read_config(config_file), scenarios, secret)
    kind = ProcessSystem if processes else System
    run(_stay(kind(data_dir.resolve(), config, ports), scenarios, secret), data_dir / "inquest.log")


def as_run(config: Config, scenarios: list[Scenario], secret: Path) -> Config:
    """Return what `inquest up` runs: the file, a secret for a first page, and a tenant for each pack."""
    return add_tenants(with_sources(config, secret), scenarios, secret)


def as_running(config: Config, data_dir: Path) -> Config:
    """Return what applying a file means for the local system: what `inquest up` added to its file stays."""
    with suppress(OSError, ValueError, KeyError):
        packs = json.loads((data_dir / "run" / "system.json").read_text())["packs"]
        return as_run(config, [scenario(Path(path)) for path in packs], write_secret(data_dir, "webhook"))
    return config


def with_sources(config: Config, secret: Path) -> Config:
    """Give a default tenant without sources the generated secret, so that a first page can be sent at once."""
    tenant = config.tenants.get("default")
    if tenant is None or tenant.sources:
        return config
    document = config.model_dump(mode="json", exclude_unset=True)
    sources = [{"kind": kind, "secret": f"file:{secret.resolve()}"} for kind in ("pagerduty", "generic")]
    document.setdefault("tenants", {}).setdefault("default", {})["sources"] = sources
    return Config.model_validate(document)


async def _stay(system: AnySystem, scenarios: list[Scenario], secret: Path) -> None:
    async with system:
        _write_addresses(system, scenarios)
        try:
            _print_addresses(system, scenarios, secret)
            await system.supervise()
        finally:
            (system.data_dir / "run" / "system.json").unlink(missing_ok=True)
            typer.echo("stopping …")


def _write_addresses(system: AnySystem, scenarios: list[Scenario]) -> None:
    path = system.data_dir / "run" / "system.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    packs = [str(one.pack) for one in scenarios]
    urls = {name: system.url(name) for name in ("api", "intake")}
    path.write_text(json.dumps({"nats": system.server.url, **urls, "packs": packs}))


def _print_addresses(system: AnySystem, scenarios: list[Scenario], secret: Path) -> None:
    typer.echo(f"nats       {system.server.url}")
    for name in START_ORDER:
        typer.echo(f"{name:<10} {system.url(name)}/readyz")
    typer.echo(f"\npages      POST {system.url('intake')}/webhooks/pagerduty/<tenant>, signed with {secret}")
    typer.echo(f"answers    GET  {system.url('api')}/v1/investigations?tenant=<tenant>, or `inquest list`")
    with suppress(OSError, ValueError, KeyError):
        typer.echo(f"grpc       {json.loads((system.data_dir / 'run' / 'api.json').read_text())['grpc']}")
    for one in scenarios:
        typer.echo(f"pack       {one.pack.name} is tenant {one.tenant}, signed with {secret} too")
    typer.echo(f"log        {system.data_dir / 'inquest.log'}\n\nCtrl-C stops everything.")
