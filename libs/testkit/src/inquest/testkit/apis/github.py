"""A GitHub of two repositories: REST 2022-11-28 as docs.github.com documents it, with pages by Link headers."""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlencode

from inquest.contracts.latest import ChangesRequest, CodeRequest, TicketsRequest, Window
from inquest.testkit.backends import Received, Reply
from inquest.testkit.providers import PLANTED, http_case

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)
REPOSITORIES = ("acme/cart", "acme/checkout")
PAGE_ROWS_MAX = 3
"""Fewer than are asked for, so that there are pages: a server may answer with less than `per_page`."""
_POOL = "def pool():\n    size = 10\n    return size\n"


def at(minutes: float) -> str:
    """Return a time after T0 as GitHub writes it."""
    return (T0 + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def sha_of(repository: str, number: int) -> str:
    """Return the id of a repository's commit."""
    return f"{REPOSITORIES.index(repository) + 1:x}{number:039x}"


def commits(repository: str, count: int = 8) -> list[dict[str, Any]]:
    """Return commits of every third minute, the newest first as GitHub lists them."""
    return [_commit(repository, number) for number in reversed(range(count))]


def _commit(repository: str, number: int) -> dict[str, Any]:
    sha = sha_of(repository, number)
    by = {"name": "Ada", "email": "ada@example.com", "date": at(3 * number)}
    return {
        "sha": sha,
        "html_url": f"https://github.com/{repository}/commit/{sha}",
        "author": {"login": "ada"} if number % 2 else None,
        "commit": {"author": by, "committer": by, "message": f"Pool of {number}\n\nnot {PLANTED}"},
        "parents": [],
    }


def file_of(number: int, **more: Any) -> dict[str, Any]:
    """Return a file of a commit."""
    patch = f"@@ -1,2 +1,2 @@\n def pool():\n-    size = {number}\n+    size = {number + 1}"
    return {"filename": "src/pool.py", "status": "modified", "changes": 2, "patch": patch, **more}


def _deployment(repository: str, number: int) -> dict[str, Any]:
    return {
        "id": 100 + number,
        "sha": sha_of(repository, number),
        "ref": "main",
        "environment": "production" if number % 2 else "staging",
        "description": None,
        "creator": {"login": "bot"},
        "created_at": at(3 * number + 1),
    }


def _statuses(number: int) -> list[dict[str, Any]]:
    states = (("inactive", 9), ("success", 2), ("in_progress", 1.5), ("queued", 1.2))
    return [{"state": state, "created_at": at(3 * number + later), "log_url": ""} for state, later in states]


def _issue(number: int) -> dict[str, Any]:
    return {
        "number": number,
        "title": f"Checkout is slow ({number})",
        "body": f"seen with {PLANTED}",
        "state": "closed" if number % 2 else "open",
        "state_reason": "completed" if number % 2 else None,
        "user": {"login": "eve"},
        "assignee": None,
        "labels": [{"name": "bug"}],
        "created_at": at(2 * number),
        "updated_at": at(2 * number + 5),
        "closed_at": at(2 * number + 5) if number % 2 else None,
    } | ({"pull_request": {"url": "https://api.github.com/…"}} if number == 3 else {})


@dataclass(slots=True)
class GithubServer:
    """Answers as GitHub does. `lists` takes the place of what a path would answer."""

    lists: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, received: Received) -> Reply:
        """Answer one request."""
        if received.path in self.lists:
            return paged(received, self.lists[received.path])
        if received.path == "/search/code":
            return paged(received, self._search(received.query["q"][0]), key="items")
        found = re.fullmatch(r"/repos/([^/]+/[^/]+)(/.*)?", received.path)
        if not found or found[1] not in REPOSITORIES:
            return _not_found()
        for pattern, answer in _ROUTES:
            if route := re.fullmatch(pattern, found[2] or ""):
                return answer(received, found[1], *route.groups())
        return _not_found()

    def _search(self, query: str) -> list[dict[str, Any]]:
        asked = re.fullmatch(r'"([^"]*)" repo:(\S+)', query)
        hit = asked and asked[1].lower() in _POOL and asked[2] in REPOSITORIES
        return [{"path": f"src/{name}.py", "sha": "0", "score": 1.0} for name in ("pool", "b", "a", "c")] if hit else []


def _commits(received: Received, repository: str) -> Reply:
    since, until = received.query["since"][0], received.query["until"][0]
    return paged(received, [c for c in commits(repository) if since <= c["commit"]["committer"]["date"] <= until])


def _one_commit(received: Received, repository: str, sha: str) -> Reply:
    number = int(sha[1:], 16)
    return paged(received, [file_of(number)], key="files", more=_commit(repository, number))


