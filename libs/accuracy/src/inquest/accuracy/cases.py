"""Which packs are measured, and to which set each belongs."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from inquest.packs import find_packs


@dataclass(frozen=True, slots=True)
class Case:
    """One pack. `set_name` stands for the folder that holds it; `path` is the pack's own folder."""

    set_name: str
    path: Path

    @property
    def name(self) -> str:
        """The name of the pack's folder."""
        return self.path.name

    @property
    def label(self) -> str:
        """The name with its set: unique in a run."""
        return f"{self.set_name}/{self.name}"


def find_cases(folders: Iterable[Path]) -> list[Case]:
    """Return every pack at or below the folders, each once, in order of set and name.

    A set is a folder that holds packs, named relative to the folder given; one that holds packs itself has its
    own name. Two sets of one name are told apart by their whole paths.
    """
    holders: dict[Path, str] = {}
    found: dict[Path, Path] = {}
    for folder in folders:
        root = folder.resolve()
        for pack in find_packs(root):
            found[pack] = pack.parent
            below = pack.parent.relative_to(root) if pack.parent.is_relative_to(root) else Path()
            holders.setdefault(pack.parent, below.as_posix() if below.parts else pack.parent.name)
    names = list(holders.values())
    unique = {holder: name if names.count(name) == 1 else str(holder) for holder, name in holders.items()}
    cases = (Case(unique[holder], pack) for pack, holder in found.items())
    return sorted(cases, key=lambda case: (case.set_name, case.name))
