"""Domains `changes` and `flags`: what people and pipelines did to the system."""

from pydantic import Field

from inquest.contracts.message import Message
from inquest.contracts.v1.domains.paging import DomainRequest, DomainResponse


class ChangesRequest(DomainRequest):
    """`kinds`: deploy, commit, config, scale, release, …; `ids`: refs. `diffs` false leaves diffs out.

    Where `rows_max` cuts, the newest changes are kept: what went live last matters most.
    """

    kinds: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    repository: str = ""
    diffs: bool = True


class ChangeData(Message):
    """A deploy, commit, flag or configuration change. `time` and `ended_at` in epoch seconds."""

    time: float
    kind: str
    service: str | None = None
    ref: str = ""
    author: str | None = None
    message: str | None = None
    files: list[str] = Field(default_factory=list)
    diff: str | None = None
    before: str | None = None
    after: str | None = None
    ended_at: float | None = None
    status: str = ""  # as the source says it: success, failure, in_progress, …
    environment: str = ""
    repository: str = ""
    url: str = ""
    diff_cut: bool = False  # the diff is longer than what is here


class ChangesResponse(DomainResponse):
    """Domain `changes`."""

    changes: list[ChangeData] = Field(default_factory=list)


class FlagsRequest(DomainRequest):
    """`names` are keys of flags. `states` true asks for what each flag is now, beside the history."""

    names: tuple[str, ...] = ()
    environment: str = ""
    states: bool = True


class FlagData(Message):
    """What a flag is at the moment of the call. `updated_at` in epoch seconds."""

    name: str
    enabled: bool
    service: str | None = None
    environment: str = ""
    variation: str = ""  # what most are served
    rollout_percent: float | None = None
    rules: str = ""  # targeting, as the source writes it
    updated_at: float | None = None
    url: str = ""


class FlagsResponse(ChangesResponse):
    """Domain `flags`: `changes` is the history in the window (kind `flag`), `flags` the state."""

    flags: list[FlagData] = Field(default_factory=list)
