"""The commands `inquest raw-keys …`."""

from pathlib import Path
from typing import Annotated

import typer

from inquest.cli.options import DATA_DIR, DataDir, Json, NatsUrl

raw_keys_app = typer.Typer(help="The keys that raw deliveries are sealed under.", no_args_is_help=True)

KeyringFile = Annotated[
    Path | None, typer.Option("--keyring", help="The keyring's file; default: that of INQUEST_RAW_KEYS_REF, or here.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is in the audit.")]


@raw_keys_app.command("new")
def new(path: Annotated[Path | None, typer.Argument(metavar="[FILE]")] = None, data_dir: DataDir = DATA_DIR) -> None:
    """Write a keyring with one new key, which its owner alone can read. Never overwrites one."""
    from inquest.cli.raw_keys import new as write  # noqa: PLC0415 - keeps `inquest --help` fast

    write(path, data_dir)


@raw_keys_app.command("rotate")
def rotate(
    keyring: KeyringFile = None, data_dir: DataDir = DATA_DIR, nats_url: NatsUrl = None, reason: Reason = ""
) -> None:
    """Add a key and seal under it from now on; the older ones still open. Intake takes it up by itself."""
    from inquest.cli.raw_keys import rotate as add  # noqa: PLC0415 - keeps `inquest --help` fast

    add(keyring, data_dir, nats_url, reason)


@raw_keys_app.command("list")
def list_keys(
    keyring: KeyringFile = None, data_dir: DataDir = DATA_DIR, nats_url: NatsUrl = None, as_json: Json = False
) -> None:
    """Print each key, how many deliveries are kept under it, and until when it is needed."""
    from inquest.cli.raw_keys import list_keys as show  # noqa: PLC0415 - keeps `inquest --help` fast

    show(keyring, data_dir, nats_url, as_json=as_json)


@raw_keys_app.command("retire")
def retire(
    key_id: Annotated[str, typer.Argument(metavar="KEY")],
    keyring: KeyringFile = None,
    data_dir: DataDir = DATA_DIR,
    nats_url: NatsUrl = None,
    reason: Reason = "",
) -> None:
    """Remove a key that nothing is kept under any more; refused while something is, saying until when."""
    from inquest.cli.raw_keys import retire as remove  # noqa: PLC0415 - keeps `inquest --help` fast

    remove(key_id, keyring, data_dir, nats_url, reason)
