"""`inquest archive list|verify|show|restore`: reads the archive's folder, with or without a running system."""

from dataclasses import dataclass
from pathlib import Path

import typer

from inquest.cli.session import echo_json
from inquest.contracts.errors import InquestError, NotFound
from inquest.contracts.text import plain
from inquest.tracestore.adapters.archive import HOLDS, INVESTIGATIONS, Archive
from inquest.tracestore.domain.bundle import lines
from inquest.tracestore.domain.story import assemble
from inquest.tracestore.loading import row_of


@dataclass(frozen=True, slots=True)
class Found:
    """One archived investigation, as its manifests say."""

    tenant: str
    investigation_id: str
    incident_id: str
    closed_at: str
    parts: int
    records: int
    objects: int


def list_(folder: Path, tenant: str | None, *, as_json: bool) -> None:
    """Print what is archived, by tenant and id."""
    archive, found = _open(folder), []
    for name, investigation in archive.names(INVESTIGATIONS):
        if tenant in (None, name):
            parts = archive.parts(archive.folder(INVESTIGATIONS, name, investigation))
            records, objects = sum(part.records for part in parts), {ref for part in parts for ref in part.objects}
            last = parts[-1]
            found.append(
                Found(name, investigation, last.incident_id, str(last.closed_at), len(parts), records, len(objects))
            )
    if as_json:
        echo_json([{field: getattr(one, field) for field in Found.__slots__} for one in found])
        return
    for one in found:
        typer.echo(f"{one.tenant}  {one.investigation_id}  closed {one.closed_at[:10]}  {one.records} records")
    typer.echo(f"{len(found)} archived investigations")


def verify(folder: Path, *, as_json: bool) -> None:
    """Check every part against its manifest, and every payload; exit status 1 when anything is wrong."""
    archive, problems, checked = _open(folder), [], 0
    for kind in (INVESTIGATIONS, HOLDS):
        for tenant, name in archive.names(kind):
            try:
                place = archive.folder(kind, tenant, name)
                for part in archive.parts(place):
                    archive.read(place, part)
                    for ref in part.objects:
                        archive.get_object(ref)
                    checked += 1
            except InquestError as error:
                problems.append(str(error))
    if as_json:
        echo_json({"parts": checked, "problems": problems})
    else:
        for problem in problems:
            typer.echo(problem, err=True)
        typer.echo(f"{checked} parts are whole and unchanged, {len(problems)} are not")
    raise typer.Exit(1 if problems else 0)


def show(folder: Path, investigation: str, *, as_json: bool) -> None:
    """Print the story of an archived investigation."""
    archive = _open(folder)
    story = assemble([row_of(record) for record in archive.read_all(_place(archive, investigation))])
    if story is None:
        raise NotFound(f"{investigation}: its first event is not in the archive")
    if as_json:
        echo_json(story.model_dump(mode="json"))
        return
    typer.echo(f"{story.summary.title}\n{story.summary.state}: {plain(story.summary.headline)}")
    for entry in story.timeline:
        typer.echo(f"  {entry.at:%Y-%m-%d %H:%M:%S}Z  {plain(entry.text)}")


def restore(folder: Path, investigation: str, target: Path) -> None:
    """Write the records of an archived investigation and the payloads of its calls into a folder of their own."""
    archive = _open(folder)
    place = _place(archive, investigation)
    records = archive.read_all(place)
    if target.exists() and any(target.iterdir()):
        raise InquestError(f"{target} is not empty: choose another folder")
    (target / "payloads").mkdir(parents=True, exist_ok=True)
    (target / "records.ndjson").write_bytes(b"".join(lines(records)))
    refs = {ref for part in archive.parts(place) for ref in part.objects}
    for ref in sorted(refs):
        (target / "payloads" / ref.rpartition("/")[2]).write_bytes(archive.get_object(ref))
    typer.echo(f"{len(records)} records and {len(refs)} payloads are in {target}")


def _open(folder: Path) -> Archive:
    if not folder.is_dir():
        raise InquestError(f"there is no archive in {folder}; give --archive-dir")
    return Archive(folder)


def _place(archive: Archive, investigation: str) -> Path:
    for tenant, name in archive.names(INVESTIGATIONS):
        if name == investigation:
            return archive.folder(INVESTIGATIONS, tenant, name)
    raise NotFound(f"{investigation} is not in the archive; `inquest archive list` shows what is")
