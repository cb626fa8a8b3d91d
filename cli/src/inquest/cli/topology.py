"""`inquest topology apply|show`."""

from dataclasses import asdict

import typer

from inquest.bus.bus import Bus
from inquest.bus.topology import Drift, apply, drift
from inquest.cli.session import CONNECT_S_MAX, echo_json, run
from inquest.contracts.streams import STREAMS
from inquest.contracts.topology import BUCKETS, CONSUMERS


def apply_topology(nats_url: str, replicas: int, *, as_json: bool) -> None:
    """Apply the table and print what changed."""
    found = run(_with_bus(nats_url, replicas, change=True))
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


async def _with_bus(nats_url: str, replicas: int, *, change: bool) -> list[Drift]:
    bus = Bus(nats_url, "cli")
    await bus.connect(CONNECT_S_MAX)
    try:
        return await (apply if change else drift)(bus.connection, replicas)
    finally:
        await bus.close()
