"""`inquest keys`: makes API keys, and the lines that stand for them in the file of the api."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import typer

from inquest.cli import session
from inquest.contracts.errors import Impossible, InquestError
from inquest.identity.keys import Key, hashed_line, new_key, parse_keys, role_of

SHORT_CHARS = 32  # a key of fewer was made up by a person, and can be guessed from its hash


def new(role: str, tenants: Sequence[str], options: Mapping[str, str], file: Path | None, *, as_json: bool) -> None:
    """Print a fresh key and its line, or add the line to a file."""
    for option, value in options.items():
        if any(char.isspace() for char in value):
            raise InquestError(f"--{option}: write it without spaces")
    token, key = new_key(role_of(role), tenants, options)
    if file is not None:
        _add(file, key)
    if as_json:
        session.echo_json({"key": token, "id": key.key_id, "line": key.line()})
        return
    typer.echo(f"key {key.key_id}, shown this once: {token}")
    typer.echo(f"its line is in {file}" if file else f"its line for the file of INQUEST_API_TOKENS_REF:\n{key.line()}")


def hash_file(path: Path) -> None:
    """Print a file with the hash of each key that it holds itself."""
    lines = _read(path).splitlines()
    made = []
    for number, line in enumerate(lines, 1):
        try:
            made.append(hashed_line(line))
        except Impossible as error:
            raise InquestError(f"{path}, line {number}: {error}") from None
        if made[-1] != line and len(line.split()[0]) < SHORT_CHARS:
            typer.echo(f"line {number}: a short key can be guessed from its hash; give its owner a new one", err=True)
    parse_keys("\n".join(made))
    typer.echo("\n".join(made))


def list_keys(path: Path, *, as_json: bool) -> None:
    """Print one line for each key."""
    keys, now = parse_keys(_read(path)), datetime.now(UTC)
    if as_json:
        session.echo_json([_shown(key, now) for key in keys])
        return
    for key in keys:
        who = key.principal
        scopes = ((who.services, "services"), (who.repositories, "repositories"))
        parts = [f"{label} {', '.join(sorted(names))}" for names, label in scopes if names is not None]
        if key.expires_at is not None:
            parts.append(f"{'expired' if key.expires_at <= now else 'until'} {key.expires_at:%Y-%m-%d %H:%M}Z")
        typer.echo(f"{key.key_id:<10} {who.role:<10} {who.where:<16} {who.name:<16} {'; '.join(parts)}".rstrip())


def _shown(key: Key, now: datetime) -> dict[str, object]:
    who = key.principal
    return {
        "id": key.key_id,
        "name": who.name,
        "role": who.role,
        "tenants": sorted(who.tenants),
        "services": None if who.services is None else sorted(who.services),
        "repositories": None if who.repositories is None else sorted(who.repositories),
        "expires_at": key.expires_at.isoformat() if key.expires_at else None,
        "expired": key.expires_at is not None and key.expires_at <= now,
    }


def _add(path: Path, key: Key) -> None:
    """Add a line to a file that its owner alone can read. Raises InquestError where the file is not one of keys."""
    present = _read(path) if path.exists() else ""
    text = f"{present}{'' if not present or present.endswith(chr(10)) else chr(10)}{key.line()}\n"
    parse_keys(text)
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        part.replace(path)  # the api reads the whole file or the one before
    except OSError as error:
        raise InquestError(f"cannot write {path}: {error.strerror}") from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InquestError(f"cannot read {path}: {error}") from error
