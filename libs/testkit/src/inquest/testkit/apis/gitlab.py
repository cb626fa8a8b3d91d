"""A GitLab of two projects: REST version 4 as docs.gitlab.com documents it, with pages by Link headers."""

import re
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from inquest.contracts.latest import ChangesRequest, CodeRequest, TicketsRequest, Window
from inquest.testkit.apis.github import paged
from inquest.testkit.backends import Received, Reply
from inquest.testkit.providers import PLANTED, http_case

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)
PROJECTS = ("acme/shop/cart", "acme/checkout")
_POOL = "def pool():\n    size = 10\n    return size\n"


def at(minutes: float) -> str:
    """Return a time after T0 as GitLab writes it."""
    return (T0 + timedelta(minutes=minutes)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sha_of(project: str, number: int) -> str:
    """Return the id of a project's commit."""
    return f"{PROJECTS.index(project) + 1:x}{number:039x}"


def _commits(received: Received, project: str) -> Reply:
    since, until = received.query["since"][0], received.query["until"][0]
    found = [
        {"id": sha_of(project, number), "message": f"Pool of {number}\n\nnot {PLANTED}\n", "author_name": "Ada"}
        | {
            "authored_date": at(0),
            "committed_date": at(3 * number),
            "web_url": f"https://gitlab.com/{project}/-/commit",
        }
        for number in reversed(range(8))
    ]
    return paged(received, [one for one in found if since <= one["committed_date"] <= until])


def _diff(received: Received, _: str, sha: str) -> Reply:
    number = int(sha[1:], 16)
    hunk = f"@@ -1,2 +1,2 @@\n def pool():\n-    size = {number}\n+    size = {number + 1}\n"
    paths = {"old_path": "src/pool.py", "new_path": "src/pool.py"}
    file = {"diff": hunk, "new_file": False, "renamed_file": False, "deleted_file": False, **paths}
    new = {"diff": "", "new_file": True, "too_large": number == 7, "old_path": "lock", "new_path": "lock"}
    return paged(received, [file, new])


def _deployments(received: Received, project: str) -> Reply:
    if received.query["order_by"] != ["updated_at"]:
        return Reply(400, {"message": "updated_at filter requires `updated_at` sort"})
    found: list[dict[str, Any]] = [
        {"id": number, "iid": number, "sha": sha_of(project, number), "ref": "main", "user": {"username": "bot"}}
        | {"created_at": at(3 * number + 1), "updated_at": at(3 * number + 2), "environment": {"name": "production"}}
        | {"status": ("success", "success", "failed", "created")[number % 4]}
        | {
            "deployable": {"started_at": at(3 * number + 1.5), "finished_at": at(3 * number + 2)}
            if number % 2
            else None
        }
        for number in reversed(range(8))
    ]
    return paged(received, [one for one in found if one["updated_at"] > received.query["updated_after"][0]])


def _releases(received: Received, project: str) -> Reply:
    found = [
        {"tag_name": f"v{number}", "name": "", "description": "notes", "released_at": at(3 * number + 2.5)}
        | {"author": {"username": "ada"}, "commit": {"id": sha_of(project, number)}, "_links": {"self": "https://x"}}
        for number in reversed(range(6))
    ]
    return paged(received, found)


def _merge_requests(received: Received, project: str) -> Reply:
    found: list[dict[str, Any]] = [
        {"iid": number, "title": f"Pool {number}", "description": None, "author": {"username": "ada"}}
        | {"merged_at": at(3 * number), "updated_at": at(3 * number + 1), "merge_commit_sha": sha_of(project, number)}
        for number in reversed(range(8))
    ]
    return paged(received, [one for one in found if one["updated_at"] > received.query["updated_after"][0]])


def _pipelines(received: Received, project: str) -> Reply:
    found = [
        {"id": number, "sha": sha_of(project, number), "ref": "main", "source": "push", "web_url": "https://x"}
        | {"status": "failed" if number % 2 else "running", "created_at": at(3 * number), "updated_at": at(30)}
        for number in reversed(range(8))
    ]
    return paged(received, found)


def _search(received: Received, _: str) -> Reply:
    if received.query["search"][0].lower() not in _POOL:
        return Reply(body=[])
    ref = received.query.get("ref", ["main"])[0]
    found = [
        {"basename": name, "path": f"src/{name}.py", "data": _POOL, "ref": ref, "startline": 4, "project_id": 1}
        for name in "bac"
    ]
    return paged(received, [*found, {**found[0], "path": "src/pool.py", "data": "nothing of it\n"}])


def _file(received: Received, _: str, path: str) -> Reply:
    if unquote(path) != "src/pool.py" or received.query["ref"][0] not in {"HEAD", "v1"}:
        return Reply(404, {"message": "404 File Not Found"})
    content = b64encode(_POOL.encode()).decode()
    return Reply(
        body={"file_path": unquote(path), "encoding": "base64", "content": content, "last_commit_id": "1" * 40}
    )


def _blame(_: Received, project: str, path: str) -> Reply:
    if unquote(path) != "src/pool.py":
        return Reply(404, {"message": "404 File Not Found"})
    lines = _POOL.splitlines()
    commits = [
        {"id": sha_of(project, number), "author_name": "Ada", "committed_date": at(3 * number)} for number in range(2)
    ]
    return Reply(body=[{"commit": commits[0], "lines": lines[:2]}, {"commit": commits[1], "lines": lines[2:]}])


def _issue(number: int) -> dict[str, Any]:
    return {
        "iid": number,
        "title": f"Checkout is slow ({number})",
        "description": f"seen with {PLANTED}",
        "state": "closed" if number % 2 else "opened",
        "issue_type": "incident" if number % 2 else "issue",
        "author": {"username": "eve"},
        "assignee": None,
        "labels": ["bug"],
        "created_at": at(2 * number),
        "updated_at": at(2 * number + 5),
        "closed_at": at(2 * number + 5) if number % 2 else None,
    }


def _issues(received: Received, _: str) -> Reply:
    since = received.query["updated_after"][0]
    return paged(received, [one for one in map(_issue, range(10)) if one["updated_at"] > since])


def _one_issue(_: Received, __: str, number: str) -> Reply:
    return Reply(body=_issue(int(number))) if int(number) < 10 else Reply(404, {"message": "404 Not found"})


_ROUTES: tuple[tuple[str, Callable[..., Reply]], ...] = (
    ("", lambda _, project: Reply(body={"path_with_namespace": project})),
    ("/repository/commits", _commits),
    ("/repository/commits/([0-9a-f]{40})/diff", _diff),
    ("/deployments", _deployments),
    ("/releases", _releases),
    ("/merge_requests", _merge_requests),
    ("/pipelines", _pipelines),
    ("/search", _search),
    ("/repository/files/([^/]+)", _file),
    ("/repository/files/([^/]+)/blame", _blame),
    ("/issues", _issues),
    (r"/issues/(\d+)", _one_issue),
)


def serve(received: Received) -> Reply:
    """Answer one request."""
    found = re.fullmatch(r"/projects/([^/]+)(/.*)?", received.path)
    if found and unquote(found[1]) in PROJECTS:
        for pattern, answer in _ROUTES:
            if route := re.fullmatch(pattern, found[2] or ""):
                return answer(received, unquote(found[1]), *route.groups())
    return Reply(404, {"message": "404 Project Not Found"})


_WINDOW = Window(start=T0 + timedelta(minutes=8), end=T0 + timedelta(minutes=24))
_SETTINGS = {"repositories": list(PROJECTS)}
_SERVICES = (
    {"service_id": "cart", "repositories": ["acme/shop/cart"]},
    {"service_id": "checkout", "repositories": ["https://gitlab.com/acme/checkout.git"]},
)

CASES = (
    http_case(
        "gitlab",
        "changes",
        ChangesRequest(window=_WINDOW, baseline=Window(start=T0, end=T0 + timedelta(minutes=5))),
        serve,
        _SETTINGS | {"kinds": ["commit", "deploy", "release", "pull-request", "check"]},
        services=_SERVICES,
    ),
    http_case("gitlab", "code", CodeRequest(window=_WINDOW, text="size"), serve, _SETTINGS, _SERVICES),
    http_case("gitlab", "tickets", TicketsRequest(window=_WINDOW), serve, _SETTINGS, _SERVICES),
)
