"""A backup as a folder: one snapshot per stream, a manifest with the sha256 of each, and `SHA256SUMS` over all of it.

A backup is written beside its place and takes its name only when it is whole and on disk, so that what was
interrupted is never taken for one.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from inquest.contracts.errors import InquestError

FORMAT = 2  # 1 had no files beside the streams
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
READ_BYTES = 1024 * 1024


class BackupInvalid(InquestError):
    """A folder is no whole backup, or a file of it was changed; the text names the file."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Position(_Row):
    """How far a durable had come: all up to `ack_floor` is settled, `in_flight` were delivered and are not."""

    durable: str
    ack_floor: int
    in_flight: int


class FileRow(_Row):
    """A file of a backup."""

    file: str
    sha256: str


class Entry(FileRow):
    """One stream, or the stream below a bucket. `config` and `state` are the server's own, as it wants them back."""

    name: str
    size_bytes: int
    messages: int
    last_seq: int
    positions: tuple[Position, ...]
    config: dict[str, Any]
    state: dict[str, Any]


class LeftOut(_Row):
    """What a backup does not hold, and why."""

    what: str
    why: str


class Manifest(_Row):
    """What a backup holds. A higher `format` is refused by code that does not know it."""

    format: int
    taken_at: datetime
    server_version: str
    entries: tuple[Entry, ...]
    left_out: tuple[LeftOut, ...]
    files: tuple[FileRow, ...] = ()


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def new_backup(directory: Path) -> Iterator[Path]:
    """Give a folder to write into, and make it `directory` at the end; removed when the work fails or is stopped.

    Raises InquestError where `directory` holds something.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise InquestError(f"{directory} is not empty: a backup wants a folder of its own")
    partial = directory.with_name(f"{directory.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    try:
        yield partial
        _sync(partial)
        if directory.exists():
            directory.rmdir()
        partial.rename(directory)
        _sync(directory.absolute().parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def finish(directory: Path, manifest: Manifest) -> None:
    """Write the manifest, then the sums over everything (`sha256sum -c SHA256SUMS` checks them too)."""
    _write(directory / MANIFEST, manifest.model_dump_json(indent=2) + "\n")
    files: tuple[FileRow, ...] = (*manifest.entries, *manifest.files)
    rows = [(one.sha256, one.file) for one in files]
    rows.append((sha256(directory / MANIFEST), MANIFEST))
    _write(directory / SUMS, "".join(f"{digest}  {name}\n" for digest, name in rows))


def read_verified(directory: Path, progress: Callable[[str], None]) -> Manifest:
    """Return the manifest when every file is there and unchanged. Raises BackupInvalid, which names the others."""
    sums = _read_sums(directory)
    wrong = []
    for name, digest in sums.items():
        path = directory / name
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif sha256(path) != digest:
            wrong.append(f"{name} was changed")
        else:
            progress(f"checked {name}")
    if wrong:
        raise BackupInvalid(f"backup {directory}: {'; '.join(wrong)}. Nothing was restored; use another backup")
    manifest = _read_manifest(directory)
    files: tuple[FileRow, ...] = (*manifest.entries, *manifest.files)
    named = {one.file: one.sha256 for one in files}
    if named | {MANIFEST: sums.get(MANIFEST)} != sums:
        raise BackupInvalid(f"backup {directory}: {SUMS} and {MANIFEST} disagree: one of them was changed")
    return manifest


def _read_sums(directory: Path) -> dict[str, str]:
    try:
        lines = (directory / SUMS).read_text(encoding="ascii").splitlines()
        sums = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    except (OSError, ValueError) as error:
        raise BackupInvalid(f"{directory} is no whole backup: it has no readable {SUMS}") from error
    outside = [name for name in sums if Path(name).is_absolute() or ".." in Path(name).parts]
    if outside or MANIFEST not in sums:
        raise BackupInvalid(f"backup {directory}: {SUMS} was changed: it names {outside or 'no ' + MANIFEST}")
    return sums


def _read_manifest(directory: Path) -> Manifest:
    try:
        manifest = Manifest.model_validate_json((directory / MANIFEST).read_bytes())
    except ValidationError as error:
        raise BackupInvalid(f"backup {directory}: {MANIFEST} is not one of format {FORMAT}: {error}") from error
    if not 1 <= manifest.format <= FORMAT:
        raise BackupInvalid(f"backup {directory} has format {manifest.format}, this is for {FORMAT}: upgrade Inquest")
    return manifest


def copy_tree(source: Path, directory: Path, name: str) -> tuple[FileRow, ...]:
    """Copy a folder's whole files into the backup as `name`; returns them. Files of unfinished writes stay out."""
    found = []
    for path in sorted(source.rglob("*")):
        if path.is_file() and path.suffix != ".partial":
            target = directory / name / path.relative_to(source)
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(path, target)
            with target.open("rb") as file:
                os.fsync(file.fileno())
            found.append(FileRow(file=str(target.relative_to(directory)), sha256=sha256(target)))
    return tuple(found)


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
