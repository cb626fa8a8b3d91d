"""Reads log lines from OpenSearch or Elasticsearch, over the `_search` that both have.

Pages go by time: a page ends before a millisecond that it does not hold whole, and the next one begins with it. That
needs no scroll, no point in time and no tie-breaking field, so nothing is left open in the cluster, and a cursor holds
good for as long as the lines do. Where there are more lines than one call may bring, they are taken evenly.
"""

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from inquest.config import Catalogue
from inquest.config.kinds.opensearch import OpensearchProvider as Config
from inquest.contracts.latest import DataSourceInterfaceContract, DomainRequest, LogsRequest, LogsResponse
from inquest.gateway.adapters.http import HttpClient
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.adapters.opensearch_answers import Found, Line, Places, found_in
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.pages import is_severe, words_below
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.domain.stretches import Stretch, collect, cursor_of, of_cursor
from inquest.gateway.ports import Context, ProviderError

SOURCE = "opensearch"
_SLICES = 8
_REQUESTS_MAX = 100
_PROBE_S = 5.0
_PROBE_BYTES_MAX = 1024 * 1024
_EXPANSIONS = 500  # words that the last, unfinished word of a text may stand for


@dataclass(slots=True)
class _Errand:
    """One call under way."""

    request: LogsRequest
    context: Context
    lines: list[Line] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)


