"""`inquest topology apply|show`."""

import getpass
from dataclasses import asdict

import typer

from inquest.audit import AuditLog, Deed
from inquest.bus.bus import Bus
from inquest.bus.topology import AS_THE_TABLE_SAYS, Ages, Drift, apply, drift
from inquest.cli.operator_bus import operator_bus
from inquest.cli.session import CONNECT_S_MAX, echo_json, run
from inquest.config import ConfigStore
from inquest.contracts.streams import STREAMS
from inquest.contracts.topology import BUCKETS, CONFIG, CONSUMERS
from inquest.contracts.v1.controls import NO_TENANT


def apply_topology(nats_url: str, replicas: int, *, as_json: bool) -> None:
    """Apply the table and print what changed."""
    found = run(_with_bus(nats_url, replicas, change=True, by=getpass.getuser()))
    changed = [row for row in found if row.state != "same"]
    if as_json:
        echo_json([asdict(row) for row in changed])
        return
    for row in changed:
        done = "created" if row.state == "missing" else f"changed ({'; '.join(row.fields)})"
        typer.echo(f"{row.kind} {row.name}: {done}")
    typer.echo(f"{len(found)} rows, {len(changed)} changed")


def show_topology(nats_url: str | None, replicas: int, *, as_json: bool) -> None:
    """Print the table; with a bus, exit status 1 when the bus differs from it."""
    found = run(_with_bus(nats_url, replicas, change=False)) if nats_url else _table()
    if as_json:
        echo_json([asdict(row) for row in found])
    else:
        for row in found:
            state = f"  {row.state} {'; '.join(row.fields)}".rstrip() if nats_url else ""
            typer.echo(f"{row.kind:<9} {row.name:<42}{state}".rstrip())
    raise typer.Exit(1 if nats_url and any(row.state != "same" for row in found) else 0)


def _table() -> list[Drift]:
    return [
        *(Drift("stream", row.name, "same") for row in STREAMS),
        *(Drift("consumer", row.durable, "same") for row in CONSUMERS),
        *(Drift("bucket", row.name, "same") for row in BUCKETS),
    ]


async def _with_bus(nats_url: str, replicas: int, *, change: bool, by: str = "") -> list[Drift]:
    bus = operator_bus(nats_url)
    await bus.connect(CONNECT_S_MAX)
    try:
        if not change:
            return await drift_as_configured(bus, replicas)
        found = await apply_as_configured(bus, replicas)
        audit = AuditLog(bus, "cli")
        changed = sum(row.state != "same" for row in found)
        await audit.record(Deed("topology-applied", NO_TENANT, by, about=f"{changed} of {len(found)} rows changed"))
        await audit.close()
        return found
    finally:
        await bus.close()


async def apply_as_configured(bus: Bus, replicas: int = 1) -> list[Drift]:
    """Apply the table, with what the applied configuration says of how long things are kept."""
    return await apply(bus.connection, replicas, await _ages(bus, replicas))


async def drift_as_configured(bus: Bus, replicas: int = 1) -> list[Drift]:
    """Compare the server with the table and with the applied configuration."""
    return await drift(bus.connection, replicas, await _ages(bus, replicas))


async def _ages(bus: Bus, replicas: int) -> Ages:
    found = await drift(bus.connection, replicas)
    if any(row.name == CONFIG.name and row.state == "missing" for row in found):
        return AS_THE_TABLE_SAYS  # nothing was ever configured here
    return (await ConfigStore(bus.kv(CONFIG)).current()).config.retention.ages()
