"""From a tool's answer to the rows of a domain: read, project, keep what was asked, in order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from inquest.contracts.latest import (
    RESPONSES,
    ChangeData,
    ChangesRequest,
    ChatMessageData,
    ChatRequest,
    CodeData,
    DashboardData,
    DocumentData,
    Domain,
    DomainRequest,
    DomainResponse,
    EdgeData,
    EventData,
    EventsRequest,
    FlagsRequest,
    LogsRequest,
    LogsResponse,
    Message,
    ObjectData,
    TicketData,
    TicketsRequest,
)
from inquest.gateway.domain.failure import ProviderError
from inquest.gateway.domain.pages import is_asked, is_severe, page
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.mcp.expressions import Scope, at, fields_of, rows_at
from inquest.gateway.mcp.mapping import Read
from inquest.gateway.mcp.patterns import compiled, encodable


class Unprojected(ProviderError):
    """The answer is not of the form that the mapping reads: the server has changed, or the mapping is wrong."""

    def __init__(self, reason: str) -> None:
        super().__init__("malformed", reason)


class LogLine(Message):
    """A row of the columns of `logs`."""

    time: float
    service: str = ""
    severity: str = ""
    message: str
    trace_id: str | None = None
    span_id: str | None = None


ROWS: Mapping[Domain, tuple[str, type[Message]]] = {
    "changes": ("changes", ChangeData),
    "flags": ("changes", ChangeData),
    "logs": ("", LogLine),
    "tickets": ("tickets", TicketData),
    "chat": ("messages", ChatMessageData),
    "events": ("events", EventData),
    "code": ("parts", CodeData),
    "documents": ("documents", DocumentData),
    "objects": ("objects", ObjectData),
    "dashboards": ("dashboards", DashboardData),
    "topology": ("edges", EdgeData),
}
"""Domains that a tool's rows can fill: the response's field, and the model of a row."""

RowT = TypeVar("RowT", bound=Message)


def body_of(read: Read, result: Mapping[str, Any]) -> Any:
    """Return what the tool answered, in the form that the mapping expects. Raises Unprojected."""
    if read.form in {"structured", "response"}:
        body = result.get("structuredContent")
        if body is None:
            raise Unprojected("the answer has no structuredContent")
        return body
    text = text_of(result)
    if read.form == "text":
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Unprojected(f"the answer is not JSON: {text[:100]!r}") from None


def failure_of(read: Read, result: Mapping[str, Any]) -> str:
    """Return the error in an answer that is not marked as one; empty: there is none."""
    if read.failed and (said := at(body_of(read, result), read.failed)):
        return str(said)
    text = text_of(result) if read.failed_text else ""
    return text if read.failed_text and compiled(read.failed_text).search(encodable(text)) else ""


def text_of(result: Mapping[str, Any]) -> str:
    """Return the text of a tool's answer. Raises Unprojected where it is not what the protocol says."""
    content = result.get("content")
    if not isinstance(content, list):
        raise Unprojected("the answer has no content")
    texts = (one.get("text") for one in content if isinstance(one, dict) and one.get("type") == "text")
    return "\n".join(text for text in texts if isinstance(text, str))


def raw_rows(read: Read, body: Any) -> list[Any]:
    """Return the rows of an answer as the server has them. Raises Unprojected."""
    if read.form == "text":
        return _matches(read, str(body))
    if at(body, read.rows) is None:
        raise Unprojected(f"the answer has no {read.rows or 'rows'}")
    found = rows_at(body, read.rows)
    if not found and read.empty:
        _says_so(read.empty, orjson.dumps(body).decode())
    shared = at(body, read.shared) if read.shared else None
    return [shared | one if isinstance(one, dict) else one for one in found] if isinstance(shared, dict) else found


def _matches(read: Read, text: str) -> list[Any]:
    if read.lines is None:
        return [{"text": text}] if text.strip() else []
    lines = compiled(read.lines)
    parts = [encodable(one) for one in (text.split(read.split) if read.split else [text])]
    found = [match.groupdict() for part in parts for match in lines.finditer(part)]
    if not found:
        _says_so(read.empty, text)
    return found


def _says_so(empty: str | None, text: str) -> None:
    if not (empty and compiled(empty).search(encodable(text))):
        raise Unprojected(f"nothing in the answer is a row, and it does not say that there is none: {text[:100]!r}")


