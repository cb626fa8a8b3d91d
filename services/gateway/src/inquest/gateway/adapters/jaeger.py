"""Reads traces over the query API of Jaeger, versions 1 and 2.

Jaeger searches one service at a time and answers with the newest traces of a stretch. Each service and each slice of
the window has its share of the limit, so that neither a chatty service nor the last minute is all that is seen.
"""

import json
import re
import time
from collections.abc import Mapping
from urllib.parse import urlencode

from inquest.config import Catalogue
from inquest.config.kinds.jaeger import JaegerProvider as Config
from inquest.contracts.latest import DataSourceInterfaceContract, DomainRequest, TracesRequest
from inquest.gateway.adapters.errands import together
from inquest.gateway.adapters.http import HttpClient
from inquest.gateway.adapters.jaeger_answers import data_of, spans_of
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.pages import offset, page
from inquest.gateway.domain.spans import Span, asked_for, columns, sliced
from inquest.gateway.ports import Context, ProviderError

SOURCE = "jaeger"
_SLICES = 4
_SEARCHES_MAX = 400
_PROBE_S = 5.0
_PROBE_BYTES_MAX = 1024 * 1024
_TRACE_ID = re.compile(r"[0-9a-fA-F]{1,32}")
_MISSING = frozenset({404})


class JaegerProvider:
    """One Jaeger."""

    def __init__(self, config: Config, catalogue: Catalogue, http: HttpClient) -> None:
        self._config = config
        self._catalogue = catalogue
        self._http = http

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe="GET /api/services")

    async def probe(self) -> None:
        """See Provider."""
        await self._names(Context("", "traces", time.monotonic() + _PROBE_S, _PROBE_BYTES_MAX))

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        if not isinstance(request, TracesRequest):
            raise ProviderError("unsupported", f"Jaeger has no {context.domain}")
        offset(request.cursor)
        cuts: list[str] = []
        if request.trace_ids:
            asked = sorted({one for one in request.trace_ids if _TRACE_ID.fullmatch(one)})
            found = await together(self._trace(one, context) for one in asked)
            query = "; ".join(f"GET /api/traces/{one}" for one in asked)
        else:
            searches = await self._searches(request, context, cuts)
            share = max(1, self._config.settings.traces_max // max(1, len(searches)))
            found = await together(self._search(one, share, context, cuts) for one in searches)
            query = "; ".join(sorted({f"GET /api/traces?{urlencode(one)}" for one in searches}))
        paged = page(asked_for(found, request), request)
        partial = "; ".join([*sorted(set(cuts)), *([f"{paged.left} more spans"] if paged.left else [])])
        response = columns(paged.rows, self._catalogue, SOURCE).model_copy(
            update={"next_cursor": paged.next_cursor, "truncated": bool(partial)}
        )
        return Fetched(response, query or "nothing", (), partial)

    async def _names(self, context: Context) -> list[str]:
        """Return the services that Jaeger knows."""
        names = data_of(await self._http.json("GET", "/api/services", context))
        if not all(isinstance(one, str) for one in names):
            raise ProviderError("malformed", "the services of Jaeger are no list of names")
        return sorted(names)

    async def _searches(self, request: TracesRequest, context: Context, cuts: list[str]) -> list[dict[str, str]]:
        """Return the parameters of each search: of a service, an operation where some are asked for, and a slice."""
        there = self._config.settings.services or await self._names(context)
        wanted = {name for one in request.services for name in self._catalogue.names_of(one, SOURCE)}
        services = sorted(one for one in there if not request.services or one in wanted)
        fixed = {"tags": json.dumps({"error": "true"})} if request.errors_only else {}
        fixed |= {"minDuration": f"{round(request.duration_ms_min * 1000)}us"} if request.duration_ms_min else {}
        slices = sliced(request, _SLICES, per_s=1e6)
        found = []
        for service in services:
            for operation in sorted(set(request.names)) or [""]:
                of = {"service": service} | ({"operation": operation} if operation else {}) | fixed
                # Jaeger's end is inside
                found += [of | {"start": str(start), "end": str(end - 1)} for start, end in slices]
        if len(found) > _SEARCHES_MAX:
            cuts.append(f"{len(found)} searches are needed, {_SEARCHES_MAX} were made: name the services")
        return found[:_SEARCHES_MAX]

    async def _search(self, params: Mapping[str, str], limit: int, context: Context, cuts: list[str]) -> list[Span]:
        answer = await self._http.json("GET", "/api/traces", context, params={**params, "limit": str(limit)})
        traces = data_of(answer)
        if len(traces) >= limit:
            cuts.append(f"{params['service']} has more traces than its share of traces_max")
        return spans_of(traces)

    async def _trace(self, trace_id: str, context: Context) -> list[Span]:
        answer = await self._http.ask("GET", f"/api/traces/{trace_id}", context, allow=_MISSING)
        return [] if answer.status in _MISSING else spans_of(data_of(answer.json()))


def build(config: Config, kit: Kit) -> JaegerProvider:
    """See Build."""
    return JaegerProvider(config, kit.catalogue, kit.http(config.settings))
