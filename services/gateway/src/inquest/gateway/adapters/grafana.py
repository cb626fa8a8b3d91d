"""Reads annotations and dashboards over Grafana's HTTP API, and metrics and logs of the data sources behind it.

The proxy of a data source speaks what the source itself speaks: the providers of Prometheus and Loki are asked there.
"""

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from inquest.config.kinds.grafana import GrafanaProvider as Config
from inquest.config.kinds.loki import LokiProvider as LokiConfig
from inquest.config.kinds.loki import LokiSettings
from inquest.config.kinds.prometheus import PrometheusProvider as PrometheusConfig
from inquest.config.kinds.prometheus import PrometheusSettings
from inquest.contracts.latest import (
    ChangesRequest,
    ChangesResponse,
    DashboardData,
    DashboardsRequest,
    DashboardsResponse,
    DataSourceInterfaceContract,
    Domain,
    DomainRequest,
    EventData,
    EventsRequest,
    EventsResponse,
)
from inquest.gateway.adapters.errands import PROBE_BYTES_MAX, PROBE_S, Errand, together
from inquest.gateway.adapters.grafana_answers import changes_of, dashboard_of, events_of, found_of, moment
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.adapters.loki import LokiProvider
from inquest.gateway.adapters.prometheus import PrometheusProvider
from inquest.gateway.domain.flags import Owners
from inquest.gateway.domain.forge import understood
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.pages import is_asked, offset, page
from inquest.gateway.domain.ranges import TimeRange, ranges
from inquest.gateway.ports import Context, Provider, ProviderError

SOURCE = "grafana"
_ANNOTATIONS_ROWS = 1000
_FOUND_ROWS = 1000
_FOUND_PAGES = 5
_GONE = frozenset({404})
_UID = re.compile(r"[A-Za-z0-9_-]{1,60}")


