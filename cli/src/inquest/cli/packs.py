"""`inquest packs check`."""

from dataclasses import asdict
from pathlib import Path

import typer

from inquest.cli.session import echo_json
from inquest.contracts.errors import InquestError
from inquest.packs import check_pack, find_packs


def check(directory: Path, *, as_json: bool) -> None:
    """Check all packs below a folder; exit status 1 when one has an error."""
    if not directory.is_dir():
        raise InquestError(f"{directory} is not a folder")
    found = find_packs(directory)
    if not found:
        raise InquestError(f"no pack below {directory}: a pack is a folder with pack.yaml and signal.json")
    problems = {path: check_pack(path) for path in found}
    broken = [path for path, rows in problems.items() if any(row.level == "error" for row in rows)]
    if as_json:
        echo_json({str(path): [asdict(row) for row in rows] for path, rows in problems.items()})
    else:
        for path, rows in problems.items():
            typer.echo(f"{'✗' if path in broken else '✓'} {path}")
            for row in rows:
                typer.echo(f"    {row}")
        typer.echo(f"{len(found)} packs, {len(broken)} with errors")
    raise typer.Exit(1 if broken else 0)