def project(domain: Domain, read: Read, rows: Iterable[Any], scope: Scope) -> list[Any]:
    """Return the domain's rows. Raises Unprojected where one lacks what its model needs."""
    model = ROWS[domain][1]
    made = []
    for row in rows:
        try:
            made.append(model.model_validate(fields_of(read.fields, scope.at(row))))
        except ValidationError as error:
            (first, *_) = error.errors(include_url=False)
            raise Unprojected(
                f"a row of the answer has no good {'.'.join(map(str, first['loc']))}: {first['msg']}"
            ) from error
    return made


def respond(domain: Domain, rows: Sequence[Any], request: DomainRequest, *, whole: bool) -> DomainResponse:
    """Return the page of the rows that was asked for, in order, without those that were not asked for."""
    kept = sorted(_once(one for one in rows if _wanted(one, request)), key=_ORDER.get(domain, _time))
    if domain == "documents":
        kept = list(_once(rows))
    paged = page(kept, request, newest=domain in {"changes", "flags"})
    more: dict[str, Any] = {"next_cursor": paged.next_cursor, "truncated": paged.left > 0 or not whole}
    if domain == "logs":
        return _columns(paged.rows, more)
    return RESPONSES[domain].model_validate({ROWS[domain][0]: list(paged.rows), **more})


def _columns(rows: Sequence[Any], more: Mapping[str, Any]) -> LogsResponse:
    return LogsResponse(
        times=[one.time for one in rows],
        services=[one.service for one in rows],
        severities=[one.severity for one in rows],
        messages=[one.message for one in rows],
        trace_ids=[one.trace_id for one in rows],
        span_ids=[one.span_id for one in rows],
        **more,
    )


def _once(rows: Iterable[RowT]) -> Iterable[RowT]:
    """Leave out what came twice: pages that go on from a time overlap."""
    return {one.model_dump_json(): one for one in rows}.values()


def _time(row: Any) -> Any:
    return (row.time, row.model_dump_json())


_ORDER: Mapping[str, Callable[[Any], Any]] = {
    "tickets": lambda row: (row.created_at, row.ticket_id),
    "code": lambda row: (row.repository, row.path, row.line_start),
    "objects": lambda row: (row.kind, row.time or 0.0, row.object_id),
    "dashboards": lambda row: (row.title, row.dashboard_id),
    "topology": lambda row: (row.caller, row.callee),
    "documents": lambda _: 0,
}


def _wanted(row: Any, request: DomainRequest) -> bool:
    """Say whether a row was asked for. What the server has filtered already passes again."""
    return _KEPT.get(type(request), lambda _, __: True)(row, request)


def _change(row: Any, request: Any) -> bool:
    parts = ranges(request)  # what lies between belongs to it: a change acts on after it was made
    return bool(parts) and parts[0].start <= row.time < parts[-1].end and is_asked(row, request)


def _ticket(row: Any, request: Any) -> bool:
    if request.ids:
        return row.ticket_id in request.ids
    return (_inside(row.created_at, request) or _inside(row.updated_at, request)) and _in(row.kind, request.kinds)


def _chat(row: Any, request: Any) -> bool:
    asked = not request.ids or bool({row.thread_id, row.message_id} & {*request.ids})
    said = request.text.casefold() in row.text.casefold()
    return asked and said and _in(row.channel, request.names) and _inside(row.time, request)


def _event(row: Any, request: Any) -> bool:
    asked = _in(row.kind, request.kinds) and _in(row.entity, request.names)
    return asked and _of(row.service, request) and _inside(row.time, request)


def _log(row: Any, request: Any) -> bool:
    said = request.text.casefold() in row.message.casefold() and _in(row.trace_id, request.trace_ids)
    asked = said and is_severe(row.severity, request.severity_min) and _of(row.service, request)
    return asked and _inside(row.time, request)


_KEPT: Mapping[type[DomainRequest], Callable[[Any, Any], bool]] = {
    ChangesRequest: _change,
    FlagsRequest: _change,
    TicketsRequest: _ticket,
    ChatRequest: _chat,
    EventsRequest: _event,
    LogsRequest: _log,
}


def _inside(time: float | None, request: DomainRequest) -> bool:
    return time is not None and any(part.start <= time < part.end for part in ranges(request))


def _of(service: str | None, request: DomainRequest) -> bool:
    return not (request.services and service) or service in request.services


def _in(value: str | None, asked: Sequence[str]) -> bool:
    return not asked or value in asked
