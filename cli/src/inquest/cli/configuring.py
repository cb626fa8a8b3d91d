"""`inquest init` and `inquest config check|diff|show|apply`."""

import getpass
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import typer

from inquest.audit import AuditLog, Deed
from inquest.bus.topology import keep
from inquest.cli.holds import refuse_shorter
from inquest.cli.operator_bus import operator_bus
from inquest.cli.session import CONNECT_S_MAX, echo_json, local_nats, run
from inquest.cli.up import as_running
from inquest.config import Config, ConfigStore, Revision
from inquest.config.diff import diff as differences
from inquest.config.document import ConfigInvalid
from inquest.config.load import load
from inquest.config.show import effective as effective_yaml
from inquest.config.starter import default_yaml
from inquest.contracts.errors import InquestError
from inquest.contracts.topology import CONFIG
from inquest.contracts.v1.controls import NO_TENANT

DATA_DIR = Path("var")
ResultT = TypeVar("ResultT")


def init(path: Path, *, force: bool) -> None:
    """Write the starter file."""
    if path.exists() and not force:
        raise InquestError(f"{path} exists; --force overwrites it")
    path.write_text(default_yaml(), encoding="utf-8")
    typer.echo(f"wrote {path}; next: edit it, `inquest config check`, `inquest doctor`, `inquest up`")


def check(path: Path, *, as_json: bool) -> None:
    """Print every problem; exit status 1 when there is one."""
    try:
        config = load(path)
    except ConfigInvalid as error:
        if as_json:
            echo_json([{"file": p.file, "line": p.line, "path": p.path, "message": p.message} for p in error.problems])
        else:
            typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    if as_json:
        echo_json([])
    else:
        typer.echo(f"{path} is valid: tenants {', '.join(config.tenants)}")


def diff(path: Path, nats_url: str | None) -> None:
    """Print what applying would change against the running system."""
    config = _to_apply(path, nats_url)
    revision = run(_with_store(nats_url, lambda store: store.current()))
    changes = differences(revision.config, config)
    typer.echo("\n".join(changes) if changes else f"no difference to revision {revision.number}")


def show(path: Path, nats_url: str | None, *, effective: bool) -> None:
    """Print a file, or the applied configuration."""
    if nats_url is not None:
        revision = run(_with_store(nats_url, lambda store: store.current()))
        typer.echo(f"# revision {revision.number}, applied by {revision.applied_by} at {revision.applied_at}")
        typer.echo(effective_yaml(revision.config))
    elif effective:
        typer.echo(effective_yaml(load(path)))
    else:
        load(path)
        typer.echo(path.read_text(encoding="utf-8"))


def apply(path: Path, nats_url: str | None) -> None:
    """Apply to the running system."""
    config = _to_apply(path, nats_url)
    now = datetime.now(UTC)
    who = getpass.getuser()
    revision: Revision = run(_with_store(nats_url, lambda store: store.apply(config, who, now), who, config))
    typer.echo(f"revision {revision.number} is applied")


def _to_apply(path: Path, nats_url: str | None) -> Config:
    config = load(path)
    return config if nats_url else as_running(config, DATA_DIR)


async def _with_store(
    nats_url: str | None,
    action: Callable[[ConfigStore], Awaitable[ResultT]],
    applies: str | None = None,
    config: Config | None = None,
) -> ResultT:
    """Do it; where somebody applies a configuration, record who. Raises PurgeRefused."""
    bus = operator_bus(local_nats(DATA_DIR, nats_url))
    await bus.connect(CONNECT_S_MAX)
    try:
        store = ConfigStore(bus.kv(CONFIG))
        if config is not None:
            await refuse_shorter(bus, (await store.current()).config.retention, config.retention)
        result = await action(store)
        if applies is not None and isinstance(result, Revision):
            audit = AuditLog(bus, "cli")
            await audit.record(Deed("config-applied", NO_TENANT, applies, about=f"revision {result.number}"))
            await audit.close()
            await keep(bus.connection, result.config.retention.ages())
        return result
    finally:
        await bus.close()
