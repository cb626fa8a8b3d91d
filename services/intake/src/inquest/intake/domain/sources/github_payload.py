"""What GitHub sends, as far as Inquest reads it."""

from typing import Any

from inquest.intake.domain.payload import Key, Line, Moment, Payload, Word


class Person(Payload):
    """Who did it."""

    login: Word = ""
    username: Word = ""
    name: Word = ""


class Repository(Payload):
    """Where the code lies."""

    full_name: Key
    default_branch: Word = ""
    html_url: str = ""
    pushed_at: Moment | None = None


class Commit(Payload):
    """One commit of a push."""

    id: Word = ""
    message: str = ""
    timestamp: Moment | None = None
    url: str = ""
    author: Person = Person()
    added: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Deployment(Payload):
    """A deployment, as it was asked for."""

    id: Key
    sha: Word = ""
    ref: Word = ""
    environment: Word = ""
    description: Word = ""
    payload: Any = None
    created_at: Moment | None = None
    creator: Person = Person()
    transient_environment: bool = False


class Status(Payload):
    """What became of a deployment."""

    id: Word = ""
    state: Word = ""
    created_at: Moment | None = None
    environment: Word = ""
    target_url: str = ""
    log_url: str = ""


class Run(Payload):
    """A run of a workflow."""

    id: Key
    name: Word = ""
    path: Word = ""
    event: Word = ""
    head_branch: Word = ""
    head_sha: Word = ""
    conclusion: Word = ""
    run_attempt: int = 1
    run_started_at: Moment | None = None
    created_at: Moment | None = None
    html_url: str = ""
    actor: Person = Person()


class Release(Payload):
    """A release."""

    id: Key
    tag_name: Word = ""
    name: Line = ""
    target_commitish: Word = ""
    prerelease: bool = False
    published_at: Moment | None = None
    html_url: str = ""
    author: Person = Person()


class Delivery(Payload):
    """What all events have."""

    action: Word = ""
    repository: Repository
    sender: Person = Person()


class Push(Delivery):
    """The event `push`."""

    ref: Word = ""
    deleted: bool = False
    commits: tuple[Commit, ...] = ()
    head_commit: Commit | None = None


class Deployed(Delivery):
    """The events `deployment` and `deployment_status`."""

    deployment: Deployment
    deployment_status: Status | None = None


class Ran(Delivery):
    """The event `workflow_run`."""

    workflow_run: Run


class Released(Delivery):
    """The event `release`."""

    release: Release
