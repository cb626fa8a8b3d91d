"""Reads changes and code from git repositories on disk. It only reads, and never fetches."""

import time
from collections.abc import Mapping
from pathlib import Path

from inquest.config.kinds.git import GitProvider as Config
from inquest.contracts.latest import ChangeData, CodeData, CodeRequest
from inquest.gateway.adapters.errands import PROBE_BYTES_MAX, PROBE_S, Errand, together
from inquest.gateway.adapters.forge import LOOKBACK_S, CodeReader, Forge, Reader
from inquest.gateway.adapters.git_answers import blamed, commits_of, files_of, tags_of
from inquest.gateway.adapters.git_process import Git, Output
from inquest.gateway.adapters.kit import Kit
from inquest.gateway.domain.forge import file_path, iso, matches, understood, with_diff
from inquest.gateway.ports import Context, ProviderError

_COMMITS_MAX = 2000
_NAMES_BYTES_MAX = 1024 * 1024  # of a commit's list of files, before its diff
_FILE_BYTES_MAX = 5 * 1024 * 1024
_SEARCHED_FILES_MAX = 50
_FORMAT = "--format=%H%x1f%ct%x1f%an%x1f%B"
_TAG_FORMAT = "--format=%(refname:lstrip=2)%1f%(taggerdate:unix)%1f%(taggername)%1f%(contents)%00"
_DIFF = ("diff-tree", "-r", "--root", "--diff-merges=first-parent", "--no-commit-id", "--no-renames", "--no-ext-diff")
_NOTHING = frozenset({1})


