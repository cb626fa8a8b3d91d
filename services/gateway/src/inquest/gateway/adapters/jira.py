"""Reads tickets from Jira: the Cloud's `/rest/api/3/search/jql`, the Data Center's `/rest/api/2/search`.

Jira compares times by the minute, in the time zone of the user who asks. The query is wider than the window therefore,
and what it brings is compared exactly. A search comes with a part of each ticket's history and comments alone: where
there is more, it is read.
"""

import json
import re
import time
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from inquest.config import Catalogue
from inquest.config.hours import zone_of
from inquest.config.kinds.jira import JiraProvider as Config
from inquest.contracts.latest import (
    ChangeData,
    ChangesRequest,
    ChangesResponse,
    DataSourceInterfaceContract,
    DomainRequest,
    TicketData,
    TicketsRequest,
    TicketsResponse,
)
from inquest.gateway.adapters.errands import PROBE_BYTES_MAX, PROBE_S, Errand, together
from inquest.gateway.adapters.http import HttpClient
from inquest.gateway.adapters.jira_answers import Rules, comments_of, ticket_of, transitions_of
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.domain.forge import understood
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.pages import is_asked, offset, page
from inquest.gateway.domain.ranges import TimeRange, ranges
from inquest.gateway.ports import Context, ProviderError

_PAGE_ROWS = 100
_DETAIL_PAGES_MAX = 10  # of the history, or of the comments, of one ticket
_MISSING = frozenset({404})
_KEY = re.compile(r"([A-Z][A-Z0-9_]+)-\d{1,12}")
_FIELDS = frozenset(
    {"summary", "issuetype", "status", "priority", "labels", "created", "updated", "resolutiondate", "reporter"}
    | {"assignee", "description", "issuelinks", "parent", "comment"}
)
_EARLIEST, _LATEST = timedelta(hours=12), timedelta(hours=14, minutes=1)  # how far zones lie behind and before UTC
_MARGIN = timedelta(hours=2)  # where clocks change
_HISTORY_ROWS = 40  # what a search brings of a history at most, where it does not say how long it is


