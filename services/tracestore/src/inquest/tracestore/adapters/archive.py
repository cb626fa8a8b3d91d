"""The archive as a folder: a compressed file and a manifest for each part, and the payloads that calls name.

    investigations/<tenant>/<investigation>/001.ndjson.gz, 001.json
    holds/<tenant>/<hold>/001.ndjson.gz, 001.json
    objects/<tenant>/<sha256>

A file takes its name only once it is whole and on disk; a part counts from when its manifest is there.
"""

import gzip
import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from inquest.contracts.errors import InquestError, RetryLater
from inquest.contracts.message import ID_PATTERN
from inquest.tracestore.domain.bundle import ArchiveDamaged, Manifest, Record, check, lines, parse_line, ranges

INVESTIGATIONS, HOLDS, OBJECTS = "investigations", "holds", "objects"
FOLDERS_NEW_MAX = 4  # above a file that is written: as many may have been made for it
_REF = re.compile(r"[a-z0-9-]{1,48}/[0-9a-f]{64}")


class Archive:
    """Reads and writes the folder; every method blocks. Errors of the disk leave as RetryLater."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, kind: str, tenant: str, name: str) -> Path:
        """Return where the parts of one thing lie. Raises InquestError for a name that is no id."""
        if not (re.fullmatch(ID_PATTERN, tenant) and re.fullmatch(ID_PATTERN, name)):
            raise InquestError(f"{tenant}/{name} is no id")
        return self.root / kind / tenant / name

    def add(self, folder: Path, manifest: Manifest, records: Sequence[Record]) -> Manifest:
        """Write the next part of a folder; `manifest` has who and when, the rest is filled in. Raises RetryLater."""
        data = gzip.compress(b"".join(lines(records)), mtime=0)
        found = {"records": len(records), "streams": ranges(records), "sha256": hashlib.sha256(data).hexdigest()}
        whole = manifest.model_copy(update=found)
        _write(folder / f"{whole.part:03}.ndjson.gz", data)
        _write(folder / f"{whole.part:03}.json", whole.model_dump_json(indent=2).encode() + b"\n")
        return whole

    def parts(self, folder: Path) -> list[Manifest]:
        """Return the manifests of a folder in order. Raises ArchiveDamaged."""
        found = []
        for path in sorted(folder.glob("*.json")):
            try:
                found.append(Manifest.model_validate_json(path.read_bytes()))
            except (ValidationError, OSError) as error:
                raise ArchiveDamaged(f"{path} cannot be read: {error}") from error
        if [one.part for one in found] != list(range(1, len(found) + 1)):
            raise ArchiveDamaged(f"{folder}: a part is missing; there are {[one.part for one in found]}")
        return found

    def read(self, folder: Path, manifest: Manifest) -> list[Record]:
        """Return the records of a part. Raises ArchiveDamaged unless they are what its manifest says."""
        path = folder / f"{manifest.part:03}.ndjson.gz"
        try:
            data = path.read_bytes()
            records = [parse_line(line) for line in gzip.decompress(data).splitlines()]
        except (OSError, EOFError) as error:
            raise ArchiveDamaged(f"{path} cannot be read: {error}") from error
        check(manifest, data, records, str(path))
        return records

    def read_all(self, folder: Path) -> list[Record]:
        """Return the records of all parts. Raises ArchiveDamaged."""
        return [record for manifest in self.parts(folder) for record in self.read(folder, manifest)]

    def names(self, kind: str) -> Iterator[tuple[str, str]]:
        """Yield (tenant, id) of everything of a kind that has a part."""
        for path in sorted((self.root / kind).glob("*/*/001.json")):
            yield path.parent.parent.name, path.parent.name

    def remove(self, kind: str, tenant: str, name: str) -> int:
        """Remove one thing, its manifests first, and the payloads that nothing else names; returns its parts."""
        folder = self.folder(kind, tenant, name)
        parts = self.parts(folder)
        for manifest in reversed(parts):
            (folder / f"{manifest.part:03}.json").unlink(missing_ok=True)
        if folder.exists():
            shutil.rmtree(folder)
        refs = {ref for manifest in parts for ref in manifest.objects}
        if refs:
            named = {ref for kind_ in (INVESTIGATIONS, HOLDS) for ref in self._named(kind_, tenant)}
            for ref in refs - named:
                self._object(ref).unlink(missing_ok=True)
        return len(parts)

    def _named(self, kind: str, tenant: str) -> Iterator[str]:
        for path in (self.root / kind / tenant).glob("*/*.json"):
            yield from Manifest.model_validate_json(path.read_bytes()).objects

    def _object(self, ref: str) -> Path:
        if not _REF.fullmatch(ref):
            raise ArchiveDamaged(f"{ref} is no reference to a payload")
        return self.root / OBJECTS / ref

    def has_object(self, ref: str) -> bool:
        """Whether a payload is kept."""
        return self._object(ref).exists()

    def put_object(self, ref: str, data: bytes) -> None:
        """Keep a payload. Raises RetryLater, ArchiveDamaged where it is not what its name says."""
        _named_rightly(ref, data)
        _write(self._object(ref), data)

    def get_object(self, ref: str) -> bytes:
        """Return a payload. Raises ArchiveDamaged where it is missing or was changed."""
        try:
            data = self._object(ref).read_bytes()
        except OSError as error:
            raise ArchiveDamaged(f"payload {ref} cannot be read: {error}") from error
        _named_rightly(ref, data)
        return data


def _named_rightly(ref: str, data: bytes) -> None:
    if hashlib.sha256(data).hexdigest() != ref.rpartition("/")[2]:
        raise ArchiveDamaged(f"payload {ref} was changed: its content has another SHA-256")


def _write(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all, also after a crash of the machine. Raises RetryLater."""
    partial = path.with_name(f"{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with partial.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
        for folder in list(path.parents)[:FOLDERS_NEW_MAX]:
            _sync(folder)
    except OSError as error:
        raise RetryLater(f"archive: {path} cannot be written: {error.strerror}; is the disk full?") from error


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