class OpensearchProvider:
    """The indices of one configuration."""

    def __init__(self, config: Config, catalogue: Catalogue, http: HttpClient) -> None:
        self._config = config
        self._settings = settings = config.settings
        self._catalogue = catalogue
        self._http = http
        self._indices = ",".join(settings.indices)
        self._path = f"/{quote(self._indices, safe=',*:')}/_search"
        self._places = Places(
            settings.time_field,
            settings.message_field,
            settings.service_field,
            settings.level_field,
            settings.trace_id_field,
            settings.span_id_field,
        )

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe=f"POST {self._path}")

    async def probe(self) -> None:
        """See Provider. The cluster's own health may be another team's secret, and says nothing of our privileges."""
        context = Context("", "logs", time.monotonic() + _PROBE_S, _PROBE_BYTES_MAX)
        await self._search({"size": 0, "terminate_after": 1, "track_total_hits": False}, context)

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        if not isinstance(request, LogsRequest):
            raise ProviderError("unsupported", f"OpenSearch has no {context.domain}")
        asked = [(math.floor(one.start * 1000), math.ceil(one.end * 1000)) for one in ranges(request)]
        stretches = of_cursor(request.cursor, asked) if request.cursor else asked
        errand = _Errand(request, context)
        left = await collect(
            lambda stretch, limit: self._read(errand, stretch, limit),
            stretches,
            rows_max=min(request.rows_max, self._settings.lines_max),
            page_max=self._settings.page_lines_max - 1,
            slices=1 if request.cursor else _SLICES,
            requests_max=_REQUESTS_MAX,
        )
        seen = await self._count(errand, asked) if left and not request.cursor else None
        cuts = sorted(errand.lost)
        if left:
            cuts.append(f"{len(errand.lines)} lines{f' of {seen}' if seen else ''}, taken evenly over the window")
        response = self._response(errand).model_copy(
            update={"truncated": bool(cuts), "next_cursor": cursor_of(left), "lines_seen": seen}
        )
        query = json.dumps({"query": self._query(request, stretches)}, ensure_ascii=False)
        return Fetched(response, f"POST {self._path} {query}", tuple(errand.problems), "; ".join(cuts))

    def _query(self, request: LogsRequest, stretches: Sequence[Stretch]) -> dict[str, Any]:
        """Return the query. Values from outside are only ever values of its JSON."""
        settings = self._settings
        clauses: list[dict[str, Any]] = [_any_of([_within(settings.time_field, one) for one in stretches])]
        clauses += [{"terms": {name: list(values)}} for name, values in sorted(settings.terms.items())]
        if request.services:
            names = {name for one in request.services for name in self._catalogue.names_of(one, SOURCE)}
            clauses.append({"terms": {settings.service_field + settings.exact_suffix: sorted(names)}})
        if request.trace_ids:
            clauses.append({"terms": {settings.trace_id_field + settings.exact_suffix: sorted(set(request.trace_ids))}})
        if request.text.strip():
            clauses += _text(settings.message_field, request.text, settings.text_search)
        query: dict[str, Any] = {"bool": {"filter": clauses}}
        if below := words_below(request.severity_min):
            spelt = sorted({form for word in below for form in (word, word.upper(), word.capitalize())})
            query["bool"]["must_not"] = [{"terms": {settings.level_field + settings.exact_suffix: spelt}}]
        return query

    async def _read(self, errand: _Errand, stretch: Stretch, limit: int) -> tuple[int, Stretch | None]:
        """Take up to `limit` lines from the start of a stretch in milliseconds; see Read."""
        page = await self._page(errand, stretch, limit + 1)  # one more tells whether there is more
        if len(page.lines) <= limit:
            return self._take(errand, page.lines), None
        last_ms = page.lines[-1].ms
        whole = [line for line in page.lines if line.ms < last_ms]
        if whole:
            return self._take(errand, whole), (last_ms, stretch[1])
        # all of one millisecond: as many of them as there is room for
        errand.problems.append(f"more than {limit} lines in the millisecond {last_ms}: the others were left out")
        upto = (last_ms + 1, stretch[1]) if last_ms + 1 < stretch[1] else None
        return self._take(errand, page.lines[:limit]), upto

    def _take(self, errand: _Errand, lines: Sequence[Line]) -> int:
        """Keep the lines that are asked for; return how many of the limit they use up."""
        request, parts = errand.request, ranges(errand.request)
        errand.lines += [
            line
            for line in lines
            if any(part.start <= line.at < part.end for part in parts)
            and request.text.casefold() in line.message.casefold()
            and is_severe(line.level, request.severity_min)
        ]
        return len(lines)

    async def _page(self, errand: _Errand, stretch: Stretch, size: int) -> Found:
        places = self._places
        body = {
            "size": size,
            "track_total_hits": False,
            "timeout": f"{max(1, int(errand.context.left_s() * 1000))}ms",
            "sort": [{places.time: {"order": "asc", "unmapped_type": "date"}}],
            "query": self._query(errand.request, [stretch]),
            "_source": [places.message],
            "fields": [
                {"field": places.time, "format": "epoch_millis"},
                *sorted({places.service, places.level, places.trace_id, places.span_id}),
            ],
        }
        found = await self._search(body, errand.context)
        if found.lost:
            errand.lost.add(found.lost)
        return found

    async def _count(self, errand: _Errand, asked: Sequence[Stretch]) -> int | None:
        """Return how many lines there are; what a text is looked for here is not counted there."""
        if errand.request.text:
            return None
        body = {"size": 0, "track_total_hits": True, "query": self._query(errand.request, asked)}
        try:
            return (await self._search(body, errand.context)).total
        except ProviderError:
            return None  # the lines are there; only their number is not

    async def _search(self, body: dict[str, Any], context: Context) -> Found:
        answer = await self._http.json("POST", self._path, context, json=body)
        return found_in(answer, self._places, self._indices)

    def _response(self, errand: _Errand) -> LogsResponse:
        response = LogsResponse()
        nameless = 0
        for line in sorted(errand.lines):
            if not line.service:
                nameless += 1
                continue
            response.times.append(line.at)
            response.services.append(self._catalogue.resolve(line.service, SOURCE) or line.service)
            response.severities.append(line.level)
            response.messages.append(line.message)
            response.trace_ids.append(line.trace_id or None)
            response.span_ids.append(line.span_id or None)
        if nameless:
            errand.problems.append(f"{nameless} lines without the field {self._places.service!r} were left out")
        return response


def _within(name: str, stretch: Stretch) -> dict[str, Any]:
    return {"range": {name: {"gte": stretch[0], "lt": stretch[1], "format": "epoch_millis"}}}


def _any_of(clauses: list[dict[str, Any]]) -> dict[str, Any]:
    return clauses[0] if len(clauses) == 1 else {"bool": {"should": clauses, "minimum_should_match": 1}}


def _text(name: str, text: str, how: str) -> list[dict[str, Any]]:
    """Return what leaves most lines without a text in the cluster; the rest is left out here."""
    match how:
        case "wildcard":
            plain = text.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")
            return [{"wildcard": {name: {"value": f"*{plain}*", "case_insensitive": True}}}]
        case "phrase":
            phrase = {"query": text, "max_expansions": _EXPANSIONS, "zero_terms_query": "all"}
            return [{"match_phrase_prefix": {name: phrase}}]
    return []


def build(config: Config, kit: Kit) -> OpensearchProvider:
    """See Build."""
    return OpensearchProvider(config, kit.catalogue, kit.http(config.settings))
