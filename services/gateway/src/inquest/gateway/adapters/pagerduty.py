"""Reads incidents, change events and log entries over PagerDuty's REST API, version 2."""

import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from inquest.config.kinds.pagerduty import PagerdutyProvider as Config
from inquest.contracts.latest import (
    ChangesRequest,
    ChangesResponse,
    DataSourceInterfaceContract,
    DomainRequest,
    EventData,
    EventsRequest,
    EventsResponse,
    TicketData,
    TicketsRequest,
    TicketsResponse,
)
from inquest.gateway.adapters.errands import PROBE_BYTES_MAX, PROBE_S, Errand, together
from inquest.gateway.adapters.forge import is_wanted_ticket
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.adapters.pagerduty_answers import changes_of, event_of, ticket_of, with_history
from inquest.gateway.domain.forge import understood
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.pages import is_asked, offset, page
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.ports import Context, ProviderError

_ROWS = 100
_CEILING = 10_000  # offset and limit together: PagerDuty answers 400 beyond
_HEADERS = {"Accept": "application/vnd.pagerduty+json;version=2"}
_GONE = frozenset({404})
_ID = re.compile(r"[A-Z0-9]{1,30}")


class PagerdutyProvider:
    """One PagerDuty account."""

    def __init__(self, config: Config, kit: Kit) -> None:
        self._config = config
        self._settings = config.settings
        self._catalogue = kit.catalogue
        self._http = kit.http(config.settings)

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe="GET /abilities", cost="metered")

    async def probe(self) -> None:
        """See Provider."""
        context = Context("", "tickets", time.monotonic() + PROBE_S, PROBE_BYTES_MAX)
        raw = await self._http.json("GET", "/abilities", context, headers=_HEADERS)
        with understood("/abilities"):
            list(raw["abilities"])

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        if context.domain in self._config.domains:
            offset(request.cursor)  # a strange one is refused before anything is read
            errand = Errand.over(request, context)
            if isinstance(request, TicketsRequest):
                return await self._tickets(request, errand)
            if isinstance(request, ChangesRequest):
                return await self._changes(request, errand)
            if isinstance(request, EventsRequest):
                return await self._events(request, errand)
        raise ProviderError("unsupported", f"PagerDuty has no {context.domain} here")

    # -- incidents ------------------------------------------------------------------------------

    async def _tickets(self, request: TicketsRequest, errand: Errand) -> Fetched:
        raws = await self._incidents(request, errand)
        with understood("an incident"):
            found = [ticket_of(raw, self._catalogue) for raw in raws]
        wanted = set(request.services)
        rows = [one for one in found if is_wanted_ticket(one, request) and (not wanted or wanted & set(one.services))]
        paged = page(sorted(rows, key=lambda one: (one.created_at, one.ticket_id)), request)
        tickets = await self._with_histories(paged.rows, errand)
        return errand.fetched(TicketsResponse(tickets=tickets, next_cursor=paged.next_cursor), paged.left)

    async def _incidents(self, request: TicketsRequest, errand: Errand) -> list[Any]:
        if request.ids:
            ids = [one for one in request.ids if _ID.fullmatch(one)]
            errand.asked += [f"GET /incidents/{one}" for one in ids]
            found = await together(self._incident(one, errand) for one in ids)
            return [raw for raw in found if raw is not None]
        params = {
            **self._window(errand.start - self._settings.lookback_s, errand.end),
            "service_ids[]": self._settings.service_ids,
            "sort_by": "created_at:desc",
        }
        return await self._list("/incidents", "incidents", params, errand) if ranges(request) else []

    async def _incident(self, incident_id: str, errand: Errand) -> Any:
        path = f"/incidents/{incident_id}"
        answer = await self._http.ask("GET", path, errand.context, headers=_HEADERS, allow=_GONE)
        if answer.status in _GONE:
            return None
        with understood(path):
            return answer.json()["incident"]

    async def _with_histories(self, rows: Sequence[TicketData], errand: Errand) -> list[TicketData]:
        without = max(0, len(rows) - self._settings.histories_max)
        if without:
            errand.problems.append(f"{without} older incidents come without their history (histories_max)")
        told = await together(self._history(one, errand) for one in rows[without:])
        return [*rows[:without], *told]

    async def _history(self, ticket: TicketData, errand: Errand) -> TicketData:
        if not _ID.fullmatch(ticket.ticket_id):
            raise ProviderError("malformed", f"{ticket.ticket_id!r:.50} is no incident's id")
        path = f"/incidents/{ticket.ticket_id}/log_entries"
        raw = await self._http.json("GET", path, errand.context, params={"limit": str(_ROWS)}, headers=_HEADERS)
        with understood(path):
            if raw.get("more"):
                errand.problems.append(
                    f"{ticket.ticket_id} has more than {_ROWS} log entries: older ones were not read"
                )
            return with_history(ticket, raw["log_entries"])

    # -- change events and log entries ----------------------------------------------------------

    async def _changes(self, request: ChangesRequest, errand: Errand) -> Fetched:
        settings = self._settings
        if request.kinds and settings.change_kind not in request.kinds:
            raise ProviderError("unsupported", f"no changes of kind {', '.join(request.kinds)[:200]} here")
        raws = await self._list("/change_events", "change_events", self._window(errand.start, errand.end), errand)
        with understood("a change event"):
            rows = [
                row
                for raw in raws
                for row in changes_of(
                    raw,
                    self._catalogue,
                    kind=settings.change_kind,
                    ref_fields=settings.ref_fields,
                    only=frozenset(settings.service_ids),
                )
            ]
        rows = [row for row in rows if errand.start <= row.time < errand.end and is_asked(row, request)]
        rows.sort(key=lambda row: (row.time, row.ref, row.service or ""))
        paged = page(rows, request, newest=True)
        return errand.fetched(ChangesResponse(changes=list(paged.rows), next_cursor=paged.next_cursor), paged.left)

    async def _events(self, request: EventsRequest, errand: Errand) -> Fetched:
        rows: list[EventData] = []
        for part in ranges(request):
            params = {**self._window(part.start, part.end), "include[]": "incidents"}
            raws = await self._list("/log_entries", "log_entries", params, errand)
            with understood("a log entry"):
                found = [event_of(raw, self._catalogue) for raw in raws if self._is_ours(raw.get("service"))]
            rows += [one for one in found if part.start <= one.time < part.end and _is_asked_for(one, request)]
        paged = page(sorted(rows, key=lambda one: (one.time, one.entity, one.kind, one.message)), request)
        return errand.fetched(EventsResponse(events=list(paged.rows), next_cursor=paged.next_cursor), paged.left)

    def _is_ours(self, service: Any) -> bool:
        return not self._settings.service_ids or (bool(service) and service.get("id") in self._settings.service_ids)

    # -- lists ----------------------------------------------------------------------------------

    def _window(self, start: float, end: float) -> dict[str, Any]:
        """Return the parameters of a stretch, to whole seconds: what lies outside is left out afterwards."""
        times = (datetime.fromtimestamp(int(one), UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for one in (start, end + 1))
        params = dict(zip(("since", "until"), times, strict=True))
        return {**params, "time_zone": "UTC", "team_ids[]": self._settings.team_ids}

    async def _list(self, path: str, key: str, params: Mapping[str, Any], errand: Errand) -> list[Any]:
        """Return a list page by page, up to `rows_max`."""
        given = {name: value for name, value in params.items() if value}
        errand.asked.append(f"GET {path}?{urlencode(given, doseq=True)}")
        found: dict[str, Any] = {}  # a new record moves all others by one: some come twice
        most, start = min(self._settings.rows_max, _CEILING), 0
        while start < most:
            asked = {**given, "limit": str(min(_ROWS, most - start)), "offset": str(start)}
            raw = await self._http.json("GET", path, errand.context, params=asked, headers=_HEADERS)
            with understood(path):
                rows = list(raw[key])
                found |= {str(one["id"]): one for one in rows}
                more = bool(raw.get("more")) and bool(rows)
            start += len(rows)
            if not more:
                return list(found.values())
        errand.cuts.append(f"{path} has more than {most} records: the rest was not read (rows_max, and 10,000 at most)")
        return list(found.values())


def _is_asked_for(one: EventData, request: EventsRequest) -> bool:
    return (
        (not request.services or one.service is None or one.service in request.services)
        and (not request.kinds or one.kind in request.kinds)
        and (not request.names or one.entity in request.names)
    )


def build(config: Config, kit: Kit) -> PagerdutyProvider:
    """See Build."""
    return PagerdutyProvider(config, kit)
