"""The commands `inquest archive …`, `inquest hold …` and `inquest purge`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from inquest.cli.options import Json, NatsUrl

archive_app = typer.Typer(help="Closed investigations that left the streams.", no_args_is_help=True)
hold_app = typer.Typer(help="Legal holds: what they cover is not deleted.", no_args_is_help=True)

ArchiveDir = Annotated[
    Path, typer.Option(envvar="INQUEST_ARCHIVE_DIR", help="Where the trace store keeps the archive.")
]
ARCHIVE_DIR = Path("var/archive")
Investigation = Annotated[str, typer.Argument(metavar="ID", help="Of the investigation.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept in the audit.")]
Whose = Annotated[str, typer.Option("--tenant", help="Whose.")]
Of = Annotated[str | None, typer.Option("--investigation", help="One investigation.")]
OfIncident = Annotated[str | None, typer.Option("--incident", help="One incident, with its investigation.")]


def add_retention(app: typer.Typer) -> None:
    """Add all of them to the command."""
    app.add_typer(archive_app, name="archive")
    app.add_typer(hold_app, name="hold")
    app.command(name="purge")(purge)


@archive_app.command("list")
def archive_list(
    tenant: Annotated[str | None, typer.Option(help="Of this tenant alone.")] = None,
    archive_dir: ArchiveDir = ARCHIVE_DIR,
    as_json: Json = False,
) -> None:
    """List archived investigations."""
    from inquest.cli.archive import list_  # noqa: PLC0415 - keeps `inquest --help` fast

    list_(archive_dir, tenant, as_json=as_json)


@archive_app.command("verify")
def archive_verify(archive_dir: ArchiveDir = ARCHIVE_DIR, as_json: Json = False) -> None:
    """Check every part and payload; exit status 1 when anything was changed or is missing."""
    from inquest.cli.archive import verify  # noqa: PLC0415 - the same

    verify(archive_dir, as_json=as_json)


@archive_app.command("show")
def archive_show(investigation: Investigation, archive_dir: ArchiveDir = ARCHIVE_DIR, as_json: Json = False) -> None:
    """Tell the story of an archived investigation."""
    from inquest.cli.archive import show  # noqa: PLC0415 - the same

    show(archive_dir, investigation, as_json=as_json)


@archive_app.command("restore")
def archive_restore(
    investigation: Investigation,
    target: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of its own.")],
    archive_dir: ArchiveDir = ARCHIVE_DIR,
) -> None:
    """Write an archived investigation out: its records, one a line, and the payloads of its calls."""
    from inquest.cli.archive import restore  # noqa: PLC0415 - the same

    restore(archive_dir, investigation, target)


@hold_app.command("add")
def hold_add(
    tenant: Whose,
    reason: Reason,
    incident: OfIncident = None,
    investigation: Of = None,
    nats_url: NatsUrl = None,
    as_json: Json = False,
) -> None:
    """Hold a tenant, or one incident or investigation of it: nothing of it is deleted, by age or on purpose."""
    from inquest.cli.holds import add  # noqa: PLC0415 - the same
    from inquest.cli.purging import Target  # noqa: PLC0415 - the same

    add(Target(tenant, investigation, incident), reason, nats_url, as_json=as_json)


@hold_app.command("list")
def hold_list(nats_url: NatsUrl = None, as_json: Json = False) -> None:
    """List the holds that stand."""
    from inquest.cli.holds import list_  # noqa: PLC0415 - the same

    list_(nats_url, as_json=as_json)


@hold_app.command("end")
def hold_end(
    hold: Annotated[str, typer.Argument(metavar="ID")], reason: Reason = "no longer needed", nats_url: NatsUrl = None
) -> None:
    """End a hold."""
    from inquest.cli.holds import end  # noqa: PLC0415 - the same

    end(hold, reason, nats_url)


def purge(
    tenant: Whose,
    reason: Reason,
    investigation: Of = None,
    incident: OfIncident = None,
    before: Annotated[
        datetime | None, typer.Option(help="Of the whole tenant: what was stored and closed before this time, UTC.")
    ] = None,
    everything: Annotated[bool, typer.Option("--everything", help="All that the tenant has, up to now.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; erase nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    nats_url: NatsUrl = None,
    as_json: Json = False,
) -> None:
    """Erase an investigation, an incident, or what a tenant has, everywhere and for good."""
    from inquest.cli.purge import purge as erase  # noqa: PLC0415 - the same
    from inquest.cli.purging import Target  # noqa: PLC0415 - the same

    if sum([investigation is not None, incident is not None, before is not None, everything]) != 1:
        raise typer.BadParameter("name one: --investigation, --incident, --before, or --everything of the tenant")
    until = datetime.now(UTC) if everything else before and before.replace(tzinfo=UTC)
    target = Target(tenant, investigation, incident, until, whole=everything)
    erase(target, reason, nats_url, dry_run=dry_run, yes=yes, as_json=as_json)
