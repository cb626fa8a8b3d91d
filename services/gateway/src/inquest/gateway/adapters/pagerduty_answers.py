"""What PagerDuty's answers say, in our words. Each raises LookupError, TypeError or ValueError for another shape."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from inquest.config import Catalogue
from inquest.contracts.latest import ChangeData, CommentData, EventData, TicketData, TransitionData
from inquest.gateway.domain.forge import seconds

SOURCE = "pagerduty"
_AUTHORS = ("author", "user", "triggered_by", "deployer")
_ENTRY = "_log_entry"
_WEB = ("https://", "http://")
_STATUS = {"trigger": "triggered", "acknowledge": "acknowledged", "resolve": "resolved", "unacknowledge": "triggered"}
_FIELDS = {
    "assign": "assignee",
    "delegate": "assignee",
    "escalate": "escalation",
    "priority_change": "priority",
    "urgency_change": "urgency",
}


def service_of(raw: Any, catalogue: Catalogue) -> str | None:
    """Return the service that a reference means: by its id, else by its name."""
    if not raw:
        return None
    names = [str(raw[key]) for key in ("id", "summary", "name") if raw.get(key)]
    known = (catalogue.resolve(name, SOURCE) for name in names)
    return next((one for one in known if one), names[1] if len(names) > 1 else next(iter(names), None))


def ticket_of(raw: Any, catalogue: Catalogue) -> TicketData:
    """Return an incident, without its history."""
    service = service_of(raw.get("service"), catalogue)
    changed = raw.get("updated_at") or raw.get("last_status_change_at")
    people = [name for one in raw.get("assignments") or () if (name := _name(one["assignee"]))]
    title, text = str(raw.get("title") or raw.get("summary") or raw["id"]), raw.get("description") or ""
    return TicketData(
        ticket_id=raw["id"],
        title=title,
        kind=(raw.get("incident_type") or {}).get("name") or "incident",
        status=raw["status"],
        priority=_name(raw.get("priority")) or raw.get("urgency") or "",
        services=[service] if service else [],
        created_at=seconds(raw["created_at"]),
        updated_at=seconds(changed) if changed else None,
        resolved_at=seconds(raw["resolved_at"]) if raw.get("resolved_at") else None,
        assignee=", ".join(people),
        text="" if text == title else text,
        labels=[name for one in raw.get("teams") or () if (name := _name(one))],
        url=raw.get("html_url") or "",
    )


def with_history(ticket: TicketData, entries: Iterable[Any]) -> TicketData:
    """Return an incident with what its log entries tell, oldest first: what became of it, and notes."""
    transitions: list[TransitionData] = []
    comments: list[CommentData] = []
    last: dict[str, str] = {}
    for raw in sorted(entries, key=lambda one: seconds(one["created_at"])):
        kind, at, author = _kind(raw), seconds(raw["created_at"]), _name(raw.get("agent"))
        channel = raw.get("channel") or {}
        if kind == "annotate":
            comments.append(CommentData(time=at, author=author, text=channel.get("content") or channel["summary"]))
            continue
        field = "status" if kind in _STATUS else _FIELDS.get(kind)
        if field is None:
            continue
        after = _STATUS.get(kind) or _assignees(raw) or raw.get("summary") or ""
        row = TransitionData(time=at, field=field, before=last.get(field, ""), after=after, author=author)
        transitions.append(row)
        last[field] = after
    first = next((row.author for row in transitions if row.after == "triggered"), "")
    return ticket.model_copy(update={"transitions": transitions, "comments": comments, "author": first})


def changes_of(
    raw: Any, catalogue: Catalogue, *, kind: str, ref_fields: Sequence[str], only: frozenset[str] = frozenset()
) -> list[ChangeData]:
    """Return a row for each service of a change event; `only` these services' ids, where it is not empty."""
    details: Mapping[str, Any] = raw["custom_details"] if isinstance(raw.get("custom_details"), dict) else {}
    links = [one["href"] for one in raw.get("links") or () if str(one.get("href")).startswith(_WEB)]
    of_it = raw.get("services") or ()
    if only and not any(one.get("id") in only for one in of_it):
        return []
    change = ChangeData(
        time=seconds(raw["timestamp"]),
        kind=kind,
        ref=_first(details, ref_fields) or raw["id"],
        author=_first(details, _AUTHORS) or None,
        message=raw["summary"],
        environment=_first(details, ("environment", "env")),
        repository=_first(details, ("repository", "repo")),
        status=_first(details, ("status", "result")),
        url=links[0] if links else "",
    )
    services = sorted({name for one in of_it if (name := service_of(one, catalogue))})
    return [change.model_copy(update={"service": one}) for one in services] or [change]


def event_of(raw: Any, catalogue: Catalogue) -> EventData:
    """Return a log entry: what the pager did or was told."""
    incident = raw.get("incident") or {}
    return EventData(
        time=seconds(raw["created_at"]),
        kind=_kind(raw),
        severity=incident.get("urgency") or "",
        service=service_of(raw.get("service"), catalogue),
        entity=f"incident/{incident['id']}" if incident.get("id") else "",
        message=(raw.get("channel") or {}).get("summary") or raw.get("summary") or "",
        url=raw.get("html_url") or incident.get("html_url") or "",
    )


def _kind(raw: Any) -> str:
    """Return trigger, acknowledge, … of a log entry's type."""
    return str(raw["type"].removesuffix("_reference").removesuffix(_ENTRY))


def _assignees(raw: Any) -> str:
    return ", ".join(name for one in raw.get("assignees") or () if (name := _name(one)))


def _name(raw: Any) -> str:
    return str(raw.get("summary") or raw.get("name") or raw.get("id") or "") if raw else ""


def _first(details: Mapping[str, Any], names: Iterable[str]) -> str:
    found = (details.get(name) for name in names)
    return next(
        (str(one) for one in found if isinstance(one, str | int) and not isinstance(one, bool) and one != ""), ""
    )
