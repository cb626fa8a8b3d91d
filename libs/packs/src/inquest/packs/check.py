"""Finds packs and says what is wrong with one."""

from pathlib import Path

from inquest.packs.files import locate
from inquest.packs.pack import OPTIONAL_FILES, open_pack
from inquest.packs.problems import PackError, Problem

TRUTH_FILE = "truth.yaml"
REQUIRED_FILES = ("pack.yaml", "signal.json")


def find_packs(folder: Path | str) -> list[Path]:
    """Return every folder at or below `folder` that holds a `pack.yaml`, sorted."""
    return sorted(found.parent for found in Path(folder).rglob("pack.yaml"))


def check_pack(path: Path | str) -> list[Problem]:
    """Read every file of a pack and return what was found; empty or only notes is a good pack.

    The truth has its own check, `inquest.packs.truth.check_truth`: nothing that serves telemetry may reach it.
    """
    folder = Path(path)
    try:
        pack = open_pack(folder)
    except PackError as error:
        return [Problem(str(folder), 0, str(error).removeprefix(f"{folder}: "))]
    pack.metrics()
    pack.logs()
    pack.spans()
    pack.changes()
    pack.patterns()
    pack.topology()
    if len(pack.absent) == len(OPTIONAL_FILES):
        return [*pack.problems, Problem(str(folder), 0, "no telemetry at all: nothing to analyse")]
    return [*pack.problems, *_stray_files(folder)]


def _stray_files(folder: Path) -> list[Problem]:
    known = {*REQUIRED_FILES, TRUTH_FILE}
    known |= {path.name for name in OPTIONAL_FILES if (path := locate(folder, name))}
    return [
        Problem(found.name, 0, "not a file of the pack format: ignored", "note")
        for found in sorted(folder.iterdir())
        if found.name not in known and not found.name.startswith((".", "LICEN", "README"))
    ]
