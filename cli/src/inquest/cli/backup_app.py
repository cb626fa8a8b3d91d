"""The commands `inquest backup` and `inquest restore`."""

from pathlib import Path
from typing import Annotated

import typer

from inquest.cli.options import DATA_DIR, DataDir, Json, NatsUrl

BackupDir = Annotated[Path, typer.Argument(metavar="DIR", help="The backup's own folder.")]


def add_backup(app: typer.Typer) -> None:
    """Add both to the command."""
    app.command(name="backup")(backup)
    app.command(name="restore")(restore)


def backup(directory: BackupDir, data_dir: DataDir = DATA_DIR, nats_url: NatsUrl = None, as_json: Json = False) -> None:
    """Back up all streams, buckets and objects, as of one moment, with checksums. Services may run."""
    from inquest.cli.backup import take  # noqa: PLC0415 - keeps `inquest --help` fast

    take(directory, data_dir, nats_url, as_json=as_json)


def restore(
    directory: BackupDir,
    data_dir: DataDir = DATA_DIR,
    nats_url: NatsUrl = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="The target may hold something: a folder is moved aside, streams go.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Check the backup's sums, restore nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Restore a backup, its checksums first. Services must be stopped."""
    from inquest.cli.backup import check as verify  # noqa: PLC0415 - keeps `inquest --help` fast
    from inquest.cli.backup import put_back  # noqa: PLC0415 - the same

    if check:
        verify(directory, as_json=as_json)
    else:
        put_back(directory, data_dir, nats_url, replace=replace, as_json=as_json)
