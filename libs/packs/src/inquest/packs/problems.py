"""What is wrong with a pack, said so that a person can mend it."""

from dataclasses import dataclass
from typing import Literal

DETAILED_MAX = 100
"""Problems listed one by one per file; further ones are counted."""

Level = Literal["error", "note"]


class PackError(Exception):
    """The folder cannot be used as a pack at all; the message names the file and what is expected."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding in one file.

    `line` counts from 1; 0 means the whole file. `level` is "error" for something that was left out because it
    is wrong, and "note" for something that is merely absent or ignored.
    """

    file: str
    line: int
    message: str
    level: Level = "error"

    def __str__(self) -> str:
        """Give `file:line: message`, as compilers do."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.message}"


class ProblemLog:
    """Collects the problems of one file: the first `DETAILED_MAX` in full, then a count."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._found: list[Problem] = []
        self._more = 0
        self._names_seen: set[str] = set()

    def add(self, line: int, message: str, level: Level = "error") -> None:
        """Record one problem."""
        if len(self._found) < DETAILED_MAX:
            self._found.append(Problem(self.file, line, message, level))
        else:
            self._more += 1

    def add_unknown(self, line: int, names: set[str], what: str) -> None:
        """Record fields or columns that the format does not know, each name once."""
        for name in sorted(names - self._names_seen):
            self._names_seen.add(name)
            self.add(line, f"unknown {what} {name!r:.80} is ignored", "note")

    def listed(self) -> list[Problem]:
        """Return the problems, ending with "and N more" where some were only counted."""
        if not self._more:
            return list(self._found)
        return [*self._found, Problem(self.file, 0, f"and {self._more} more problems")]
