"""The folder of a recording: the calls of an incident's investigations, and what was answered.

`recording.json` says what it is of; `calls.ndjson` has a record (ToolCall) in each line, in the order of the calls;
`payloads/<sha256>` are the answers, compressed as they were stored, under the hash of what they hold.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from inquest.contracts.errors import Impossible
from inquest.contracts.latest import (
    RESPONSES,
    Domain,
    DomainRequest,
    DomainResponse,
    Id,
    Message,
    ToolCall,
    Window,
)
from inquest.contracts.payloads import decode, encode
from inquest.contracts.text import flaws
from inquest.gateway.domain.request import request_of

FORMAT = 1
_SETS = ("services", "names", "ids", "kinds", "trace_ids")
_ABOUT, _CALLS, _PAYLOADS = "recording.json", "calls.ndjson", "payloads"


class About(Message):
    """What a recording is of."""

    format: int = FORMAT
    tenant: Id
    incident_id: str = ""
    investigations: tuple[Id, ...] = ()
    title: str = ""
    services: tuple[str, ...] = ()
    window: Window | None = None
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that was opened. `of_question` has the call that answered each question."""

    path: Path
    about: About
    calls: tuple[ToolCall, ...]
    of_question: Mapping[str, ToolCall] = field(default_factory=dict)

    def answered(self, domain: Domain) -> list[ToolCall]:
        """Return the calls of a domain that brought something."""
        return [one for one in self.calls if one.domain == domain and one.payload_sha256]

    def response(self, call: ToolCall) -> DomainResponse:
        """Return what a call was answered. Raises Impossible where the file is missing or was changed."""
        path = self.path / _PAYLOADS / _name(call.payload_sha256)
        try:
            found = decode(path.read_bytes(), RESPONSES[call.domain])
        except OSError as error:
            raise Impossible(f"{path} cannot be read: {error.strerror}") from error
        if encode(found).sha256 != call.payload_sha256:
            raise Impossible(f"{path} is not what was recorded: its hash is another")
        return found


def question(domain: Domain, request: DomainRequest) -> str:
    """Return what makes two requests the same question, whatever the order of their lists."""
    fields = request.model_dump(mode="json")
    fields |= {name: sorted(set(fields[name])) for name in _SETS if name in fields}
    return json.dumps([domain, fields], sort_keys=True)


def open_recording(path: Path) -> Recording:
    """Return the recording in a folder. Raises Impossible."""
    try:
        about = About.model_validate_json((path / _ABOUT).read_bytes())
        lines = (path / _CALLS).read_bytes().splitlines()
        calls = tuple(ToolCall.model_validate_json(line) for line in lines)
    except OSError as error:
        raise Impossible(f"{path} is no recording: {error.filename or path}: {error.strerror}") from error
    except ValidationError as error:
        raise Impossible(f"{path} is no recording: {flaws(error)}") from error
    if about.format != FORMAT:
        raise Impossible(f"{path} has format {about.format}, this is for {FORMAT}: upgrade Inquest")
    of_question: dict[str, ToolCall] = {}
    for one in calls:
        if one.query is None:
            continue
        try:
            key = question(one.domain, request_of(one.domain, one.query))
        except Impossible:  # the domain did not take it then either: it is no question that is asked again
            continue
        if one.payload_sha256 or key not in of_question:  # what brought something counts
            of_question[key] = one
    return Recording(path, about, calls, of_question)


def write_recording(path: Path, about: About, calls: Iterable[ToolCall], payloads: Mapping[str, bytes]) -> About:
    """Write a recording into a folder that is new or empty; `payloads` are by `payload_sha256`. Raises Impossible.

    A call whose answer is not among them says that it was lost.
    """
    if path.exists() and any(path.iterdir()):
        raise Impossible(f"{path} is not empty: choose another folder")
    (path / _PAYLOADS).mkdir(parents=True, exist_ok=True)
    for sha256, data in payloads.items():
        (path / _PAYLOADS / _name(sha256)).write_bytes(data)
    kept = [one if one.payload_sha256 in payloads else _lost(one) for one in sorted(calls, key=_order)]
    (path / _CALLS).write_text("".join(f"{one.model_dump_json()}\n" for one in kept))
    about = about.model_copy(update={"calls": len(kept)})
    (path / _ABOUT).write_text(f"{about.model_dump_json(indent=1)}\n")  # last: a folder without it is no recording
    return about


def _lost(call: ToolCall) -> ToolCall:
    if not call.payload_sha256:
        return call
    reason = "; ".join(part for part in (call.reason, "what was answered is no longer kept") if part)
    return call.model_copy(update={"payload_sha256": "", "reason": reason})


def _order(call: ToolCall) -> tuple[str, str]:
    return call.called_at.isoformat(), call.call_id


def _name(sha256: str) -> str:
    """Return the hash as the name of a file. Raises Impossible for what is none: it comes from a file."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise Impossible(f"{sha256!r:.80} is no SHA-256")
    return sha256
