"""What GitLab's answers say, in our words. Each raises LookupError, TypeError or ValueError for another shape."""

from base64 import b64decode
from collections.abc import Sequence
from typing import Any

from inquest.contracts.latest import ChangeData, CodeData, TicketData
from inquest.gateway.domain.failure import ProviderError
from inquest.gateway.domain.forge import file_diff, seconds, sha

_NOT_BEGUN = ("created", "blocked", "skipped")
_ENDED = ("success", "failed", "canceled", "skipped")


def commit_of(raw: Any, repository: str) -> ChangeData:
    """Return a commit of a list. Its time is the committer's: when it came to be as it is, not when it was begun."""
    return ChangeData(
        time=seconds(raw["committed_date"]),
        kind="commit",
        ref=sha(raw["id"]),
        author=raw.get("author_name"),
        message=raw["message"].strip(),
        repository=repository,
        url=raw.get("web_url") or "",
    )


def files_of(files: Sequence[Any]) -> tuple[list[str], str, bool]:
    """Return the names of a commit's files, its diff, and whether GitLab left a part of it out for its size."""
    parts = [
        file_diff(
            None if one.get("new_file") else one["old_path"],
            None if one.get("deleted_file") else one["new_path"],
            one["diff"] or "",
        )
        for one in files
    ]
    cut = any(one.get("too_large") or one.get("collapsed") for one in files)
    return [str(one["new_path"]) for one in files], "".join(parts), cut


def deploy_of(raw: Any, repository: str) -> ChangeData | None:
    """Return a deployment: it began when its job did; None for one that has not begun."""
    status, job, environment = raw["status"], raw.get("deployable") or {}, raw["environment"]["name"]
    if status in _NOT_BEGUN:
        return None
    ended = job.get("finished_at") or (raw["updated_at"] if status in _ENDED else None)
    return ChangeData(
        time=seconds(job.get("started_at") or raw["created_at"]),
        kind="deploy",
        ref=sha(raw["sha"]),
        author=_username(raw.get("user")),
        message=f"Deploy of {raw['ref']} to {environment}",
        ended_at=seconds(ended) if ended else None,
        status=status,
        environment=environment,
        repository=repository,
        url=job.get("web_url") or "",
    )


def release_of(raw: Any, repository: str) -> ChangeData:
    """Return a release."""
    return ChangeData(
        time=seconds(raw["released_at"]),
        kind="release",
        ref=raw["tag_name"],
        author=_username(raw.get("author")),
        message=_text(raw.get("name") or raw["tag_name"], raw.get("description")),
        after=(raw.get("commit") or {}).get("id"),
        status="upcoming" if raw.get("upcoming_release") else "released",
        repository=repository,
        url=(raw.get("_links") or {}).get("self") or "",
    )


def merge_request_of(raw: Any, repository: str) -> ChangeData | None:
    """Return a merge request; None where nobody knows when it was merged. `after` is the commit that it became."""
    if not raw["merged_at"]:
        return None
    return ChangeData(
        time=seconds(raw["merged_at"]),
        kind="pull-request",
        ref=f"!{int(raw['iid'])}",
        author=_username(raw.get("author")),
        message=_text(raw["title"], raw.get("description")),
        after=raw.get("merge_commit_sha") or raw.get("squash_commit_sha") or raw.get("sha"),
        status="merged",
        repository=repository,
        url=raw.get("web_url") or "",
    )


def pipeline_of(raw: Any, repository: str) -> ChangeData:
    """Return a pipeline. Its last update is its end, where it has ended."""
    status = raw["status"]
    return ChangeData(
        time=seconds(raw["created_at"]),
        kind="check",
        ref=sha(raw["sha"]),
        message=f"Pipeline {int(raw['id'])} of {raw['ref']} ({raw.get('source') or 'unknown source'})",
        ended_at=seconds(raw["updated_at"]) if status in _ENDED else None,
        status=status,
        repository=repository,
        url=raw.get("web_url") or "",
    )


def found_of(raw: Any, repository: str, text: str) -> CodeData | None:
    """Return a stretch of lines that was found; None for one without the text, such as a match of a file's name."""
    data, start = raw["data"].rstrip("\n"), int(raw["startline"])
    if text.casefold() not in data.casefold():
        return None
    return CodeData(
        repository=repository,
        path=raw["path"],
        ref=raw["ref"],
        line_start=start,
        line_end=start + data.count("\n"),
        text=data,
    )


def code_of(raw: Any, repository: str, ref: str) -> CodeData:
    """Return a file. Raises ProviderError (unsupported) for what is no text."""
    if raw["encoding"] != "base64":
        raise ValueError(raw["encoding"])
    text = b64decode(raw["content"]).decode(errors="replace")
    if "\0" in text:
        raise ProviderError("unsupported", f"{raw['file_path']} is no text")
    lines = len(text.splitlines())
    return CodeData(
        repository=repository,
        path=raw["file_path"],
        ref=ref,
        line_end=max(1, lines),
        text=text,
        commit=raw.get("last_commit_id") or "",
    )


def blame_of(raw: Any, file: CodeData) -> list[CodeData]:
    """Return a part for each stretch of lines that came with one commit."""
    if not isinstance(raw, list):
        raise TypeError("no list")
    parts, start = [], 1
    for one in raw:
        commit, lines = one["commit"], one["lines"]
        known = {
            "line_start": start,
            "line_end": start + len(lines) - 1,
            "text": "\n".join(lines),
            "author": str(commit["author_name"]),
            "commit": sha(commit["id"]),
            "time": seconds(commit["committed_date"]),
        }
        parts.append(file.model_copy(update=known))
        start += len(lines)
    return parts


def ticket_of(raw: Any, repository: str, services: list[str]) -> TicketData:
    """Return an issue."""
    return TicketData(
        ticket_id=f"{repository}#{int(raw['iid'])}",
        title=raw["title"],
        kind=raw.get("issue_type") or "issue",
        status=raw["state"],
        services=services,
        created_at=seconds(raw["created_at"]),
        updated_at=seconds(raw["updated_at"]),
        resolved_at=seconds(raw["closed_at"]) if raw.get("closed_at") else None,
        author=_username(raw.get("author")) or "",
        assignee=_username(raw.get("assignee")) or "",
        text=raw.get("description") or "",
        labels=list(raw.get("labels", ())),
        url=raw.get("web_url") or "",
    )


def _username(person: Any) -> str | None:
    return person["username"] if person else None


def _text(title: str, body: str | None) -> str:
    return f"{title}\n\n{body}" if body else title
