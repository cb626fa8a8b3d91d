"""Reads changes, code and issues over GitHub's REST API, version 2022-11-28.

A list is read from its newest entry back to the window; commits come with diffs from one request each.
"""

import time
from collections.abc import Mapping
from typing import Any

from inquest.config.kinds.github import GithubProvider as Config
from inquest.contracts.latest import ChangeData, CodeData, CodeRequest, TicketData
from inquest.gateway.adapters.errands import PROBE_BYTES_MAX, PROBE_S, Errand, together
from inquest.gateway.adapters.forge import LOOKBACK_S, PAGE_ROWS, CodeReader, HttpForge, Reader, made
from inquest.gateway.adapters.github_answers import (
    check_of,
    code_of,
    commit_of,
    deploy_of,
    files_of,
    pull_request_of,
    release_of,
    ticket_of,
)
from inquest.gateway.adapters.kit import Kit
from inquest.gateway.domain.forge import file_path, iso, matches, quoted, seconds, understood, with_diff
from inquest.gateway.ports import Context, ProviderError

_EMPTY = frozenset({409})  # of a repository without commits
_GONE = frozenset({404, 422})  # of a commit that is no more, or whose diff GitHub will not make
_FILES_PAGES_MAX = 3  # of one commit; GitHub lists 3,000 files at most
_SEARCHED_FILES_MAX = 20
_CHECKED_COMMITS_MAX = 50


