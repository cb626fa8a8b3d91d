"""What Jira's answers say, in our words."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from inquest.config import Catalogue
from inquest.contracts.latest import CommentData, TicketData, TransitionData
from inquest.gateway.domain.forge import seconds

_DEPTH_MAX = 50
_BLOCKS = frozenset({"paragraph", "heading", "codeBlock", "blockquote", "listItem", "tableRow", "rule"})


@dataclass(frozen=True, slots=True)
class Rules:
    """How a configuration reads tickets. `web_url` is the address for people; `fields` are those that name services."""

    catalogue: Catalogue
    web_url: str
    fields: Sequence[str]


def ticket_of(raw: Any, rules: Rules) -> TicketData:
    """Return a ticket with the comments and the history that came with it. Raises what `understood` turns."""
    fields, key = raw["fields"], str(raw["key"])
    parent = fields.get("parent") or {}
    links = [other["key"] for one in fields.get("issuelinks") or () for other in _ends(one)]
    return TicketData(
        ticket_id=key,
        title=str(fields["summary"]),
        kind=_name(fields.get("issuetype")),
        status=_name(fields.get("status")),
        priority=_name(fields.get("priority")),
        services=services_of(fields, rules),
        created_at=seconds(fields["created"]),
        updated_at=seconds(fields["updated"]) if fields.get("updated") else None,
        resolved_at=seconds(fields["resolutiondate"]) if fields.get("resolutiondate") else None,
        author=_person(fields.get("reporter")),
        assignee=_person(fields.get("assignee")),
        text=text_of(fields.get("description")),
        labels=[str(one) for one in fields.get("labels") or ()],
        links=sorted({str(one) for one in [*links, *([parent["key"]] if "key" in parent else [])]}),
        comments=comments_of((fields.get("comment") or {}).get("comments") or ()),
        transitions=transitions_of((raw.get("changelog") or {}).get("histories") or ()),
        url=f"{rules.web_url}/browse/{key}",
    )


def services_of(fields: Any, rules: Rules) -> list[str]:
    """Return the services that a ticket names. A label is one only where the catalogue knows it: they are anything."""
    found: set[str] = set()
    for field in rules.fields:
        value = fields.get(field)
        for one in value if isinstance(value, list) else [value]:
            name = one if isinstance(one, str) else _name(one)
            known = rules.catalogue.resolve(name, "jira") if name else None
            if known or (name and field != "labels"):
                found.add(known or name)
    return sorted(found)


def comments_of(raws: Iterable[Any]) -> list[CommentData]:
    """Return comments in order of time."""
    found = [
        CommentData(time=seconds(one["created"]), author=_person(one.get("author")), text=text_of(one.get("body")))
        for one in raws
    ]
    return sorted(found, key=lambda one: one.time)


def transitions_of(raws: Iterable[Any]) -> list[TransitionData]:
    """Return what was changed of a ticket, in order of time; Jira tells the newest first or last."""
    found = [
        TransitionData(
            time=seconds(one["created"]),
            field=str(item["field"]),
            before=str(item.get("fromString") or item.get("from") or ""),
            after=str(item.get("toString") or item.get("to") or ""),
            author=_person(one.get("author")),
        )
        for one in raws
        for item in one["items"]
    ]
    return sorted(found, key=lambda one: (one.time, one.field))


def text_of(value: Any) -> str:
    """Return a text: as it is, or of Atlassian's document format, a line for each block."""
    if value is None or isinstance(value, str):
        return value or ""
    parts: list[str] = []
    _walk(value, parts.append, 0)
    return "\n".join(line for line in (part.rstrip() for part in "".join(parts).split("\n")) if line)


def _walk(node: Any, put: Callable[[str], None], depth: int) -> None:
    if depth > _DEPTH_MAX:
        put("…")
        return
    kind, about = node["type"], node.get("attrs") or {}
    match kind:
        case "text":
            put(str(node["text"]))
        case "hardBreak":
            put("\n")
        case "mention" | "emoji" | "status" | "date":
            put(str(about.get("text") or about.get("shortName") or about.get("timestamp") or ""))
        case "inlineCard" | "blockCard" | "embedCard":
            put(str(about.get("url") or ""))
    for inner in node.get("content") or ():
        _walk(inner, put, depth + 1)
    if kind in _BLOCKS:
        put("\n")
    elif kind in {"tableCell", "tableHeader"}:
        put(" ")


def _ends(link: Any) -> list[Any]:
    return [link[end] for end in ("inwardIssue", "outwardIssue") if end in link]


def _name(value: Any) -> str:
    """Return what a thing with a name is called; `value` is what options of custom fields have."""
    return str(value.get("name") or value.get("value") or "") if isinstance(value, dict) else ""


def _person(value: Any) -> str:
    return str(value.get("displayName") or value.get("name") or "") if isinstance(value, dict) else ""
