"""The `inquest` command. Each command imports what it needs only when it runs, so that --help is quick."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from inquest.cli.admin_app import admin_app
from inquest.cli.backup_app import add_backup
from inquest.cli.budget_app import budget_app
from inquest.cli.controls_app import add_controls
from inquest.cli.groups import bench_app, config_app, dead_app, packs_app, topology_app
from inquest.cli.incidents_app import incidents_app
from inquest.cli.keys_app import keys_app
from inquest.cli.options import CONFIG_FILE, DATA_DIR, ApiUrl, ConfigFile, DataDir, Json, NatsUrl, Tenant, Zone
from inquest.cli.oserrors import explain
from inquest.cli.policy_app import add_policies
from inquest.cli.provider_app import provider_app
from inquest.cli.raw_keys_app import raw_keys_app
from inquest.cli.recording_app import recording_app
from inquest.cli.retention_app import add_retention
from inquest.cli.sources_app import sources_app
from inquest.cli.tenants_app import tenant_app

app = typer.Typer(
    name="inquest",
    help="From a page to a proven cause.",
    no_args_is_help=True,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(dead_app, name="dead")
app.add_typer(raw_keys_app, name="raw-keys")
app.add_typer(keys_app, name="keys")
app.add_typer(packs_app, name="packs")
app.add_typer(bench_app, name="bench")
app.add_typer(topology_app, name="topology")
app.add_typer(config_app, name="config")
app.add_typer(sources_app, name="sources")
app.add_typer(provider_app, name="provider")
add_policies(app)
app.add_typer(recording_app, name="recording")
app.add_typer(incidents_app, name="incidents")
app.add_typer(budget_app, name="budget")
app.add_typer(admin_app, name="admin")
app.add_typer(tenant_app, name="tenant")


@app.callback()
def root(
    show_version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """From a page to a proven cause."""
    if show_version:
        version()
        raise typer.Exit


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
    mode: Annotated[
        str | None, typer.Option(help="fast, balanced or deep; absent: as the budget says, else balanced.")
    ] = None,
    budget: Annotated[
        list[str] | None,
        typer.Option("--budget", "-b", metavar="LIMIT=VALUE", help="For this run alone: see `inquest budget set`."),
    ] = None,
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
        investigate_live(service, start, end, mode, budget or [], tenant, config, out, zone, yes=yes, as_json=as_json)
    else:
        investigate_packs(packs or [], mode, budget or [], config, out, zone, as_json=as_json)


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


add_controls(app)
add_backup(app)
add_retention(app)


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
