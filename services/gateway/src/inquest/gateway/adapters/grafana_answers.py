"""What Grafana's answers say, in our words. Each raises LookupError, TypeError or ValueError for another shape."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from inquest.contracts.latest import ChangeData, DashboardData, EventData, PanelData
from inquest.gateway.domain.flags import Owners, rules_text
from inquest.gateway.domain.forge import seconds

_EXPRESSIONS = ("expr", "query", "rawSql", "rawQuery", "expression", "target", "queryText")
_PANELS_DEPTH = 4


def events_of(raw: Any, url: str, owners: Owners) -> list[EventData]:
    """Return an annotation, once for each of its services."""
    begins, ends = _times(raw)
    dashboard = raw.get("dashboardUID") or ""
    event = EventData(
        time=begins,
        kind="alert" if raw.get("alertId") or raw.get("newState") else "annotation",
        severity=raw.get("newState") or "",
        entity=f"dashboard/{dashboard}" if dashboard else "",
        message=_text(raw),
        last_at=ends if ends > begins else None,
        before=raw.get("prevState") or "",
        after=raw.get("newState") or "",
        url=f"{url}/d/{dashboard}" if dashboard else "",
    )
    services = owners.of("", _tags(raw))
    return [event.model_copy(update={"service": one}) for one in services] or [event]


def changes_of(raw: Any, url: str, owners: Owners, kinds: Mapping[str, str]) -> list[ChangeData]:
    """Return an annotation that a tag makes a change, once for each of its services; none of any other."""
    tags = _tags(raw)
    kind = next((kinds[tag] for tag in tags if tag in kinds), None)
    if kind is None:
        return []
    begins, ends = _times(raw)
    dashboard = raw.get("dashboardUID") or ""
    change = ChangeData(
        time=begins,
        kind=kind,
        ref=str(raw["id"]),
        author=raw.get("login") or raw.get("email") or None,
        message=_text(raw),
        ended_at=ends if ends > begins else None,
        url=f"{url}/d/{dashboard}" if dashboard else "",
    )
    services = owners.of("", tags)
    return [change.model_copy(update={"service": one}) for one in services] or [change]


def moment(raw: Any) -> tuple[str, int]:
    """Return an annotation's id, and when it ends in epoch milliseconds: Grafana's lists are in this order."""
    return str(raw["id"]), int(raw.get("timeEnd") or raw["time"])


def found_of(raw: Any, url: str, owners: Owners) -> DashboardData:
    """Return a dashboard as a search finds it: without panels."""
    tags = _tags(raw)
    return DashboardData(
        dashboard_id=raw["uid"],
        title=raw["title"],
        folder=raw.get("folderTitle") or "",
        tags=tags,
        services=list(owners.of("", tags)),
        url=_page(url, raw.get("url"), raw["uid"]),
    )


def dashboard_of(raw: Any, url: str, owners: Owners) -> DashboardData:
    """Return a dashboard with its panels, those of rows too."""
    board, meta = raw["dashboard"], raw.get("meta") or {}
    tags = _tags(board)
    return DashboardData(
        dashboard_id=board["uid"],
        title=board["title"],
        folder=meta.get("folderTitle") or "",
        tags=tags,
        services=list(owners.of("", tags)),
        panels=[_panel(one) for one in _flat(board.get("panels") or ())],
        updated_at=seconds(meta["updated"]) if meta.get("updated") else None,
        url=_page(url, meta.get("url"), board["uid"]),
    )


def _flat(panels: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    for one in panels:
        if one.get("type") != "row":
            yield one
        elif depth < _PANELS_DEPTH:
            yield from _flat(one.get("panels") or (), depth + 1)


def _panel(raw: Any) -> PanelData:
    defaults = (raw.get("fieldConfig") or {}).get("defaults") or {}
    targets = raw.get("targets") or ()
    return PanelData(
        title=raw.get("title") or "",
        kind=raw.get("type") or "",
        source=_source(raw.get("datasource") or next((one.get("datasource") for one in targets), None)),
        queries=[query for one in targets if (query := _query(one))],
        unit=defaults.get("unit") or "",
    )


def _query(target: Any) -> str:
    found = next((target[name] for name in _EXPRESSIONS if target.get(name)), "")
    return found if isinstance(found, str) else rules_text(found)


def _source(raw: Any) -> str:
    """Return a data source's UID, or its name as older dashboards have it."""
    return raw if isinstance(raw, str) else str((raw or {}).get("uid") or "")


def _times(raw: Any) -> tuple[float, float]:
    begins = int(raw["time"])
    return begins / 1000, int(raw.get("timeEnd") or begins) / 1000


def _tags(raw: Any) -> list[str]:
    return [str(tag) for tag in raw.get("tags") or ()]


def _text(raw: Any) -> str:
    said = (raw.get("alertName") or "", raw.get("title") or "", raw.get("text") or "")
    return "\n".join(dict.fromkeys(text for text in said if text))


def _page(url: str, path: Any, uid: str) -> str:
    return f"{url}{path}" if isinstance(path, str) and path.startswith("/d") else f"{url}/d/{uid}"