class GithubProvider(HttpForge):
    """The repositories of one configuration at GitHub."""

    health_probe = "GET /repos/{owner}/{repo}"
    headers: Mapping[str, str] = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}

    def __init__(self, config: Config, kit: Kit) -> None:
        settings = config.settings
        super().__init__(config, settings, settings.repositories, kit.catalogue, kit.http(settings))
        self._settings = settings

    async def probe(self) -> None:
        """See Provider."""
        context = Context("", "changes", time.monotonic() + PROBE_S, PROBE_BYTES_MAX)
        await self._http.json("GET", f"/repos/{self._settings.repositories[0]}", context, headers=self.headers)

    def readers(self) -> Mapping[str, Reader]:
        """See Forge."""
        return {
            "commit": self._commits,
            "deploy": self._deploys,
            "release": self._releases,
            "pull-request": self._pull_requests,
            "check": self._checks,
        }

    def code_readers(self) -> Mapping[str, CodeReader]:
        """See Forge."""
        return {"search": self._search, "read": self._file}

    async def _commits(self, repository: str, errand: Errand) -> list[ChangeData]:
        # `since` and `until` go by the committer's date, as `time` does
        params = {"since": iso(errand.start - LOOKBACK_S), "until": iso(errand.end + 1)}
        params |= {"sha": self._settings.branch} if self._settings.branch else {}
        pages = self.listed(f"/repos/{repository}/commits", params, errand, allow=_EMPTY)
        return await made(pages, lambda raw: commit_of(raw, repository))

    async def diffed(self, commit: ChangeData, errand: Errand) -> ChangeData:
        """See Forge."""
        path = f"/repos/{commit.repository}/commits/{commit.ref}"
        files: list[Any] = []
        pages = 0
        async for page in self.pages(path, {}, errand, key="files", allow=_GONE):
            files += page
            pages += 1
            if pages == _FILES_PAGES_MAX:
                break
        if not pages:
            errand.problems.append(f"GitHub has no diff of {commit.repository} {commit.ref[:12]}")
            return commit
        with understood(path):
            names, diff, cut = files_of(files)
        more = pages == _FILES_PAGES_MAX
        return with_diff(commit, names, diff, self._settings.diff_chars_max, cut=cut or more)

    async def _deploys(self, repository: str, errand: Errand) -> list[ChangeData]:
        pages, since = self.listed(f"/repos/{repository}/deployments", {}, errand), errand.start - LOOKBACK_S

        def near(raw: Any) -> Any:
            return raw if since <= seconds(raw["created_at"]) < errand.end else None

        found = await made(pages, near, since=since, by="created_at")
        deploys = await together(self._deploy(repository, raw, errand) for raw in found)
        wanted = self._settings.environments
        return [one for one in deploys if not wanted or one.environment in wanted]

    async def _deploy(self, repository: str, raw: Any, errand: Errand) -> ChangeData:
        with understood("a deployment"):
            path = f"/repos/{repository}/deployments/{int(raw['id'])}/statuses"
        statuses = await self.one(path, errand, {"per_page": str(PAGE_ROWS)})
        with understood(path):
            return deploy_of(raw, statuses, repository)

    async def _releases(self, repository: str, errand: Errand) -> list[ChangeData]:
        pages = self.listed(f"/repos/{repository}/releases", {}, errand)
        return await made(pages, lambda raw: release_of(raw, repository), since=errand.start, by="published_at")

    async def _pull_requests(self, repository: str, errand: Errand) -> list[ChangeData]:
        params = {"state": "closed", "sort": "updated", "direction": "desc"}
        params |= {"base": self._settings.branch} if self._settings.branch else {}
        pages = self.listed(f"/repos/{repository}/pulls", params, errand)  # none is merged after its last update
        return await made(pages, lambda raw: pull_request_of(raw, repository), since=errand.start, by="updated_at")

    async def _checks(self, repository: str, errand: Errand) -> list[ChangeData]:
        commits = sorted(await self._commits(repository, errand), key=lambda one: one.time)
        if len(commits) > _CHECKED_COMMITS_MAX:
            errand.cuts.append(f"{repository}: checks of the newest {_CHECKED_COMMITS_MAX} commits alone were read")
        found = await together(self._checks_of(one, errand) for one in commits[-_CHECKED_COMMITS_MAX:])
        return [one for ones in found for one in ones]

    async def _checks_of(self, commit: ChangeData, errand: Errand) -> list[ChangeData]:
        path = f"/repos/{commit.repository}/commits/{commit.ref}/check-runs"
        pages = self.pages(path, {}, errand, key="check_runs")
        return await made(pages, lambda raw: check_of(raw, commit.repository))

    async def _search(self, repository: str, request: CodeRequest, errand: Errand) -> list[CodeData]:
        if request.ref:
            raise ProviderError("unsupported", "GitHub searches the default branch alone: leave `ref` out")
        # a quote would end the phrase: the words after it could be qualifiers, such as another repository
        words = " ".join(request.text.replace('"', " ").replace("\\", " ").split())
        params = {"q": f'"{words}" repo:{repository}'}
        pages = self.listed("/search/code", params, errand, key="items")
        found = sorted(set(await made(pages, lambda raw: str(raw["path"]))))
        found = [one for one in found if one.startswith(request.path)]
        if len(found) > _SEARCHED_FILES_MAX:
            errand.cuts.append(f"{repository}: {len(found)} files match, {_SEARCHED_FILES_MAX} were read")
        files = await together(self._read(repository, one, "", errand) for one in found[:_SEARCHED_FILES_MAX])
        return [part for file in files for part in matches(file.text, request.text, file)]

    async def _file(self, repository: str, request: CodeRequest, errand: Errand) -> list[CodeData]:
        errand.asked.append(f"GET /repos/{repository}/contents/{request.path} at {request.ref or 'the default branch'}")
        return [await self._read(repository, request.path, request.ref, errand)]

    async def _read(self, repository: str, path: str, ref: str, errand: Errand) -> CodeData:
        known = "/".join(quoted(part) for part in file_path(path).split("/"))
        raw = await self.one(f"/repos/{repository}/contents/{known}", errand, {"ref": ref} if ref else None)
        if isinstance(raw, list):
            raise ProviderError("not-found", f"{path} is a folder in {repository}")
        with understood(f"the file {path}"):
            return code_of(raw, repository, ref)

    async def tickets(self, repository: str, errand: Errand) -> list[TicketData]:
        """See Forge. Pull requests are issues to GitHub, and left out."""
        services = list(self._places.services(repository))
        params = {"state": "all", "since": iso(errand.start), "sort": "created", "direction": "asc"}
        return await self.issues(
            repository,
            f"/repos/{repository}/issues",
            params,
            lambda raw: None if "pull_request" in raw else ticket_of(raw, repository, services),
            errand,
        )


def build(config: Config, kit: Kit) -> GithubProvider:
    """See Build."""
    return GithubProvider(config, kit)