class GitProvider(Forge):
    """The repositories of one configuration."""

    health_probe = "git rev-parse --git-dir"

    def __init__(self, config: Config, kit: Kit) -> None:
        settings = config.settings
        super().__init__(config, settings, [one.name for one in settings.repositories], kit.catalogue)
        self._settings = settings
        self._paths = {one.name: one.path for one in settings.repositories}
        self._git = Git()

    async def probe(self) -> None:
        """See Provider."""
        context = Context("", "changes", time.monotonic() + PROBE_S, PROBE_BYTES_MAX)
        await together(self._git.run(path, ("rev-parse", "--git-dir"), context) for path in self._paths.values())

    def readers(self) -> Mapping[str, Reader]:
        """See Forge."""
        return {"commit": self._commits, "release": self._releases}

    def code_readers(self) -> Mapping[str, CodeReader]:
        """See Forge."""
        return {"search": self._search, "read": self._file, "blame": self._blame}

    async def _commits(self, repository: str, errand: Errand) -> list[ChangeData]:
        tip = await self._commit(repository, self._settings.branch, errand)
        if not tip:
            return []
        span = (f"--since={iso(errand.start - LOOKBACK_S)}", f"--until={iso(errand.end + 1)}")
        args = ("log", "-z", "--no-notes", "--no-patch", "--encoding=UTF-8", f"--max-count={_COMMITS_MAX + 1}", *span)
        output = await self._say(repository, (*args, _FORMAT, tip, "--"), errand)
        with understood(f"git log of {repository}"):
            found = commits_of(output.text, repository)
        if len(found) > _COMMITS_MAX:
            errand.cuts.append(f"{repository} has more than {_COMMITS_MAX} commits: older ones were not read")
        return found[:_COMMITS_MAX]

    async def diffed(self, commit: ChangeData, errand: Errand) -> ChangeData:
        """See Forge. A merge's diff is the one to its first parent: what came in by it."""
        chars = self._settings.diff_chars_max
        args = (*_DIFF, "--no-textconv", "--no-color", "-z", "--raw", "--patch", commit.ref, "--")
        output = await self._run(commit.repository, args, errand, bytes_max=4 * chars + _NAMES_BYTES_MAX)
        with understood(f"git diff-tree of {commit.repository}"):
            files, diff = files_of(output.text)
        return with_diff(commit, files, diff, chars, cut=output.cut)

    async def _releases(self, repository: str, errand: Errand) -> list[ChangeData]:
        output = await self._say(repository, ("for-each-ref", _TAG_FORMAT, "refs/tags"), errand)
        with understood(f"git for-each-ref of {repository}"):
            return tags_of(output.text, repository)

    async def _search(self, repository: str, request: CodeRequest, errand: Errand) -> list[CodeData]:
        tip = await self._at(repository, request.ref, errand)
        args = ("grep", "-l", "-z", "-I", "-i", "-F", "--no-color", "--no-textconv", "-e", request.text, tip, "--")
        within = (file_path(request.path),) if request.path else ()
        output = await self._say(repository, (*args, *within), errand, allow=_NOTHING)
        found = sorted(one.partition(":")[2] for one in output.text.split("\0") if one)
        if len(found) > _SEARCHED_FILES_MAX:
            errand.cuts.append(f"{repository}: {len(found)} files match, {_SEARCHED_FILES_MAX} were read")
        files = await together(self._read(repository, one, tip, errand) for one in found[:_SEARCHED_FILES_MAX])
        return [part for file in files for part in matches(file.text, request.text, file)]

    async def _file(self, repository: str, request: CodeRequest, errand: Errand) -> list[CodeData]:
        tip = await self._at(repository, request.ref, errand)
        errand.asked.append(f"git cat-file blob {tip}:{request.path}")
        return [await self._read(repository, file_path(request.path), tip, errand)]

    async def _read(self, repository: str, path: str, tip: str, errand: Errand) -> CodeData:
        output = await self._run(repository, ("cat-file", "blob", f"{tip}:{path}"), errand, bytes_max=_FILE_BYTES_MAX)
        if output.cut or b"\0" in output.data:
            raise ProviderError("unsupported", f"{path} is no text, or larger than {_FILE_BYTES_MAX} bytes")
        lines = len(output.text.splitlines())
        return CodeData(repository=repository, path=path, ref=tip, line_end=max(1, lines), text=output.text)

    async def _blame(self, repository: str, request: CodeRequest, errand: Errand) -> list[CodeData]:
        tip, path = await self._at(repository, request.ref, errand), file_path(request.path)
        args = ("blame", "--porcelain", "--no-textconv", "--encoding=UTF-8", tip, "--", path)
        output = await self._say(repository, args, errand)
        with understood(f"git blame of {path}"):
            return blamed(output.text, CodeData(repository=repository, path=path, ref=tip))

    async def _at(self, repository: str, ref: str, errand: Errand) -> str:
        """Return the commit that a request names. Raises ProviderError (not-found)."""
        tip = await self._commit(repository, ref, errand)
        if not tip:
            raise ProviderError("not-found", f"{repository} has no commit {ref or 'at all'}")
        return tip

    async def _commit(self, repository: str, ref: str, errand: Errand) -> str:
        """Return the commit that a branch, a tag or an id stands for; empty where there is none."""
        if not ref.isprintable() or ref.startswith("-"):
            raise ProviderError("malformed", f"{ref!r:.100} is no branch, tag or commit")
        args = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref or 'HEAD'}^{{commit}}")
        output = await self._run(repository, args, errand, allow=_NOTHING)
        return output.text.split()[-1] if output.code == 0 and output.data else ""

    async def _say(
        self, repository: str, args: tuple[str, ...], errand: Errand, *, allow: frozenset[int] = frozenset()
    ) -> Output:
        """Run git, and note what is asked, for a person to ask again."""
        errand.asked.append(f"git -C {self._paths[repository]} {' '.join(args)}")
        return await self._run(repository, args, errand, allow=allow)

    async def _run(
        self,
        repository: str,
        args: tuple[str, ...],
        errand: Errand,
        *,
        bytes_max: int | None = None,
        allow: frozenset[int] = frozenset(),
    ) -> Output:
        path: Path = self._paths[repository]
        return await self._git.run(path, args, errand.context, bytes_max=bytes_max, allow=allow)


def build(config: Config, kit: Kit) -> GitProvider:
    """See Build."""
    return GitProvider(config, kit)
