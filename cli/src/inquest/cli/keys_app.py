"""The commands `inquest keys …`."""

from pathlib import Path
from typing import Annotated

import typer

from inquest.cli.options import Json

keys_app = typer.Typer(help="API keys of people and programs: made here, kept as hashes.", no_args_is_help=True)

KeysFile = Annotated[Path, typer.Argument(metavar="FILE", help="The file behind INQUEST_API_TOKENS_REF.")]


@keys_app.command("new")
def new(
    role: Annotated[str, typer.Option("--role", "-r", help="viewer, responder, operator or admin.")],
    tenant: Annotated[list[str], typer.Option("--tenant", "-t", help="Repeat for several; * is every one.")],
    name: Annotated[str, typer.Option("--name", "-n", help="Shown beside what they did; default: the key's id.")] = "",
    service: Annotated[list[str] | None, typer.Option("--service", "-s", help="Only what touches these.")] = None,
    repository: Annotated[
        list[str] | None, typer.Option("--repository", help="Only what touches services built from these.")
    ] = None,
    expires: Annotated[str, typer.Option("--expires", help="A date or a time, as 2027-01-31.")] = "",
    file: Annotated[Path | None, typer.Option("--file", "-f", help="Add its line to this file.")] = None,
    as_json: Json = False,
) -> None:
    """Make a key. It is shown this once; its line for the file holds a hash."""
    from inquest.cli.keys import new as make

    options = {
        "name": name,
        "services": ",".join(service or ()),
        "repositories": ",".join(repository or ()),
        "expires": expires,
    }
    make(role, tenant, options, file, as_json=as_json)


@keys_app.command("hash")
def hash_(path: KeysFile) -> None:
    """Print a file of keys with their hashes instead; the keys go on working."""
    from inquest.cli.keys import hash_file

    hash_file(path)


@keys_app.command("list")
def list_(path: KeysFile, as_json: Json = False) -> None:
    """Print whose key each is, for what, and until when. Keys themselves are nowhere."""
    from inquest.cli.keys import list_keys

    list_keys(path, as_json=as_json)
