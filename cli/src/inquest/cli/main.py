"""The `inquest` command. Each command imports what it needs only when it runs, so that --help is quick."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from inquest.cli.oserrors import explain

app = typer.Typer(
    name="inquest",
    help="From a page to a proven cause.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
packs_app = typer.Typer(help="Recorded incidents.", no_args_is_help=True)
topology_app = typer.Typer(help="Streams, consumers and buckets on the bus.", no_args_is_help=True)
config_app = typer.Typer(help="inquest.yaml: check it, compare it, apply it.", no_args_is_help=True)
bench_app = typer.Typer(help="Measure how good the answers are.", no_args_is_help=True)
dead_app = typer.Typer(help="Messages that could not be processed.", no_args_is_help=True)
app.add_typer(dead_app, name="dead")
app.add_typer(packs_app, name="packs")
app.add_typer(bench_app, name="bench")
app.add_typer(topology_app, name="topology")
app.add_typer(config_app, name="config")

DATA_DIR = Path("var")
CONFIG_FILE = Path("inquest.yaml")
NATS_URL = "nats://127.0.0.1:4222"

Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
ConfigFile = Annotated[Path, typer.Option("--config", "-c", help="inquest.yaml; optional where it does not exist.")]
DataDir = Annotated[Path, typer.Option("--data-dir", help="Where the embedded system keeps its data.")]
NatsUrl = Annotated[str | None, typer.Option("--nats-url", envvar="INQUEST_NATS_URL", help="A running bus.")]
ApiUrl = Annotated[
    str | None, typer.Option("--api-url", envvar="INQUEST_API_URL", help="A running api; default: the local one.")
]
Tenant = Annotated[str, typer.Option("--tenant", envvar="INQUEST_TENANT", help="Whose incidents.")]
Zone = Annotated[
    str | None, typer.Option("--zone", envvar="INQUEST_ZONE", help="Time zone of printed times, as Europe/Paris.")
]


@app.command()
def up(
    config: ConfigFile = CONFIG_FILE,
    data_dir: DataDir = DATA_DIR,
    processes: Annotated[bool, typer.Option("--processes", help="One process per service.")] = False,
    pack: Annotated[list[Path] | None, typer.Option("--pack", help="Serve this pack as a tenant.")] = None,
    nats_port: Annotated[int, typer.Option(help="0 picks a free port.")] = 0,
    intake_port: Annotated[int, typer.Option(help="0 picks a free port.")] = 8081,
    api_port: Annotated[int, typer.Option(help="0 picks a free port.")] = 8080,
) -> None:
    """Start the whole system and stay up until Ctrl-C."""
    from inquest.cli.system import Ports
    from inquest.cli.up import up as start

    start(config, data_dir, pack or [], Ports(nats_port, intake_port, api_port), processes=processes)


@app.command()
def investigate(
    packs: Annotated[list[Path] | None, typer.Argument(help="Folders of recorded incidents.")] = None,
    mode: Annotated[str, typer.Option(help="fast, balanced or deep.")] = "balanced",
    service: Annotated[list[str] | None, typer.Option("--service", "-s", help="Ask live sources instead.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="Begin of the trouble, RFC 3339 or as -30m.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="End, RFC 3339 or as -5m.")] = None,
    tenant: Tenant = "default",
    config: ConfigFile = CONFIG_FILE,
    out: Annotated[Path, typer.Option(help="Where reports are written.")] = Path("out"),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before live calls.")] = False,
    zone: Zone = None,
    as_json: Json = False,
) -> None:
    """Take a recorded incident, or a service and a stretch of time, to its cause."""
    from inquest.cli.investigate import investigate_packs
    from inquest.cli.live_sources import investigate_live

    if bool(packs) == bool(service):
        raise typer.BadParameter("name either packs, or --service with --from and --to")
    if service:
        investigate_live(service, start, end, mode, tenant, config, out, zone, yes=yes, as_json=as_json)
    else:
        investigate_packs(packs or [], mode, config, out, zone, as_json=as_json)


@app.command()
def trace(
    investigation: Annotated[str, typer.Argument(metavar="ID")],
    tenant: Tenant = "default",
    api_url: ApiUrl = None,
    out: Annotated[Path, typer.Option(help="Where reports were written.")] = Path("out"),
    zone: Zone = None,
    as_json: Json = False,
) -> None:
    """Tell the whole story of one investigation."""
    from inquest.cli.people import trace as tell

    tell(investigation, tenant, api_url, out, zone, as_json=as_json)


@app.command(name="list")
def list_(tenant: Tenant = "default", api_url: ApiUrl = None, zone: Zone = None, as_json: Json = False) -> None:
    """List investigations, newest first."""
    from inquest.cli.people import list_investigations

    list_investigations(tenant, api_url, zone, as_json=as_json)


@app.command()
def cancel(
    investigation: Annotated[str, typer.Argument(metavar="ID")],
    reason: Annotated[str, typer.Option(help="Shown in the story.")] = "cancelled by a person",
    tenant: Tenant = "default",
    api_url: ApiUrl = None,
) -> None:
    """Stop an investigation."""
    from inquest.cli.people import cancel as stop

    stop(investigation, reason, tenant, api_url)


@app.command()
def feedback(
    investigation: Annotated[str, typer.Argument(metavar="ID")],
    judgement: Annotated[str, typer.Argument(help="right or wrong.")],
    cause: Annotated[str | None, typer.Option(help="What it really was.")] = None,
    tenant: Tenant = "default",
    api_url: ApiUrl = None,
) -> None:
    """Say whether the verdict was right. It is kept, and shown on the verdict."""
    from inquest.cli.people import feedback as give

    give(investigation, judgement, cause, tenant, api_url)


@app.command()
def init(
    path: Annotated[Path, typer.Argument()] = CONFIG_FILE,
    force: Annotated[bool, typer.Option(help="Overwrite.")] = False,
) -> None:
    """Write a first inquest.yaml, with comments."""
    from inquest.cli.configuring import init as write

    write(path, force=force)


@app.command()
def doctor(config: ConfigFile = CONFIG_FILE, nats_url: NatsUrl = None, as_json: Json = False) -> None:
    """Check every prerequisite and source, and say what to do."""
    from inquest.cli.doctor import doctor as examine

    examine(config, nats_url, as_json=as_json)


@app.command()
def version(as_json: Json = False) -> None:
    """Print the version."""
    from importlib.metadata import version as installed

    number = installed("inquest-cli")
    typer.echo(f'{{"version": "{number}"}}' if as_json else f"inquest {number}")


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
    parallel: Annotated[int, typer.Option(min=1, help="Cases at a time.")] = 2,
    config: ConfigFile = CONFIG_FILE,
    as_json: Json = False,
) -> None:
    """Compare the verdicts on recorded incidents with what really happened."""
    from inquest.cli.accuracy import Options, accuracy

    accuracy(folders, Options(engine, baselines, explain, compare, markdown, scale, parallel, config, as_json))


@dead_app.command("list")
def dead_list(limit: int = 100, nats_url: NatsUrl = None, as_json: Json = False) -> None:
    """List dead letters, newest first, with their numbers and reasons."""
    from inquest.cli.dead import list_letters

    list_letters(limit, nats_url, as_json=as_json)


@dead_app.command("redrive")
def dead_redrive(
    seq: Annotated[int | None, typer.Argument(metavar="SEQ")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that may be sent again, oldest first.")] = False,
    nats_url: NatsUrl = None,
    as_json: Json = False,
) -> None:
    """Send the message of a dead letter again, once its fault is mended."""
    from inquest.cli.dead import redrive

    redrive(seq, nats_url, every=every, as_json=as_json)


@topology_app.command("apply")
def topology_apply(nats_url: NatsUrl = NATS_URL, replicas: int = 1, as_json: Json = False) -> None:
    """Create what is missing on the bus and change what differs."""
    from inquest.cli.topology import apply_topology

    apply_topology(nats_url or NATS_URL, replicas, as_json=as_json)


@topology_app.command("show")
def topology_show(nats_url: NatsUrl = None, replicas: int = 1, as_json: Json = False) -> None:
    """Show the table; with a bus, how it stands there."""
    from inquest.cli.topology import show_topology

    show_topology(nats_url, replicas, as_json=as_json)


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


def main() -> None:
    """Run the command; a known error is one clear line and exit status 1, Ctrl-C is 130."""
    from inquest.contracts.errors import InquestError

    try:
        app()
    except InquestError as error:
        typer.echo(f"inquest: {error}", err=True)
        sys.exit(1)
    except BaseExceptionGroup as group:
        known = group.subgroup(InquestError)
        if known is None:
            raise
        from inquest.runtime.run import first_cause

        typer.echo(f"inquest: {first_cause(known)}", err=True)
        sys.exit(1)
    except OSError as error:
        typer.echo(f"inquest: {explain(error)}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        typer.echo("inquest: stopped", err=True)
        sys.exit(130)
