"""Grouped commands: packs, bench, dead, topology, config. Each imports what it needs only when it runs."""

from pathlib import Path
from typing import Annotated

import typer

from inquest.cli.options import CONFIG_FILE, NATS_URL, ConfigFile, Json, NatsUrl

Replicas = Annotated[int, typer.Option(help="Copies of each stream: 1, or 3 in a cluster.")]

packs_app = typer.Typer(help="Recorded incidents.", no_args_is_help=True)
topology_app = typer.Typer(help="Streams, consumers, buckets and users on the bus.", no_args_is_help=True)
config_app = typer.Typer(help="inquest.yaml: check it, compare it, apply it.", no_args_is_help=True)
bench_app = typer.Typer(help="Measure how good the answers are.", no_args_is_help=True)
dead_app = typer.Typer(help="Messages that could not be processed.", no_args_is_help=True)


@packs_app.command("check")
def packs_check(directory: Annotated[Path, typer.Argument(metavar="DIR")], as_json: Json = False) -> None:
    """Read every pack below a folder and name what is wrong in it, with file and line."""
    from inquest.cli.packs import check

    check(directory, as_json=as_json)


@bench_app.command("accuracy")
def bench_accuracy(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Every pack below them is measured.")],
    engine: Annotated[bool, typer.Option("--engine", help="The analysis alone, without the bus.")] = False,
    baselines: Annotated[bool, typer.Option("--baselines", help="Other methods on the same cases.")] = False,
    explain: Annotated[str | None, typer.Option(metavar="CASE", help="Show how each candidate got its score.")] = None,
    compare: Annotated[Path | None, typer.Option(help="A saved --json run: show wins and losses.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the tables into this document as well.")] = None,
    scale: Annotated[bool, typer.Option("--scale", help="Also time large cases at 1, 4 and 16 fold size.")] = False,
    leave_one_out: Annotated[
        bool, typer.Option("--leave-one-out", help="Also fit confidence without each set.")
    ] = False,
    parallel: Annotated[int, typer.Option(min=1, help="Cases at a time.")] = 2,
    config: ConfigFile = CONFIG_FILE,
    as_json: Json = False,
) -> None:
    """Compare the verdicts on recorded incidents with what really happened."""
    from inquest.cli.accuracy import Options, accuracy

    asked = Options(engine, baselines, explain, compare, markdown, scale, parallel, config, as_json, leave_one_out)
    accuracy(folders, asked)


@dead_app.command("list")
def dead_list(
    limit: Annotated[int, typer.Option(help="How many, newest first.")] = 100,
    nats_url: NatsUrl = None,
    as_json: Json = False,
) -> None:
    """List dead letters, newest first, with their numbers and reasons."""
    from inquest.cli.dead import list_letters

    list_letters(limit, nats_url, as_json=as_json)


@dead_app.command("redrive")
def dead_redrive(
    seqs: Annotated[list[int] | None, typer.Argument(metavar="SEQ...")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that may be sent again, oldest first.")] = False,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Kept in the audit.")] = "",
    nats_url: NatsUrl = None,
    as_json: Json = False,
) -> None:
    """Send the messages of dead letters again, once their fault is mended."""
    from inquest.cli.dead import redrive

    redrive(seqs or [], reason, nats_url, every=every, as_json=as_json)


@dead_app.command("show")
def dead_show(
    seq: Annotated[int, typer.Argument(metavar="SEQ")], nats_url: NatsUrl = None, as_json: Json = False
) -> None:
    """Show one dead letter: reason, attempts, trace, headers and content, without secrets."""
    from inquest.cli.dead import show

    show(seq, nats_url, as_json=as_json)


@dead_app.command("discard")
def dead_discard(
    seqs: Annotated[list[int], typer.Argument(metavar="SEQ...")],
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why nobody needs it; kept in the audit.")],
    nats_url: NatsUrl = None,
    as_json: Json = False,
) -> None:
    """Give messages up for good."""
    from inquest.cli.dead import discard

    discard(seqs, reason, nats_url, as_json=as_json)


@topology_app.command("apply")
def topology_apply(nats_url: NatsUrl = NATS_URL, replicas: Replicas = 1, as_json: Json = False) -> None:
    """Create what is missing on the bus and change what differs."""
    from inquest.cli.topology import apply_topology

    apply_topology(nats_url or NATS_URL, replicas, as_json=as_json)


@topology_app.command("show")
def topology_show(nats_url: NatsUrl = None, replicas: Replicas = 1, as_json: Json = False) -> None:
    """Show the table; with a bus, how it stands there."""
    from inquest.cli.topology import show_topology

    show_topology(nats_url, replicas, as_json=as_json)


@topology_app.command("permissions")
def topology_permissions(
    service: Annotated[str | None, typer.Argument(metavar="SERVICE", help="Default: all.")] = None,
    form: Annotated[str, typer.Option("--format", help="json, or nats: users for its configuration.")] = "json",
) -> None:
    """Print what each service's user on the bus may do."""
    from inquest.cli.permissions import print_permissions

    print_permissions(service, form)


@config_app.command("check")
def config_check(path: Annotated[Path, typer.Argument()] = CONFIG_FILE, as_json: Json = False) -> None:
    """Check a configuration: every error with file, line and field."""
    from inquest.cli.configuring import check

    check(path, as_json=as_json)


@config_app.command("diff")
def config_diff(path: Annotated[Path, typer.Argument()] = CONFIG_FILE, nats_url: NatsUrl = None) -> None:
    """Show what applying this file would change."""
    from inquest.cli.configuring import diff

    diff(path, nats_url)


@config_app.command("show")
def config_show(
    path: Annotated[Path, typer.Argument()] = CONFIG_FILE,
    effective: Annotated[bool, typer.Option("--effective", help="With all defaults.")] = False,
    nats_url: NatsUrl = None,
) -> None:
    """Show a configuration; with --nats-url, the applied one. Secrets are shown as references."""
    from inquest.cli.configuring import show

    show(path, nats_url, effective=effective)


@config_app.command("schema")
def config_schema() -> None:
    """Print the JSON Schema of inquest.yaml."""
    from inquest.config.schema import render

    typer.echo(render())


@config_app.command("apply")
def config_apply(path: Annotated[Path, typer.Argument()] = CONFIG_FILE, nats_url: NatsUrl = None) -> None:
    """Apply a configuration to a running system; services take it without a restart."""
    from inquest.cli.configuring import apply

    apply(path, nats_url)
