"""GitHub: deployments, workflow runs, pushes and releases are changes to what runs.

A deployment and a run are told several times. All tellings have one dedup key, and the label `phase` says which it is:
a reader of changes takes the time of "started" where there is one, since a fault may show before "finished".
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from inquest.config.source_rules import GitHubRules, fits
from inquest.contracts.v1.signal import FILES_MAX, ChangeKind, SignalChange
from inquest.intake.domain.payload import labelled, links, understood
from inquest.intake.domain.reading import Reading, content_key
from inquest.intake.domain.source import Delivered, Source, json_object
from inquest.intake.domain.sources.github_payload import Commit, Delivery, Deployed, Deployment, Push, Ran, Released

EVENT = "x-github-event"
DELIVERY = "x-github-delivery"
COMMITS_MAX = 20  # of one push: the newest
FILE_CHARS_MAX = 300
_FORM = b"payload="
_PHASES = {"in_progress": "started", "success": "finished", "failure": "finished", "error": "finished"}
_PULL_REQUESTS = ("pull_request", "pull_request_target", "merge_group")
_NO_OUTCOME = ("skipped", "neutral", "stale", "action_required")


Changes = tuple[Reading, ...] | str
"""What was changed, or why nothing was."""


def decode(raw: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON of a delivery; GitHub's own default is a form with the JSON in it. Raises Refused."""
    if raw.startswith(_FORM):
        raw = parse_qs(raw.decode(errors="replace"), max_num_fields=10).get("payload", [""])[0].encode()
    return json_object(raw, headers)


def read(body: dict[str, Any], delivered: Delivered) -> tuple[Reading, ...]:
    """Return the changes that a delivery reports."""
    event = delivered.headers.get(EVENT) or _event(body)
    if event == "ping":
        reason = "GitHub reached Inquest"
        return (Reading(content_key(body), None, delivered.received_at, "ping", reason, is_ping=True),)
    reader = _READERS.get(event)
    found = reader(body, delivered) if reader else "it changes nothing that runs"
    if isinstance(found, str):
        action = body.get("action")
        title = f"{event} {action}" if isinstance(action, str) else event
        reason = f"Inquest does not act on this {title[:100]}: {found}"
        return (Reading(content_key(body), None, delivered.received_at, title, reason),)
    return found


SOURCE = Source("github", read, lambda _, headers: headers.get(DELIVERY), (EVENT, DELIVERY), decode)


def _event(body: Mapping[str, Any]) -> str:
    """Return the event of a delivery that came without its header."""
    for name in ("deployment_status", "deployment", "workflow_run", "release"):
        if name in body:
            return name
    return "push" if "commits" in body else "ping" if "zen" in body else "event"


def _push(body: dict[str, Any], delivered: Delivered) -> Changes:
    push = understood(Push, body, "a push")
    branch = push.ref.removeprefix("refs/heads/")
    branches = delivered.settings.github.branches or (push.repository.default_branch or "main",)
    if push.deleted or not push.ref.startswith("refs/heads/"):
        return "no branch has new commits"
    if not fits(branches, (branch,)):
        return f"the branch {branch} is none of {', '.join(branches)[:200]}"
    commits = push.commits[-COMMITS_MAX:] or ((push.head_commit,) if push.head_commit else ())
    if not commits:
        return "it brings no commits"
    more = len(push.commits) - len(commits)
    at = push.repository.pushed_at  # it was in no running system before, however old it is
    return tuple(
        _commit(push, branch, commit, at or commit.timestamp or delivered.received_at, more) for commit in commits
    )


def _commit(push: Push, branch: str, commit: Commit, at: datetime, more: int) -> Reading:
    files = tuple(dict.fromkeys((*commit.added, *commit.modified, *commit.removed)))
    first_line = commit.message.strip().partition("\n")[0]
    return _reading(
        push,
        f"push:{push.repository.full_name}:{branch}:{commit.id}",
        at,
        first_line or f"Commit {commit.id[:12]} to {push.repository.full_name}",
        ("commit", commit.id),
        author=commit.author.username or commit.author.name,
        url=commit.url,
        files=tuple(file for file in files if len(file) <= FILE_CHARS_MAX)[:FILES_MAX],
        hints=_folders(files),
        labels={"branch": branch, "files": len(files), "older_commits_left_out": more or ""},
    )


