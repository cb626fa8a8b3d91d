"""The recording of an incident in which every domain was asked twice, with overlapping windows."""

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from inquest.contracts.latest import (
    REQUESTS,
    RESPONSES,
    ChangeData,
    ChatMessageData,
    CodeData,
    DashboardData,
    DocumentData,
    Domain,
    DomainResponse,
    EdgeData,
    EventData,
    ObjectData,
    Query,
    SeriesData,
    TicketData,
    ToolCall,
    Window,
)
from inquest.contracts.payloads import encode
from inquest.gateway.adapters.recording_folder import About, write_recording
from inquest.testkit.providers import PLANTED, ProviderCase, Source

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)
SERVICES = ("cart", "checkout")
TEXT = f"pool exhausted, not {PLANTED}"

_ROWS: dict[Domain, tuple[str, Callable[[int, float, str], Any]]] = {
    "changes": ("changes", lambda n, at, of: ChangeData(time=at, kind="deploy", service=of, ref=f"r{n}", message=TEXT)),
    "flags": ("changes", lambda n, at, of: ChangeData(time=at, kind="flag", service=of, ref=f"f{n}", message=TEXT)),
    "tickets": ("tickets", lambda n, at, of: TicketData(ticket_id=f"T-{n}", title=TEXT, created_at=at, services=[of])),
    "chat": ("messages", lambda n, at, of: ChatMessageData(time=at, message_id=f"m{n}", channel=of, text=TEXT)),
    "events": ("events", lambda n, at, of: EventData(time=at, kind="BackOff", service=of, message=f"{n} {TEXT}")),
    "code": ("parts", lambda n, _, of: CodeData(repository=f"acme/{of}", path="src/pool.py", line_start=n, text=TEXT)),
    "documents": ("documents", lambda n, _, of: DocumentData(document_id=f"d{n}", title=of, text=TEXT)),
    "objects": (
        "objects",
        lambda n, at, of: ObjectData(object_id=f"o{n}", kind=TEXT, service=of, time=at),
    ),
    "topology": ("edges", lambda n, _, of: EdgeData(caller=of, callee=f"db-{n:02}", kind=TEXT)),
    "dashboards": ("dashboards", lambda n, _, of: DashboardData(dashboard_id=f"b{n}", title=f"{of} {n:02} {TEXT}")),
}


def response(domain: Domain, numbers: range) -> DomainResponse:
    """Return what a source answered: a row of each of these minutes."""
    rows = [(n, T0.timestamp() + 60 * n, SERVICES[n % 2]) for n in numbers]
    if domain == "metrics":
        times = [at for _, at, _ in rows]
        made = [SeriesData(service=one, metric="latency", times=times, values=times) for one in SERVICES]
        return RESPONSES[domain].model_validate({"series": made})
    if domain in {"logs", "traces"}:
        return RESPONSES[domain].model_validate(_logs(rows) if domain == "logs" else _spans(rows))
    name, make = _ROWS[domain]
    return RESPONSES[domain].model_validate({name: [make(*row) for row in rows]})


def _logs(rows: list[tuple[int, float, str]]) -> dict[str, Any]:
    columns = {"times": [at for _, at, _ in rows], "services": [of for *_, of in rows]}
    texts = {"severities": ["ERROR"] * len(rows), "messages": [f"{n} {TEXT}" for n, *_ in rows]}
    return columns | texts | {"trace_ids": [None] * len(rows), "span_ids": [None] * len(rows)}


def _spans(rows: list[tuple[int, float, str]]) -> dict[str, Any]:
    return {
        "trace_ids": [f"t{n // 2}" for n, *_ in rows],
        "span_ids": [f"s{n}" for n, *_ in rows],
        "parent_ids": [None for _ in rows],
        "services": [of for *_, of in rows],
        "names": [TEXT for _ in rows],
        "starts": [at for _, at, _ in rows],
        "durations_ms": [5.0 for _ in rows],
        "errors": [n % 4 == 0 for n, *_ in rows],
        "attributes": [{"db": "cart"} for _ in rows],
    }


def window(start: int, end: int) -> Window:
    """Return a window in minutes after T0."""
    return Window(start=T0 + timedelta(minutes=start), end=T0 + timedelta(minutes=end))


def call(domain: Domain, number: int, minutes: range, **more: Any) -> tuple[ToolCall, dict[str, bytes]]:
    """Return the record of a call that asked for these minutes, and its payload by its hash."""
    payload = encode(response(domain, minutes))
    record = ToolCall(
        call_id=f"call-{domain}-{number}",
        tenant="acme",
        investigation_id="inv",
        step_id="step",
        domain=domain,
        status="ok",
        provider="source",
        query_text=f"{domain} of {minutes.start} to {minutes.stop}",
        payload_sha256=payload.sha256,
        called_at=T0 + timedelta(seconds=number),
        query=Query(window=window(minutes.start, minutes.stop)),
    )
    return record.model_copy(update=more), {payload.sha256: payload.data}


def write(path: Path, domains: tuple[Domain, ...] = tuple(REQUESTS)) -> Path:
    """Write the recording."""
    made = [call(domain, n, minutes) for domain in domains for n, minutes in enumerate((range(14), range(8, 24)))]
    payloads = {sha256: data for _, some in made for sha256, data in some.items()}
    write_recording(
        path, About(tenant="acme", incident_id="inc", investigations=("inv",)), (c for c, _ in made), payloads
    )
    return path


@asynccontextmanager
async def _start(domain: Domain) -> AsyncIterator[Source]:
    with tempfile.TemporaryDirectory() as name:
        path = write(Path(name) / "recording", (domain,))
        yield Source({"name": "past", "kind": "recording", "domains": [domain], "settings": {"path": str(path)}})


# Of the domains that are lists these have what the others have: time or none, services, an order of their own.
_EXAMINED: tuple[Domain, ...] = ("metrics", "logs", "traces", "flags", "tickets", "events", "topology")

CASES = tuple(
    ProviderCase(
        "recording",
        domain,
        REQUESTS[domain].model_validate({"window": window(10, 24), "baseline": window(0, 5)}),
        partial(_start, domain),
    )
    for domain in _EXAMINED
)
