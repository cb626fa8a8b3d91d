"""Domain `code`: what the source says, now or at a commit."""

from typing import Literal

from pydantic import Field

from inquest.contracts.message import Message
from inquest.contracts.v1.domains.paging import DomainRequest, DomainResponse

CodeOperation = Literal["search", "read", "blame"]


class CodeRequest(DomainRequest):
    """`search` wants `text`; `read` and `blame` want `path`. A window restricts nothing: code is as it is at `ref`.

    `ref` is a branch, tag or commit; empty: the default branch.
    """

    operation: CodeOperation = "search"
    repository: str = ""
    ref: str = ""
    path: str = ""
    text: str = Field(default="", max_length=1000)


class CodeData(Message):
    """A stretch of a file; lines count from 1. `author` and `time` (epoch seconds) are of the last change, by blame."""

    repository: str
    path: str
    ref: str = ""
    line_start: int = 1
    line_end: int = 1
    text: str = ""
    author: str = ""
    commit: str = ""
    time: float | None = None
    url: str = ""


class CodeResponse(DomainResponse):
    """Domain `code`, in order of repository, path and line."""

    parts: list[CodeData] = Field(default_factory=list)
