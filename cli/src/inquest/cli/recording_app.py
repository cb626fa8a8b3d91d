"""`inquest recording`: what an investigation read, as a data source of its own."""

from pathlib import Path
from typing import Annotated

import typer

from inquest.cli.options import Json, NatsUrl, Tenant

recording_app = typer.Typer(help="What an investigation read, to be read again.", no_args_is_help=True)


@recording_app.command("export")
def export(
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help="Id of an incident or of an investigation.")],
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is new or empty.")],
    tenant: Tenant = "default",
    nats_url: NatsUrl = None,
    as_json: Json = False,
) -> None:
    """Write the calls of an incident's investigations and what was answered, as stored: secrets are not in it."""
    from inquest.cli.recording import export as write

    write(incident, directory, tenant, nats_url, as_json=as_json)
