"""Reads traces from Grafana Tempo: a search by TraceQL, then each trace by its id.

A search answers with the first traces that are found, and says little of them. Each service and each slice of the
window has its share of the limit, so that neither a chatty service nor one minute is all that is seen.
"""

import json
import math
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from inquest.config import Catalogue
from inquest.config.kinds.tempo import TempoProvider as Config
from inquest.contracts.latest import DataSourceInterfaceContract, DomainRequest, TracesRequest
from inquest.gateway.adapters.errands import PROBE_BYTES_MAX, PROBE_S, together
from inquest.gateway.adapters.http import HttpClient
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.adapters.tempo_answers import TRACE_ID, ids_of, spans_of
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.pages import offset, page
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.domain.spans import Span, asked_for, columns, sliced
from inquest.gateway.ports import Context, ProviderError

SOURCE = "tempo"
_SLICES = 4
_SEARCHES_MAX = 400
_AROUND_S = 3600  # how long before and after the window Tempo looks for the rest of a trace
_MISSING = frozenset({404})


class TempoProvider:
    """One Tempo, or a tenant of it."""

    def __init__(self, config: Config, catalogue: Catalogue, http: HttpClient) -> None:
        self._config = config
        self._catalogue = catalogue
        self._http = http
        self._headers = {"Accept": "application/json"}
        if config.settings.org_id:
            self._headers["X-Scope-OrgID"] = config.settings.org_id

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe="GET /api/search")

    async def probe(self) -> None:
        """See Provider. `/ready` says nothing about our credentials, and hosted Tempo does not have it."""
        context = Context("", "traces", time.monotonic() + PROBE_S, PROBE_BYTES_MAX)
        await self._search({"q": "{ }"}, 1, context, [])

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        if not isinstance(request, TracesRequest):
            raise ProviderError("unsupported", f"Tempo has no {context.domain}")
        offset(request.cursor)
        cuts: list[str] = []
        asked = ranges(request)
        if request.trace_ids:
            ids = {one.lower().zfill(32) for one in request.trace_ids if TRACE_ID.fullmatch(one)}
            query = "; ".join(f"GET /api/traces/{one}" for one in sorted(ids))
        else:
            searches = self._searches(request, cuts)
            share = max(1, self._config.settings.traces_max // max(1, len(searches)))
            found = await together(self._search(one, share, context, cuts) for one in searches)
            ids = {one.lower().zfill(32) for ones in found for one in ones}
            query = "; ".join(sorted({f"GET /api/search?{urlencode(one)}" for one in searches}))
        around = (
            {
                "start": str(max(0, math.floor(asked[0].start) - _AROUND_S)),
                "end": str(math.ceil(asked[-1].end) + _AROUND_S),
            }
            if asked
            else {}
        )
        traces = await together(self._trace(one, around, context) for one in sorted(ids) if asked)
        paged = page(asked_for(traces, request), request)
        partial = "; ".join([*sorted(set(cuts)), *([f"{paged.left} more spans"] if paged.left else [])])
        response = columns(paged.rows, self._catalogue, SOURCE).model_copy(
            update={"next_cursor": paged.next_cursor, "truncated": bool(partial)}
        )
        return Fetched(response, query or "nothing", (), partial)

    def _searches(self, request: TracesRequest, cuts: list[str]) -> list[dict[str, str]]:
        """Return the parameters of each search: of a service, where services are named, and a slice."""
        there = self._config.settings.services
        wanted = {name for one in request.services for name in self._catalogue.names_of(one, SOURCE)}
        ours = sorted(there) or [""]
        services = [one for one in sorted(wanted) if not there or one in there] if request.services else ours
        found = [
            {"q": traceql(service, request), "start": str(start // 10**6), "end": str(-(-end // 10**6))}
            for service in services
            for start, end in sliced(request, _SLICES, per_s=1e6)
        ]
        if len(found) > _SEARCHES_MAX:
            cuts.append(f"{len(found)} searches are needed, {_SEARCHES_MAX} were made: name the services")
        return found[:_SEARCHES_MAX]

    async def _search(self, params: Mapping[str, str], limit: int, context: Context, cuts: list[str]) -> list[str]:
        asked = {**params, "limit": str(limit), "spss": "1"}
        answer = await self._http.json("GET", "/api/search", context, params=asked, headers=self._headers)
        found = ids_of(answer)
        if len(found) >= limit:
            cuts.append(f"{params['q']} finds more traces than its share of traces_max")
        return found

    async def _trace(self, trace_id: str, around: Mapping[str, str], context: Context) -> list[Span]:
        answer = await self._http.ask(
            "GET", f"/api/traces/{trace_id}", context, params=around, headers=self._headers, allow=_MISSING
        )
        return [] if answer.status in _MISSING else spans_of(answer.json())


def traceql(service: str, request: TracesRequest) -> str:
    """Return the query for traces that touch a service, empty for any. Values from outside are quoted strings in it."""
    touched = [f"resource.service.name = {_quoted(service)}"] if service else []
    if request.names:
        touched.append("(" + " || ".join(f"name = {_quoted(one)}" for one in sorted(set(request.names))) + ")")
    suffered = ["status = error"] if request.errors_only else []
    suffered += [f"duration >= {round(request.duration_ms_min * 1000)}us"] if request.duration_ms_min else []
    parts = [f"{{ {' && '.join(part)} }}" for part in (touched, suffered) if part]
    return " && ".join(parts) or "{ }"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # TraceQL quotes as Go does, and JSON's escapes are a part of those


def build(config: Config, kit: Kit) -> TempoProvider:
    """See Build."""
    return TempoProvider(config, kit.catalogue, kit.http(config.settings))
