"""What GitHub's answers say, in our words. Each raises LookupError, TypeError or ValueError for another shape."""

from base64 import b64decode
from collections.abc import Sequence
from typing import Any

from inquest.contracts.latest import ChangeData, CodeData, TicketData
from inquest.gateway.domain.failure import ProviderError
from inquest.gateway.domain.forge import file_diff, seconds, sha

_ENDED = ("success", "failure", "error")


def commit_of(raw: Any, repository: str) -> ChangeData:
    """Return a commit of a list. Its time is the committer's: when it came to be as it is, not when it was begun."""
    commit = raw["commit"]
    return ChangeData(
        time=seconds(commit["committer"]["date"]),
        kind="commit",
        ref=sha(raw["sha"]),
        author=_login(raw.get("author")) or (commit.get("author") or {}).get("name"),
        message=commit["message"],
        repository=repository,
        url=raw.get("html_url") or "",
    )


def files_of(files: Sequence[Any]) -> tuple[list[str], str, bool]:
    """Return the names of a commit's files, its diff, and whether GitHub left a part of it out for its size."""
    parts, cut = [], False
    for one in files:
        name, status, hunks = str(one["filename"]), one["status"], one.get("patch") or ""
        old = None if status == "added" else str(one.get("previous_filename") or name)
        parts.append(file_diff(old, None if status == "removed" else name, hunks))
        cut |= not hunks and bool(one.get("changes"))  # binary files count no changed lines
    return [str(one["filename"]) for one in files], "".join(parts), cut


def deploy_of(raw: Any, statuses: Any, repository: str) -> ChangeData:
    """Return a deployment: it began when it was first under way, and ended with its first outcome.

    `inactive` only says that a later one took its place.
    """
    told = sorted((seconds(one["created_at"]), str(one["state"])) for one in statuses)
    began = [at for at, state in told if state == "in_progress"]
    ended = [(at, state) for at, state in told if state in _ENDED]
    states = [state for _, state in told if state != "inactive"]
    environment = str(raw.get("environment") or "")
    return ChangeData(
        time=began[0] if began else seconds(raw["created_at"]),
        kind="deploy",
        ref=sha(raw["sha"]),
        author=_login(raw.get("creator")),
        message=raw.get("description") or f"Deploy of {raw.get('ref') or raw['sha'][:12]} to {environment}",
        ended_at=ended[0][0] if ended else None,
        status=ended[0][1] if ended else (states[-1] if states else "created"),
        environment=environment,
        repository=repository,
        url=next((one["log_url"] for one in statuses if one.get("log_url")), ""),
    )


def release_of(raw: Any, repository: str) -> ChangeData | None:
    """Return a release; None for a draft."""
    if not raw["published_at"]:
        return None
    return ChangeData(
        time=seconds(raw["published_at"]),
        kind="release",
        ref=raw["tag_name"],
        author=_login(raw.get("author")),
        message=_text(raw.get("name") or raw["tag_name"], raw.get("body")),
        status="prerelease" if raw.get("prerelease") else "published",
        repository=repository,
        url=raw.get("html_url") or "",
    )


def pull_request_of(raw: Any, repository: str) -> ChangeData | None:
    """Return a pull request that was merged; None for one that was not. `after` is the commit that it became."""
    if not raw["merged_at"]:
        return None
    return ChangeData(
        time=seconds(raw["merged_at"]),
        kind="pull-request",
        ref=f"#{int(raw['number'])}",
        author=_login(raw.get("user")),
        message=_text(raw["title"], raw.get("body")),
        before=raw["base"]["sha"],
        after=raw.get("merge_commit_sha"),
        status="merged",
        repository=repository,
        url=raw.get("html_url") or "",
    )


def check_of(raw: Any, repository: str) -> ChangeData | None:
    """Return a check run; None for one that has not begun."""
    if not raw["started_at"]:
        return None
    return ChangeData(
        time=seconds(raw["started_at"]),
        kind="check",
        ref=sha(raw["head_sha"]),
        author=(raw.get("app") or {}).get("slug"),
        message=raw["name"],
        ended_at=seconds(raw["completed_at"]) if raw.get("completed_at") else None,
        status=raw.get("conclusion") or raw["status"],
        repository=repository,
        url=raw.get("html_url") or "",
    )


def code_of(raw: Any, repository: str, ref: str) -> CodeData:
    """Return a file. Raises ProviderError for what is no text, or too large for this way of asking."""
    if raw["type"] != "file":
        raise ProviderError("not-found", f"{raw['path']} is a {raw['type']} in {repository}")
    if raw["encoding"] != "base64":
        raise ProviderError("unsupported", f"{raw['path']} is larger than the 1 MB that GitHub answers with")
    text = b64decode(raw["content"]).decode(errors="replace")
    if "\0" in text:
        raise ProviderError("unsupported", f"{raw['path']} is no text")
    return CodeData(
        repository=repository,
        path=raw["path"],
        ref=ref,
        line_end=max(1, len(text.splitlines())),
        text=text,
        url=raw.get("html_url") or "",
    )


def ticket_of(raw: Any, repository: str, services: list[str]) -> TicketData:
    """Return an issue."""
    return TicketData(
        ticket_id=f"{repository}#{int(raw['number'])}",
        title=raw["title"],
        kind="issue",
        status=raw.get("state_reason") or raw["state"],
        services=services,
        created_at=seconds(raw["created_at"]),
        updated_at=seconds(raw["updated_at"]),
        resolved_at=seconds(raw["closed_at"]) if raw.get("closed_at") else None,
        author=_login(raw.get("user")) or "",
        assignee=_login(raw.get("assignee")) or "",
        text=raw.get("body") or "",
        labels=[one if isinstance(one, str) else one["name"] for one in raw.get("labels", ())],
        url=raw.get("html_url") or "",
    )


def _login(person: Any) -> str | None:
    return person["login"] if person else None


def _text(title: str, body: str | None) -> str:
    return f"{title}\n\n{body}" if body else title