def _checks(received: Received, _: str, sha: str) -> Reply:
    number = int(sha[1:], 16)
    run = {"id": number, "name": "tests", "head_sha": sha, "status": "completed", "conclusion": "success"}
    times = {"started_at": at(3 * number + 0.5), "completed_at": at(3 * number + 0.75), "app": {"slug": "actions"}}
    return paged(received, [run | times], key="check_runs", more={"total_count": 1})


def _deployments(received: Received, repository: str) -> Reply:
    return paged(received, [_deployment(repository, number) for number in reversed(range(8))])


def _deployment_statuses(received: Received, _: str, number: str) -> Reply:
    return paged(received, _statuses(int(number) - 100))


def _releases(received: Received, _: str) -> Reply:
    tags = [
        {"tag_name": f"v{number}", "name": "", "body": "notes", "author": {"login": "ada"}, "prerelease": False}
        | {"published_at": at(3 * number + 2.5) if number < 4 else None}
        for number in reversed(range(5))
    ]
    return paged(received, tags)


def _pulls(received: Received, repository: str) -> Reply:
    found = [
        {"number": number, "title": f"Pool {number}", "body": None, "user": {"login": "ada"}, "base": {"sha": "0" * 40}}
        | {"merge_commit_sha": sha_of(repository, number), "updated_at": at(3 * number + 1)}
        | {"merged_at": at(3 * number) if number % 2 else None}
        for number in reversed(range(8))
    ]
    return paged(received, found)


def _contents(_: Received, repository: str, path: str) -> Reply:
    if unquote(path) not in {f"src/{name}.py" for name in "abc"} | {"src/pool.py", "src/big file.bin"}:
        return _not_found()
    size = {"encoding": "none", "content": ""} if path.endswith("bin") else {"encoding": "base64"}
    content = b64encode(f"# {path} of {repository}\n{_POOL}".encode()).decode()
    return Reply(body={"type": "file", "path": unquote(path), "content": content, **size})


def _issues(received: Received, _: str) -> Reply:
    since = received.query["since"][0]
    return paged(received, [one for one in map(_issue, range(10)) if one["updated_at"] >= since])


def _one_issue(_: Received, __: str, number: str) -> Reply:
    return Reply(body=_issue(int(number))) if int(number) < 10 else _not_found()


_ROUTES: tuple[tuple[str, Callable[..., Reply]], ...] = (
    ("", lambda _, repository: Reply(body={"full_name": repository})),
    ("/commits", _commits),
    ("/commits/([0-9a-f]{40})", _one_commit),
    ("/commits/([0-9a-f]{40})/check-runs", _checks),
    ("/deployments", _deployments),
    (r"/deployments/(\d+)/statuses", _deployment_statuses),
    ("/releases", _releases),
    ("/pulls", _pulls),
    ("/contents/(.+)", _contents),
    ("/issues", _issues),
    (r"/issues/(\d+)", _one_issue),
)


def paged(received: Received, rows: list[Any], *, key: str = "", more: Mapping[str, Any] | None = None) -> Reply:
    """Return a page of a list, with the Link header that leads to the next."""
    query = {name: values[0] for name, values in received.query.items()}
    number, size = int(query.get("page", "1")), min(PAGE_ROWS_MAX, int(query.get("per_page", "30")))
    found = rows[(number - 1) * size : number * size]
    headers = {"x-ratelimit-remaining": "4999"}
    if len(rows) > number * size:
        there = urlencode(query | {"page": str(number + 1)})
        headers["link"] = f'<https://api.github.com/x?{there}>; rel="next", <https://api.github.com/x>; rel="last"'
    return Reply(body={**(more or {}), key: found} if key else found, headers=headers)


def _not_found() -> Reply:
    return Reply(404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"})


_WINDOW = Window(start=T0 + timedelta(minutes=8), end=T0 + timedelta(minutes=24))
_SETTINGS = {"repositories": list(REPOSITORIES)}
_SERVICES = (
    {"service_id": "cart", "repositories": ["acme/cart"]},
    {"service_id": "checkout", "repositories": ["https://github.com/acme/checkout.git"]},
)

CASES = (
    http_case(
        "github",
        "changes",
        ChangesRequest(window=_WINDOW, baseline=Window(start=T0, end=T0 + timedelta(minutes=5))),
        GithubServer(),
        _SETTINGS | {"kinds": ["commit", "deploy", "release", "pull-request", "check"]},
        services=_SERVICES,
    ),
    http_case("github", "code", CodeRequest(window=_WINDOW, text="size"), GithubServer(), _SETTINGS, _SERVICES),
    http_case("github", "tickets", TicketsRequest(window=_WINDOW), GithubServer(), _SETTINGS, _SERVICES),
)
