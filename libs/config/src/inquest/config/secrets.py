"""Secrets are held by reference: `env:NAME` or `file:/absolute/path`. Nothing here logs or keeps a value."""

import os
import re
from pathlib import Path

from inquest.contracts.errors import Impossible, RetryLater

BYTES_MAX = 64 * 1024
_ENV = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
_FILE = re.compile(r"file:/.+")


class SecretUnavailable(RetryLater):
    """The reference is well formed and leads to nothing: our own fault, which passes once it is set."""


def check(ref: str) -> None:
    """Raise Impossible when a reference is malformed; the text never repeats it, as it may be a secret."""
    if not (_ENV.fullmatch(ref) or _FILE.fullmatch(ref)):
        raise Impossible("a secret is held by reference: write env:NAME or file:/absolute/path, not the secret itself")


def resolve(ref: str) -> str:
    """Return the secret, read anew on each call so that a rotated one counts at once.

    Raises Impossible for a malformed reference and SecretUnavailable when there is nothing behind it.
    """
    check(ref)
    where, _, name = ref.partition(":")
    value = os.environ.get(name, "") if where == "env" else _read(Path(name))
    if not value:
        hint = f"set the environment variable {name}" if where == "env" else f"write the secret to {name}"
        raise SecretUnavailable(f"secret {ref} is empty or not set; {hint}")
    return value


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(BYTES_MAX + 1)
    except OSError as error:
        raise SecretUnavailable(f"secret file:{path} cannot be read: {error.strerror}") from error
    if len(raw) > BYTES_MAX:
        raise SecretUnavailable(f"secret file:{path} is larger than {BYTES_MAX} bytes; is it the right file?")
    try:
        return raw.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise SecretUnavailable(f"secret file:{path} is not UTF-8 text") from None