def _folders(files: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the folders of files: in a repository of many services, one may be a service's."""
    return tuple(dict.fromkeys(part for file in files[:1000] for part in file.split("/")[:-1]))[:100]


def _deployment(body: dict[str, Any], delivered: Delivered) -> Changes:
    said = understood(Deployed, body, "a deployment")
    deployment, status = said.deployment, said.deployment_status
    environment = (status.environment if status else "") or deployment.environment
    if why := _why_not_there(environment, deployment, delivered.settings.github):
        return why
    phase, state, at = "requested", "", deployment.created_at
    if status:
        if status.state not in _PHASES:
            return f"nothing has changed yet, or any more: it is {status.state or 'without a state'}"
        phase, state, at = _PHASES[status.state], status.state, status.created_at
    repository, ref = said.repository, deployment.ref or deployment.sha[:12]
    services = tuple(_texts_of(deployment.payload))
    title = f"Deploy of {repository.full_name} {ref} to {environment or 'an environment'}"
    return (
        _reading(
            said,
            f"deployment:{repository.full_name}:{deployment.id}:{status.id or state if status else phase}",
            at or delivered.received_at,
            f"{title}: {state}" if state else title,
            ("deploy", deployment.sha or deployment.ref),
            author=deployment.creator.login,
            url=(status.target_url or status.log_url if status else "") or repository.html_url,
            environment=environment,
            services=tuple((name,) for name in services),
            labels={"phase": phase, "state": state, "ref": deployment.ref, "description": deployment.description},
            dedup_key=f"github:deployment:{repository.full_name}:{deployment.id}",
        ),
    )


def _why_not_there(environment: str, deployment: Deployment, rules: GitHubRules) -> str:
    if rules.environments and not fits(rules.environments, (environment,)):
        return f"the environment {environment} is none of {', '.join(rules.environments)[:200]}"
    if deployment.transient_environment and not rules.environments:
        return f"the environment {environment} is a passing one, such as a preview"
    return ""


def _texts_of(payload: Any) -> Iterator[str]:
    """Yield the services that a deployment's own payload names: `{"service": "cart"}`, or several."""
    named = (payload.get("services") or payload.get("service")) if isinstance(payload, dict) else None
    for name in named[:50] if isinstance(named, list) else (named,):
        if isinstance(name, str) and name.strip():
            yield name.strip()[:200]


def _workflow_run(body: dict[str, Any], delivered: Delivered) -> Changes:
    said = understood(Ran, body, "a workflow run")
    run, rules = said.workflow_run, delivered.settings.github
    file = run.path.partition("@")[0].rpartition("/")[2]
    if not fits(rules.workflows, (run.name, file)):
        return f"the workflow {run.name or file} is none of {', '.join(rules.workflows)[:200]}"
    if run.event in _PULL_REQUESTS:
        return "it ran for a pull request"
    if said.action not in {"in_progress", "completed"} or run.conclusion in _NO_OUTCOME:
        return f"nothing ran: {run.conclusion or said.action or 'no action'}"
    repository, done = said.repository, said.action == "completed"
    phase, state = ("finished", run.conclusion) if done else ("started", "in_progress")
    title = f"{run.name or file} of {repository.full_name} {run.head_branch}".rstrip()
    return (
        _reading(
            said,
            f"workflow_run:{repository.full_name}:{run.id}:{run.run_attempt}:{phase}",
            run.run_started_at or run.created_at or delivered.received_at,
            f"{title}: {state}" if state else title,
            ("deploy", run.head_sha or run.id),
            author=run.actor.login,
            url=run.html_url,
            labels={"phase": phase, "state": state, "branch": run.head_branch, "workflow": run.name or file},
            dedup_key=f"github:run:{repository.full_name}:{run.id}:{run.run_attempt}",
        ),
    )


def _release(body: dict[str, Any], delivered: Delivered) -> Changes:
    said = understood(Released, body, "a release")
    release = said.release
    if said.action != "published":
        return "a release counts when it is published"
    if release.prerelease and not delivered.settings.github.prereleases:
        return "it is a pre-release"
    title = f"Release {release.tag_name} of {said.repository.full_name}"
    return (
        _reading(
            said,
            f"release:{said.repository.full_name}:{release.id}",
            release.published_at or delivered.received_at,
            f"{title}: {release.name}" if release.name not in {"", release.tag_name} else title,
            ("deploy", release.tag_name or release.id),
            author=release.author.login,
            url=release.html_url,
            labels={"target": release.target_commitish},
        ),
    )


def _reading(
    said: Delivery,
    key: str,
    at: datetime,
    title: str,
    what: tuple[ChangeKind, str],
    *,
    author: str,
    url: str,
    labels: Mapping[str, object],
    environment: str = "",
    files: tuple[str, ...] = (),
    services: tuple[tuple[str, ...], ...] = (),
    hints: tuple[str, ...] = (),
    dedup_key: str = "",
) -> Reading:
    kind, ref = what
    shown = links(url)
    return Reading(
        key=key,
        kind="change",
        occurred_at=at,
        title=title,
        severity="info",
        services=services,
        hints=hints,
        labels=labelled(labels),
        dedup_key=dedup_key,
        links=shown,
        change=SignalChange(
            kind=kind,
            ref=ref,
            repository=said.repository.full_name,
            author=author or said.sender.login,
            environment=environment,
            url=shown[0] if shown else "",
            files=files,
        ),
    )


_READERS: dict[str, Callable[[dict[str, Any], Delivered], Changes]] = {
    "push": _push,
    "deployment": _deployment,
    "deployment_status": _deployment,
    "workflow_run": _workflow_run,
    "release": _release,
}
