"""Reads changes, code and issues over GitLab's REST API, version 4."""

import time
from collections.abc import Mapping
from typing import Any

from inquest.config.kinds.gitlab import GitlabProvider as Config
from inquest.contracts.latest import ChangeData, CodeData, CodeRequest, TicketData
from inquest.gateway.adapters.errands import PROBE_BYTES_MAX, PROBE_S, Errand
from inquest.gateway.adapters.forge import LOOKBACK_S, CodeReader, HttpForge, Reader, made
from inquest.gateway.adapters.gitlab_answers import (
    blame_of,
    code_of,
    commit_of,
    deploy_of,
    files_of,
    found_of,
    merge_request_of,
    pipeline_of,
    release_of,
    ticket_of,
)
from inquest.gateway.adapters.kit import Kit
from inquest.gateway.domain.forge import file_path, iso, quoted, understood, with_diff
from inquest.gateway.ports import Context

_GONE = frozenset({404})  # of a commit that is no more


class GitlabProvider(HttpForge):
    """The projects of one configuration at GitLab."""

    health_probe = "GET /projects/{id}"
    headers: Mapping[str, str] = {"Accept": "application/json"}

    def __init__(self, config: Config, kit: Kit) -> None:
        settings = config.settings
        super().__init__(config, settings, settings.repositories, kit.catalogue, kit.http(settings))
        self._settings = settings

    async def probe(self) -> None:
        """See Provider."""
        context = Context("", "changes", time.monotonic() + PROBE_S, PROBE_BYTES_MAX)
        await self._http.json("GET", _project(self._settings.repositories[0]), context, headers=self.headers)

    def readers(self) -> Mapping[str, Reader]:
        """See Forge."""
        return {
            "commit": self._commits,
            "deploy": self._deploys,
            "release": self._releases,
            "pull-request": self._merge_requests,
            "check": self._pipelines,
        }

    def code_readers(self) -> Mapping[str, CodeReader]:
        """See Forge."""
        return {"search": self._search, "read": self._file, "blame": self._blame}

    async def _commits(self, repository: str, errand: Errand) -> list[ChangeData]:
        params = {"since": iso(errand.start - LOOKBACK_S), "until": iso(errand.end + 1)}
        params |= {"ref_name": self._settings.branch} if self._settings.branch else {}
        pages = self.listed(f"{_project(repository)}/repository/commits", params, errand)
        return await made(pages, lambda raw: commit_of(raw, repository))

    async def diffed(self, commit: ChangeData, errand: Errand) -> ChangeData:
        """See Forge."""
        path = f"{_project(commit.repository)}/repository/commits/{commit.ref}/diff"
        files: list[Any] = []
        pages = 0
        async for page in self.pages(path, {}, errand, allow=_GONE):
            files += page
            pages += 1
        if not pages:
            errand.problems.append(f"GitLab has no diff of {commit.repository} {commit.ref[:12]}")
            return commit
        with understood(path):
            names, diff, cut = files_of(files)
        return with_diff(commit, names, diff, self._settings.diff_chars_max, cut=cut)

    async def _deploys(self, repository: str, errand: Errand) -> list[ChangeData]:
        # one that began in the window was updated no sooner; GitLab takes `updated_after` in this order alone
        params = {"order_by": "updated_at", "sort": "desc", "updated_after": iso(errand.start - LOOKBACK_S)}
        pages = self.listed(f"{_project(repository)}/deployments", params, errand)
        found = await made(pages, lambda raw: deploy_of(raw, repository))
        wanted = self._settings.environments
        return [one for one in found if not wanted or one.environment in wanted]

    async def _releases(self, repository: str, errand: Errand) -> list[ChangeData]:
        params = {"order_by": "released_at", "sort": "desc"}
        pages = self.listed(f"{_project(repository)}/releases", params, errand)
        return await made(pages, lambda raw: release_of(raw, repository), since=errand.start, by="released_at")

    async def _merge_requests(self, repository: str, errand: Errand) -> list[ChangeData]:
        params = {"state": "merged", "order_by": "updated_at", "sort": "desc", "updated_after": iso(errand.start - 1)}
        params |= {"target_branch": self._settings.branch} if self._settings.branch else {}
        pages = self.listed(f"{_project(repository)}/merge_requests", params, errand)
        return await made(pages, lambda raw: merge_request_of(raw, repository))

    async def _pipelines(self, repository: str, errand: Errand) -> list[ChangeData]:
        params = {"order_by": "updated_at", "sort": "desc", "updated_after": iso(errand.start - 1)}
        params |= {"ref": self._settings.branch} if self._settings.branch else {}
        pages = self.listed(f"{_project(repository)}/pipelines", params, errand)
        return await made(pages, lambda raw: pipeline_of(raw, repository))

    async def _search(self, repository: str, request: CodeRequest, errand: Errand) -> list[CodeData]:
        # words like `path:` in the text can only narrow the search: what does not hold the text is left out
        params = {"scope": "blobs", "search": request.text} | ({"ref": request.ref} if request.ref else {})
        pages = self.listed(f"{_project(repository)}/search", params, errand)
        found = await made(pages, lambda raw: found_of(raw, repository, request.text))
        return [one for one in found if one.path.startswith(request.path)]

    async def _file(self, repository: str, request: CodeRequest, errand: Errand) -> list[CodeData]:
        raw = await self._of_file(repository, request, "", errand)
        with understood(f"the file {request.path}"):
            return [code_of(raw, repository, request.ref)]

    async def _blame(self, repository: str, request: CodeRequest, errand: Errand) -> list[CodeData]:
        raw = await self._of_file(repository, request, "/blame", errand)
        with understood(f"the blame of {request.path}"):
            return blame_of(raw, CodeData(repository=repository, path=file_path(request.path), ref=request.ref))

    async def _of_file(self, repository: str, request: CodeRequest, what: str, errand: Errand) -> Any:
        path = f"{_project(repository)}/repository/files/{quoted(file_path(request.path))}{what}"
        params = {"ref": request.ref or "HEAD"}
        errand.asked.append(f"GET {path}?ref={params['ref']}")
        return await self.one(path, errand, params)

    async def tickets(self, repository: str, errand: Errand) -> list[TicketData]:
        """See Forge."""
        services = list(self._places.services(repository))
        params = {"scope": "all", "order_by": "created_at", "sort": "asc", "updated_after": iso(errand.start - 1)}
        path = f"{_project(repository)}/issues"
        return await self.issues(repository, path, params, lambda raw: ticket_of(raw, repository, services), errand)


def _project(repository: str) -> str:
    return f"/projects/{quoted(repository)}"


def build(config: Config, kit: Kit) -> GitlabProvider:
    """See Build."""
    return GitlabProvider(config, kit)
