"""The working copy of the shop: commits with real diffs, and releases made from it."""

import difflib
import hashlib
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from inquest.testbed.scenario import Commit, Edit, RecordingError

SHOP = Path(__file__).parent / "shop"

IMPORT = re.compile(r"from shopkit\.(\w+) import")
IMPORTS = re.compile(r"from shopkit import (.+)")
LISTED = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Revision:
    """One commit as it was made."""

    sha: str
    author: str
    message: str
    files: tuple[str, ...]
    diff: str


class Repository:
    """A copy of the shop in `folder`, changed by commits; ids depend on content and order alone."""

    def __init__(self, folder: Path, releases: Path, before: Sequence[Edit] = ()) -> None:
        shutil.copytree(SHOP, folder, ignore=shutil.ignore_patterns("__pycache__"))
        self._folder = folder
        self._releases = releases
        self._builds = 0
        for edit in before:
            self._replace(edit, "before the first start")
        first = hashlib.sha1(b"shop", usedforsecurity=False).hexdigest()
        self.revisions = [Revision(first, "shop", "Import", (), "")]

    def commit(self, commit: Commit) -> Revision:
        """Apply the edits; RecordingError where one does not fit exactly once."""
        before: dict[str, str] = {}
        for edit in commit.edits:
            text = self._replace(edit, commit.message)
            before.setdefault(edit.file, text)
        diff = "".join(self._diff(file, text) for file, text in before.items())
        parent = self.revisions[-1].sha
        seed = f"{parent} {commit.author} {commit.message} {diff}".encode()
        sha = hashlib.sha1(seed, usedforsecurity=False).hexdigest()
        self.revisions.append(Revision(sha, commit.author, commit.message, tuple(before), diff))
        return self.revisions[-1]

    def _replace(self, edit: Edit, purpose: str) -> str:
        """Apply one edit and return the text that was there before."""
        path = self._folder / edit.file
        text = path.read_text()
        if (count := text.count(edit.old)) != 1:
            raise RecordingError(f"{purpose!r}: {edit.file} holds {edit.old!r} {count} times")
        path.write_text(text.replace(edit.old, edit.new))
        return text

    def _diff(self, file: str, before: str) -> str:
        after = (self._folder / file).read_text()
        lines = difflib.unified_diff(
            before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{file}", f"b/{file}"
        )
        return "".join(lines)

    def built_from(self, service: str) -> Revision:
        """Return the newest commit that changed what `service` is made of."""
        parts = self._parts(service)
        touching = [one for one in self.revisions if any(file.startswith(parts) for file in one.files)]
        return touching[-1] if touching else self.revisions[0]

    def _parts(self, service: str) -> tuple[str, ...]:
        """Return the paths that a service is built from: its own, and the shared modules that it imports."""
        sources = [(self._folder / "services" / service / "app.py").read_text()]
        shared: set[str] = set()
        while sources:
            source = sources.pop()
            names = {*IMPORT.findall(source), *LISTED.findall(" ".join(IMPORTS.findall(source)))}
            found = {name for name in names if (self._folder / "shopkit" / f"{name}.py").exists()}
            sources += [(self._folder / "shopkit" / f"{name}.py").read_text() for name in found - shared]
            shared |= found
        modules = (f"shopkit/{name}.py" for name in sorted(shared))
        return (f"services/{service}/", f"config/{service}.yaml", *modules)

    def release(self, service: str) -> Path:
        """Copy the present state into a folder of its own and return it."""
        self._builds += 1
        return Path(shutil.copytree(self._folder, self._releases / f"{service}-{self._builds}"))

    def config_file(self, service: str) -> Path:
        """Return the path of a service's configuration in the working copy."""
        return self._folder / "config" / f"{service}.yaml"
