"""Reads log lines from a Loki server, or anything that speaks its HTTP API. Names come from configuration alone.

Where there are more lines than one call may bring, they are sampled evenly over the window: reading from its start
until the limit would show the baseline and nothing of the fault. What was not read is what the cursor leads to.
"""

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inquest.config import Catalogue
from inquest.config.kinds.loki import LokiProvider as Config
from inquest.contracts.latest import DataSourceInterfaceContract, DomainRequest, LogsRequest, LogsResponse
from inquest.gateway.adapters.http import HttpClient
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.ranges import TimeRange, ranges
from inquest.gateway.domain.stretches import Stretch, collect, cursor_of, of_cursor
from inquest.gateway.ports import Context, ProviderError

SOURCE = "loki"
_SLICES = 8  # of a stretch that has more lines than its share
_REQUESTS_MAX = 100
_PROBE_S = 5.0
_PROBE_BYTES_MAX = 1024 * 1024
_LEVELS = ("trace", "debug", "info", "warn", "error", "critical")
_LEVEL_AT = {"trace": 0, "debug": 1, "info": 2, "warning": 3, "error": 4, "critical": 5}


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One line with its labels, in which Loki merges what it knows of a single line."""

    at_ns: int
    text: str
    labels: Mapping[str, str] = field(compare=False)


@dataclass(slots=True)
class _Errand:
    """One call under way."""

    logql: str
    context: Context
    lines: list[Line] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class LokiProvider:
    """One Loki server."""

    def __init__(self, config: Config, catalogue: Catalogue, http: HttpClient) -> None:
        self._config = config
        self._settings = config.settings
        self._catalogue = catalogue
        self._http = http
        self._headers = {"X-Scope-OrgID": config.settings.org_id} if config.settings.org_id else {}

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe="GET /loki/api/v1/labels")

    async def probe(self) -> None:
        """See Provider. `/ready` is not there on hosted Loki, and says nothing about our credentials."""
        context = Context("", "logs", time.monotonic() + _PROBE_S, _PROBE_BYTES_MAX)
        await self._data("/loki/api/v1/labels", {}, context)

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        if not isinstance(request, LogsRequest):
            raise ProviderError("unsupported", f"Loki has no {context.domain}")
        stretches = [_stretch(one) for one in ranges(request)]
        if request.cursor:
            stretches = of_cursor(request.cursor, stretches)
        errand = _Errand(self._logql(request), context)
        left = await collect(
            lambda stretch, limit: self._read(errand, stretch, limit),
            stretches,
            rows_max=min(request.rows_max, self._settings.lines_max),
            page_max=self._settings.page_lines_max - 1,
            slices=1 if request.cursor else _SLICES,
            requests_max=_REQUESTS_MAX,
        )
        seen = await self._count(request, errand) if left and not request.cursor else None
        response = self._response(errand, left, seen)
        cut = f"{len(errand.lines)} lines{f' of {seen}' if seen else ''}, taken evenly over the window" if left else ""
        return Fetched(response, f"{errand.logql} over {_listed(stretches)}", tuple(errand.problems), cut)

    def _logql(self, request: LogsRequest) -> str:
        """Return the expression. Values from outside are only ever quoted strings and escaped patterns in it."""
        settings = self._settings
        inner = settings.selector.strip()[1:-1].strip().rstrip(",")
        matchers = [inner] if inner else []
        if request.services:
            names = [name for one in request.services for name in self._catalogue.names_of(one, SOURCE)]
            matchers.append(f"{settings.service_label}=~{_any_of(names)}")
        parts = [f"{{{', '.join(matchers)}}}"]
        if request.text:
            parts.append(f"|~ {_quoted(f'(?i){re.escape(request.text)}')}")
        if request.severity_min:
            below = _LEVELS[: _LEVEL_AT[request.severity_min]]
            pattern = _quoted(f"(?i)({'|'.join(below)}).*")
            parts += [f"| {label}!~{pattern}" for label in settings.severity_labels if below]
        if request.trace_ids:
            parts.append(f"| {settings.trace_id_label}=~{_any_of(request.trace_ids)}")
        return " ".join(parts)

    async def _read(self, errand: _Errand, stretch: Stretch, limit: int) -> tuple[int, Stretch | None]:
        """Take up to `limit` lines from the start of a stretch in nanoseconds; see Read."""
        params = {
            "query": errand.logql,
            "start": str(stretch[0]),
            "end": str(stretch[1]),
            "limit": str(limit + 1),  # one more tells whether there is more
            "direction": "forward",
        }
        data = await self._data("/loki/api/v1/query_range", params, errand.context)
        found = sorted(lines_of(data))
        if len(found) <= limit:
            errand.lines += found
            return len(found), None
        upto_ns = found[limit].at_ns
        whole = [line for line in found[:limit] if line.at_ns < upto_ns]
        if not whole:  # all of one moment: there is no way to ask for the others
            whole, upto_ns = found[:limit], upto_ns + 1
            errand.problems.append(f"more than {limit} lines at {upto_ns - 1} ns: the others were left out")
        errand.lines += whole
        return len(whole), (upto_ns, stretch[1]) if upto_ns < stretch[1] else None

    async def _count(self, request: LogsRequest, errand: _Errand) -> int | None:
        """Return how many lines there are, where Loki's index knows: it counts streams, not what a filter leaves."""
        if request.text or request.severity_min or request.trace_ids:
            return None
        total = 0
        for start, end in map(_stretch, ranges(request)):
            params = {"query": errand.logql, "start": str(start), "end": str(end)}
            try:
                stats = await self._http.json(
                    "GET", "/loki/api/v1/index/stats", errand.context, params=params, headers=self._headers
                )
            except ProviderError:
                return None  # the lines are there; only their number is not
            total += stats["entries"] if isinstance(stats, dict) and isinstance(stats.get("entries"), int) else 0
        return total or None

    async def _data(self, path: str, params: Mapping[str, str], context: Context) -> Any:
        answer = await self._http.json("GET", path, context, params=params, headers=self._headers)
        if not isinstance(answer, dict) or answer.get("status") != "success" or "data" not in answer:
            raise ProviderError("malformed", "the answer has no status and data: is this address a Loki?")
        return answer["data"]

    def _response(self, errand: _Errand, left: Sequence[Stretch], seen: int | None) -> LogsResponse:
        settings = self._settings
        response = LogsResponse(truncated=bool(left), next_cursor=cursor_of(left), lines_seen=seen)
        nameless = 0
        for line in sorted(errand.lines):
            name = line.labels.get(settings.service_label)
            if not name:
                nameless += 1
                continue
            response.times.append(line.at_ns / 1e9)
            response.services.append(self._catalogue.resolve(name, SOURCE) or name)
            labels = line.labels
            response.severities.append(next((labels[one] for one in settings.severity_labels if labels.get(one)), ""))
            response.messages.append(line.text)
            response.trace_ids.append(labels.get(settings.trace_id_label) or None)
            response.span_ids.append(labels.get(settings.span_id_label) or None)
        if nameless:
            errand.problems.append(f"{nameless} lines without the label {settings.service_label!r} were left out")
        return response