class JiraProvider:
    """The projects of one configuration."""

    def __init__(self, config: Config, catalogue: Catalogue, http: HttpClient) -> None:
        self._config = config
        self._settings = settings = config.settings
        self._http = http
        self._rules = Rules(catalogue, (settings.web_url or settings.url).rstrip("/"), settings.service_fields)
        self._is_cloud = settings.deployment == "cloud"
        self._api = f"/rest/api/{3 if self._is_cloud else 2}"
        self._search_path = f"{self._api}/search{'/jql' if self._is_cloud else ''}"
        self._fields = sorted(_FIELDS.union(settings.service_fields))

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe=f"GET {self._api}/myself", cost="metered")

    async def probe(self) -> None:
        """See Provider. A search of nobody's would be answered, and empty; this is refused."""
        context = Context("", "tickets", time.monotonic() + PROBE_S, PROBE_BYTES_MAX)
        await self._http.json("GET", f"{self._api}/myself", context)

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        if context.domain in self._config.domains:
            offset(request.cursor)  # a strange one is refused before anything is read
            errand = Errand.over(request, context)
            if isinstance(request, TicketsRequest):
                return await self._tickets(request, errand)
            if isinstance(request, ChangesRequest):
                return await self._changes(request, errand)
        raise ProviderError("unsupported", f"Jira has no {context.domain} here")

    async def _tickets(self, request: TicketsRequest, errand: Errand) -> Fetched:
        if request.ids:
            keys = [one for one in sorted(set(request.ids)) if self._is_ours(one)]
            there = await together(self._ticket(key, errand) for key in keys)
            found = [one for one in there if one is not None]
        else:
            found = await self._found(ranges(request), _of_text(request.text), errand)
        rows = [one for one in found if _is_wanted(one, request)]
        paged = page(sorted(rows, key=lambda one: (one.created_at, one.ticket_id)), request)
        return errand.fetched(TicketsResponse(tickets=list(paged.rows), next_cursor=paged.next_cursor), paged.left)

    async def _changes(self, request: ChangesRequest, errand: Errand) -> Fetched:
        settings = self._settings
        if request.repository or (request.kinds and settings.change_kind not in request.kinds):
            raise ProviderError("unsupported", "Jira has changes of no repository, and of one kind")
        parts = (TimeRange(errand.start, errand.end),) if errand.end > errand.start else ()
        tickets = await self._found(parts, f"issuetype in ({_listed(settings.change_types)})", errand)
        rows = [row for one in tickets for row in self._changes_of(one)]
        rows = [row for row in rows if errand.start <= row.time < errand.end and is_asked(row, request)]
        rows.sort(key=lambda row: (row.time, row.ref, row.service or "", row.after or ""))
        paged = page(rows, request, newest=True)
        return errand.fetched(ChangesResponse(changes=list(paged.rows), next_cursor=paged.next_cursor), paged.left)

    def _changes_of(self, ticket: TicketData) -> list[ChangeData]:
        """Return a row for each service and each time that a ticket came into a status in which the system changes."""
        wanted = {one.casefold() for one in self._settings.change_statuses}
        services: list[str | None] = [*ticket.services] or [None]
        return [
            ChangeData(
                time=one.time,
                kind=self._settings.change_kind,
                service=service,
                ref=ticket.ticket_id,
                author=one.author or None,
                message=ticket.title,
                before=one.before,
                after=one.after,
                status=one.after,
                url=ticket.url,
            )
            for one in ticket.transitions
            if one.field == "status" and (not wanted or one.after.casefold() in wanted)
            for service in services
        ]

    async def _found(self, parts: tuple[TimeRange, ...], clause: str, errand: Errand) -> list[TicketData]:
        """Return the tickets that were there before each stretch ended and have changed since it began, whole."""
        found = await together(self._search(self._jql(part, clause), errand) for part in parts)
        raws = {str(raw["key"]): raw for ones in found for raw in ones}
        return await together(self._whole(raw, errand) for _, raw in sorted(raws.items()))

    def _jql(self, part: TimeRange, clause: str) -> str:
        """Return the query. Texts from outside are only ever quoted in it."""
        settings = self._settings
        narrow = [f"({settings.jql})" if settings.jql.strip() else "", clause]
        clauses = [
            f"project in ({_listed(settings.projects)})",
            f"updated >= {self._minute(part.start, -_EARLIEST)}",
            f"created <= {self._minute(part.end, _LATEST)}",
            *filter(None, narrow),
        ]
        return " AND ".join(clauses) + " ORDER BY updated ASC, key ASC"

    def _minute(self, at_s: float, margin: timedelta) -> str:
        """Return a time as JQL writes it: in the user's zone, or where that is unknown early, or late, enough."""
        at = datetime.fromtimestamp(at_s, UTC)
        if zone := self._settings.time_zone:
            at, margin = at.astimezone(zone_of(zone)), _MARGIN if margin > timedelta() else -_MARGIN
        return f'"{at + margin:%Y/%m/%d %H:%M}"'

    async def _search(self, jql: str, errand: Errand) -> list[Any]:
        errand.asked.append(jql)
        found: list[Any] = []
        async for rows in self._pages(jql, errand):
            found += rows
            if len(found) > self._settings.tickets_max:
                errand.cuts.append(
                    f"more than {self._settings.tickets_max} tickets (tickets_max): the rest was not read"
                )
                break
        with understood("a search"):
            return [raw for raw in found[: self._settings.tickets_max] if raw["key"] and raw["fields"]]

    async def _pages(self, jql: str, errand: Errand) -> AsyncIterator[list[Any]]:
        """Yield the pages of a search."""
        token, done = "", 0
        while True:
            body: dict[str, Any] = {"jql": jql, "fields": self._fields, "maxResults": _PAGE_ROWS}
            if self._is_cloud:
                body |= {"expand": "changelog", **({"nextPageToken": token} if token else {})}
            else:
                body |= {"expand": ["changelog"], "startAt": done}
            answer = await self._http.json("POST", self._search_path, errand.context, json=body)
            with understood(self._search_path):
                rows, before = answer["issues"], token
                if not isinstance(rows, list):
                    raise TypeError("no list of issues")
                done += len(rows)
                token = str(answer.get("nextPageToken") or "") if self._is_cloud else ""
                more = bool(token) and token != before if self._is_cloud else done < int(answer["total"]) and bool(rows)
            yield rows
            if not more:
                return

    async def _ticket(self, key: str, errand: Errand) -> TicketData | None:
        path = f"{self._api}/issue/{key}"
        errand.asked.append(f"GET {path}")
        params = {"fields": ",".join(self._fields), "expand": "changelog"}
        answer = await self._http.ask("GET", path, errand.context, params=params, allow=_MISSING)
        if answer.status in _MISSING:
            return None
        ticket = await self._whole(answer.json(), errand)
        return ticket if self._is_ours(ticket.ticket_id) else None  # one that was moved answers to its old key

    def _is_ours(self, key: str) -> bool:
        """Say whether a key is one, of a project that is configured: it becomes a part of addresses."""
        match = _KEY.fullmatch(key)
        return match is not None and match[1] in self._settings.projects

    async def _whole(self, raw: Any, errand: Errand) -> TicketData:
        """Return a ticket with all of its history and comments, where the answer holds a part."""
        with understood("an issue"):
            ticket = ticket_of(raw, self._rules)
            if not _KEY.fullmatch(ticket.ticket_id):
                raise ValueError(f"{ticket.ticket_id!r:.80} is no key")
            history, comments = raw.get("changelog") or {}, raw["fields"].get("comment") or {}
            told = len(history.get("histories") or ())
            lacks_history = self._is_cloud and told < int(history.get("total", told + (told >= _HISTORY_ROWS)))
            lacks_comments = len(comments.get("comments") or ()) < int(comments.get("total") or 0)
        path = f"{self._api}/issue/{ticket.ticket_id}"
        more: dict[str, Any] = {}
        if lacks_history:
            rows = await self._list(f"{path}/changelog", "values", errand)
            with understood("a changelog"):
                more["transitions"] = transitions_of(rows)
        if lacks_comments:
            rows = await self._list(f"{path}/comment", "comments", errand)
            with understood("comments"):
                more["comments"] = comments_of(rows)
        return ticket.model_copy(update=more)

    async def _list(self, path: str, key: str, errand: Errand) -> list[Any]:
        """Return a list that is read by offset."""
        found: list[Any] = []
        for _ in range(_DETAIL_PAGES_MAX):
            params: Mapping[str, str] = {"startAt": str(len(found)), "maxResults": str(_PAGE_ROWS)}
            answer = await self._http.json("GET", path, errand.context, params=params)
            with understood(path):
                found += answer[key]
                if not answer[key] or len(found) >= int(answer["total"]):
                    return found
        errand.cuts.append(f"{path} has more than {len(found)} entries: the rest was not read")
        return found


def _is_wanted(one: TicketData, request: TicketsRequest) -> bool:
    times = [one.created_at, *(said.time for said in one.comments), *(step.time for step in one.transitions)]
    times += [one.updated_at] if one.updated_at is not None else []
    kinds = {kind.casefold() for kind in request.kinds}
    text = "\n".join([one.title, one.text, *(comment.text for comment in one.comments)])
    return (
        (bool(request.ids) or any(part.start <= at < part.end for part in ranges(request) for at in times))
        and (not kinds or one.kind.casefold() in kinds)
        and (not request.services or not one.services or bool(set(one.services) & set(request.services)))
        and request.text.casefold() in text.casefold()
    )


def _of_text(text: str) -> str:
    """Return the clause for a text: its words in a row, which leaves nothing in that JQL or its index could read."""
    words = " ".join(re.findall(r"\w+", text))
    return f"text ~ {_quoted(_quoted(words))}" if words else ""


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(_quoted(one) for one in words)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # JQL's escapes in strings are among JSON's


def build(config: Config, kit: Kit) -> JiraProvider:
    """See Build."""
    return JiraProvider(config, kit.catalogue, kit.http(config.settings))