class GrafanaProvider:
    """One organisation of one Grafana."""

    def __init__(self, config: Config, kit: Kit) -> None:
        self._config = config
        self._settings = config.settings
        self._http = kit.http(config.settings)
        self._url = config.settings.url.rstrip("/")
        self._owners = Owners(kit.catalogue, SOURCE, config.settings.service_tag_prefix)
        self._behind = _behind(config, kit)

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe="GET /api/search?limit=1")

    async def probe(self) -> None:
        """See Provider. `/api/health` says nothing about our credentials."""
        context = Context("", "events", time.monotonic() + PROBE_S, PROBE_BYTES_MAX)
        found = await self._http.json("GET", "/api/search", context, params={"limit": "1", "type": "dash-db"})
        if not isinstance(found, list):
            raise ProviderError("malformed", "/api/search answers with no list: is this address a Grafana?")

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        if context.domain in self._behind:
            return await self._behind[context.domain].call(request, context)
        if context.domain in self._config.domains:
            offset(request.cursor)  # a strange one is refused before anything is read
            errand = Errand.over(request, context)
            if isinstance(request, EventsRequest):
                return await self._events(request, errand)
            if isinstance(request, ChangesRequest):
                return await self._changes(request, errand)
            if isinstance(request, DashboardsRequest):
                return await self._dashboards(request, errand)
        raise ProviderError("unsupported", f"Grafana has no {context.domain} here")

    # -- annotations ----------------------------------------------------------------------------

    async def _events(self, request: EventsRequest, errand: Errand) -> Fetched:
        rows: list[EventData] = []
        for part in ranges(request):
            raws = await self._annotations(part, errand)
            with understood("an annotation"):
                found = [one for raw in raws for one in events_of(raw, self._url, self._owners)]
            rows += [one for one in found if part.start <= one.time < part.end and _is_asked_for(one, request)]
        paged = page(sorted(rows, key=lambda one: (one.time, one.entity, one.message, one.service or "")), request)
        return errand.fetched(EventsResponse(events=list(paged.rows), next_cursor=paged.next_cursor), paged.left)

    async def _changes(self, request: ChangesRequest, errand: Errand) -> Fetched:
        kinds = self._settings.change_tags
        if request.kinds and not set(request.kinds) & set(kinds.values()):
            raise ProviderError("unsupported", f"no changes of kind {', '.join(request.kinds)[:200]} here")
        raws = await self._annotations(TimeRange(errand.start, errand.end), errand) if ranges(request) else []
        with understood("an annotation"):
            found = [one for raw in raws for one in changes_of(raw, self._url, self._owners, kinds)]
        rows = [one for one in found if errand.start <= one.time < errand.end and is_asked(one, request)]
        paged = page(sorted(rows, key=lambda one: (one.time, one.ref, one.service or "")), request, newest=True)
        return errand.fetched(ChangesResponse(changes=list(paged.rows), next_cursor=paged.next_cursor), paged.left)

    async def _annotations(self, part: TimeRange, errand: Errand) -> list[Any]:
        """Return what a stretch has, from the newest end back: `to` leads from page to page."""
        limit = min(_ANNOTATIONS_ROWS, self._settings.annotations_max)
        first, last = int(part.start * 1000), int(part.end * 1000)
        params: dict[str, Any] = {"from": str(first), "to": str(last), "limit": str(limit)}
        params |= {"tags": list(self._settings.tags)} if self._settings.tags else {}
        errand.asked.append(f"GET /api/annotations?{urlencode(params, doseq=True)}")
        found: dict[str, Any] = {}
        for _ in range(-(-self._settings.annotations_max // limit)):
            raws = await self._http.json("GET", "/api/annotations", errand.context, params={**params, "to": str(last)})
            with understood("/api/annotations"):
                ends = [moment(raw) for raw in _listed(raws)]
            found |= {name: raw for (name, _), raw in zip(ends, raws, strict=True)}
            if len(raws) < limit:
                return list(found.values())
            last = min(last - 1, *(end for _, end in ends))
        errand.cuts.append(f"more than {len(found)} annotations: older ones were not read (annotations_max)")
        return list(found.values())

    # -- dashboards -----------------------------------------------------------------------------

    async def _dashboards(self, request: DashboardsRequest, errand: Errand) -> Fetched:
        found = await (self._named(request, errand) if request.ids else self._found(request, errand))
        wanted = set(request.services)
        rows = [one for one in found if not (wanted and one.services) or wanted & set(one.services)]
        rows.sort(key=lambda one: (one.title, one.dashboard_id))
        bounded = request.model_copy(update={"rows_max": min(request.rows_max, self._settings.dashboards_max)})
        paged = page(rows, bounded)
        there = list(paged.rows) if request.ids else await self._with_panels(paged.rows, errand)
        return errand.fetched(DashboardsResponse(dashboards=there, next_cursor=paged.next_cursor), paged.left)

    async def _named(self, request: DashboardsRequest, errand: Errand) -> list[DashboardData]:
        ids = list(dict.fromkeys(one for one in request.ids if _UID.fullmatch(one)))
        if without := len(ids[self._settings.dashboards_max :]):
            errand.cuts.append(f"{without} of the dashboards were not read (dashboards_max)")
        errand.asked += [f"GET /api/dashboards/uid/{one}" for one in ids[: self._settings.dashboards_max]]
        found = await together(self._one(one, errand) for one in ids[: self._settings.dashboards_max])
        text = request.text.casefold()
        there = [one for one in found if one is not None]
        return [one for one in there if text in one.title.casefold() or text in " ".join(one.tags).casefold()]

    async def _found(self, request: DashboardsRequest, errand: Errand) -> list[DashboardData]:
        """Return what a search finds: in titles, and as a whole tag."""
        searches = [{"query": request.text}, {"tag": request.text}] if request.text else [{}]
        found = await together(self._search(one, errand) for one in searches)
        with understood("/api/search"):
            boards = [found_of(raw, self._url, self._owners) for raws in found for raw in raws]
        return list({one.dashboard_id: one for one in boards}.values())

    async def _search(self, what: Mapping[str, str], errand: Errand) -> list[Any]:
        params = {"type": "dash-db", **what}
        errand.asked.append(f"GET /api/search?{urlencode(params)}")
        found: list[Any] = []
        for number in range(1, _FOUND_PAGES + 1):
            asked = {**params, "limit": str(_FOUND_ROWS), "page": str(number)}
            raws = _listed(await self._http.json("GET", "/api/search", errand.context, params=asked))
            found += raws
            if len(raws) < _FOUND_ROWS:
                return found
        errand.cuts.append(f"more than {len(found)} dashboards: the rest was not read")
        return found

    async def _with_panels(self, rows: Sequence[DashboardData], errand: Errand) -> list[DashboardData]:
        with understood("/api/search"):
            if odd := [one.dashboard_id for one in rows if not _UID.fullmatch(one.dashboard_id)]:
                raise ValueError(f"{odd[0]!r:.80} is no UID")
        found = await together(self._one(one.dashboard_id, errand) for one in rows)
        return [one if full is None else full for one, full in zip(rows, found, strict=True)]

    async def _one(self, uid: str, errand: Errand) -> DashboardData | None:
        path = f"/api/dashboards/uid/{uid}"
        answer = await self._http.ask("GET", path, errand.context, allow=_GONE)
        if answer.status in _GONE:
            return None
        with understood(path):
            return dashboard_of(answer.json(), self._url, self._owners)


def _listed(raws: Any) -> list[Any]:
    if not isinstance(raws, list):
        raise ProviderError("malformed", "no list where Grafana documents one: is this address a Grafana?")
    return raws


def _is_asked_for(one: EventData, request: EventsRequest) -> bool:
    return (
        (not request.services or one.service is None or one.service in request.services)
        and (not request.kinds or one.kind in request.kinds)
        and (not request.names or one.entity in request.names)
    )


def _behind(config: Config, kit: Kit) -> dict[Domain, Provider]:
    """Return the providers of the data sources behind it, which are asked through its proxy."""
    settings, made = config.settings, dict[Domain, Provider]()
    http = kit.http(settings)
    if settings.metrics and "metrics" in config.domains:
        prometheus = PrometheusSettings.model_validate({**_rules(settings.metrics), "url": settings.url})
        of_it = PrometheusConfig(name=config.name, kind="prometheus", settings=prometheus)
        made["metrics"] = PrometheusProvider(of_it, kit.catalogue, http.below(_proxy(settings.metrics.datasource)))
    if settings.logs and "logs" in config.domains:
        loki = LokiSettings.model_validate({**_rules(settings.logs), "url": settings.url})
        of_loki = LokiConfig(name=config.name, kind="loki", settings=loki)
        made["logs"] = LokiProvider(of_loki, kit.catalogue, http.below(_proxy(settings.logs.datasource)))
    return made


def _rules(section: Any) -> dict[str, Any]:
    return {name: value for name, value in section.model_dump().items() if name != "datasource"}


def _proxy(uid: str) -> str:
    return f"/api/datasources/proxy/uid/{uid}"


def build(config: Config, kit: Kit) -> GrafanaProvider:
    """See Build."""
    return GrafanaProvider(config, kit)