def lines_of(data: Any) -> list[Line]:
    """Return the lines of a range query's answer. Raises ProviderError (malformed)."""
    if not isinstance(data, dict) or data.get("resultType") != "streams" or not isinstance(data.get("result"), list):
        raise ProviderError("malformed", "the answer has no streams: is the selector one of log lines?")
    found: list[Line] = []
    try:
        for stream in data["result"]:
            labels = {str(name): str(value) for name, value in stream["stream"].items()}
            for at_ns, text, *more in stream["values"]:
                if not isinstance(text, str):
                    raise TypeError(text)  # noqa: TRY301 - one way out for whatever is malformed
                known = more[0].get("structuredMetadata", more[0]) if more else {}
                found.append(Line(int(at_ns), text, labels | known))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProviderError("malformed", f"a stream of the answer is malformed: {error!r}"[:300]) from error
    return found


def _stretch(part: TimeRange) -> Stretch:
    return round(part.start * 1e6) * 1000, round(part.end * 1e6) * 1000


def _any_of(words: Sequence[str]) -> str:
    return _quoted("|".join(re.escape(word) for word in words))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # LogQL quotes as Go does, and JSON's escapes are a part of those


def _listed(stretches: Sequence[Stretch]) -> str:
    return ", ".join(f"{start} to {end}" for start, end in stretches) + " ns"


def build(config: Config, kit: Kit) -> LokiProvider:
    """See Build."""
    return LokiProvider(config, kit.catalogue, kit.http(config.settings))
