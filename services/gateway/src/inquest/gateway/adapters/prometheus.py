"""Reads metrics from a Prometheus server, or anything that speaks its HTTP API. Names come from configuration alone."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from inquest.config import Catalogue
from inquest.config.kinds.prometheus import PrometheusDiscovery, PrometheusSettings
from inquest.config.kinds.prometheus import PrometheusProvider as Config
from inquest.contracts.latest import DataSourceInterfaceContract, DomainRequest, MetricsRequest, MetricsResponse
from inquest.gateway.adapters.http import HttpClient
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.adapters.prometheus_answers import Answers, RawSeries, matrix, metric_types, parse
from inquest.gateway.adapters.promql import Grid, Measure, configured, discovered, grids
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.ports import Context, ProviderError

_ABSENT = frozenset({404})
_REFUSED = frozenset({400, 422})  # with the reason as JSON in the body
_QUERY_TEXT_CHARS = 4000
_PROBE_S = 5.0
_PROBE_BYTES_MAX = 1024 * 1024


@dataclass(slots=True)
class _Errand:
    """One call under way: what is asked, and what was lost."""

    asked: Sequence[Grid]
    context: Context
    measures: list[Measure] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class PrometheusProvider:
    """One Prometheus server. A query that fails is reported; only when all fail there is no answer."""

    def __init__(self, config: Config, catalogue: Catalogue, http: HttpClient) -> None:
        self._config = config
        self._settings: PrometheusSettings = config.settings
        self._catalogue = catalogue
        self._http = http

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe="GET /-/ready")

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider. There are no pages: what `rows_max` cuts off is asked for with fewer names or services."""
        if not isinstance(request, MetricsRequest):
            raise ProviderError("unsupported", f"Prometheus has no {context.domain}")
        if request.cursor:
            raise ProviderError("unsupported", "Prometheus has no pages: ask for fewer names or services")
        errand = _Errand(grids(ranges(request), max(self._settings.step_s, request.step_s)), context)
        if not errand.asked:
            return Fetched(MetricsResponse(), "nothing: the window is shorter than the step")
        await self._plan(errand, request.names)
        lost_on_the_way = errand.problems[:1]
        answers = Answers(
            self._catalogue, frozenset(request.services), self._settings.series_max, points_max=request.rows_max
        )
        failed = await self._run(errand, answers)
        cut = "some series were left out, see problems" if answers.cut else ""
        return Fetched(
            MetricsResponse(series=[answers.series[key] for key in sorted(answers.series)], truncated=answers.cut),
            _query_text(errand),
            (*errand.problems, *answers.problems),
            failed or cut or "".join(lost_on_the_way),
        )

    async def probe(self) -> None:
        """See Provider."""
        context = Context("", "metrics", time.monotonic() + _PROBE_S, _PROBE_BYTES_MAX)
        if (await self._http.ask("GET", "/-/ready", context, allow=_ABSENT)).status == 200:
            return
        # Servers that only speak the query API have no such page.
        parse((await self._http.ask("GET", "/api/v1/query", context, params={"query": "1"}, allow=_REFUSED)).body)

    # -- what to ask ----------------------------------------------------------------------------

    async def _plan(self, errand: _Errand, names: Sequence[str]) -> None:
        step_s = errand.asked[0].step_s
        errand.measures += [configured(query, step_s) for query in self._settings.queries]
        if self._settings.discovery:
            types = await self._types(errand)
            for discovery in self._settings.discovery:
                await self._discover(discovery, types, errand)
        if names:
            errand.measures = [one for one in errand.measures if one.metric in names]

    async def _discover(self, discovery: PrometheusDiscovery, types: Mapping[str, str], errand: _Errand) -> None:
        params = {"match[]": discovery.match, "start": str(errand.asked[0].start), "end": str(errand.asked[-1].end)}
        data = await self._data(errand, "/api/v1/label/__name__/values", params)
        names = [name for name in data if isinstance(name, str)] if isinstance(data, list) else []
        measures = discovered(discovery, names, types, errand.asked[0].step_s)
        if not measures:
            errand.problems.append(f"{discovery.match}: no metrics match in this window")
        if len(measures) > discovery.metrics_max:
            errand.problems.append(
                f"{discovery.match}: {len(measures)} metrics match, {discovery.metrics_max} were taken; "
                "raise metrics_max or exclude some"
            )
        errand.measures += measures[: discovery.metrics_max]

    async def _types(self, errand: _Errand) -> dict[str, str]:
        try:
            data = await self._data(errand, "/api/v1/metadata", {"limit_per_metric": "1"})
        except ProviderError as error:
            if not error.passing:
                raise
            errand.problems.append(f"metric types are guessed from names: {error}")
            return {}
        return metric_types(data)

    async def _data(self, errand: _Errand, path: str, params: Mapping[str, str]) -> Any:
        answer = await self._http.ask("GET", path, errand.context, params=params, allow=_REFUSED)
        data, warnings = await asyncio.to_thread(parse, answer.body)
        errand.problems += warnings
        return data

    # -- asking ---------------------------------------------------------------------------------

    async def _run(self, errand: _Errand, answers: Answers) -> str:
        """Ask everything and return what failed. Raises ProviderError when nothing was answered."""
        found = await asyncio.gather(*(self._measure(errand, measure) for measure in errand.measures))
        failures: list[tuple[Measure, ProviderError]] = []
        # Only now, in order: which of two equal series counts must not depend on which came first.
        for measure, outcome in zip(errand.measures, found, strict=True):
            if isinstance(outcome, ProviderError):
                failures.append((measure, outcome))
            else:
                for series in outcome:
                    answers.take(measure, series)
        if not failures:
            return ""
        if len(failures) == len(errand.measures):
            raise failures[0][1]
        said = [f"{measure.metric}: {error}" for measure, error in failures]
        answers.problems += said
        return f"{len(said)} of {len(errand.measures)} queries failed, the first: {said[0]}"

    async def _measure(self, errand: _Errand, measure: Measure) -> list[list[RawSeries]] | ProviderError:
        try:
            return [await self._query_range(errand, measure, grid) for grid in errand.asked]
        except ProviderError as error:
            return error

    async def _query_range(self, errand: _Errand, measure: Measure, grid: Grid) -> list[RawSeries]:
        form = {
            "query": measure.promql,
            "start": str(grid.start),
            "end": str(grid.end),
            "step": str(grid.step_s),
        }
        # POST: an expression may be longer than a proxy lets an address be.
        answer = await self._http.ask("POST", "/api/v1/query_range", errand.context, form=form, allow=_REFUSED)
        series, warnings = await asyncio.to_thread(matrix, answer.body)
        errand.problems += [warning for warning in warnings if warning not in errand.problems]
        return series


def _query_text(errand: _Errand) -> str:
    times = ", ".join(f"{grid.start} to {grid.end} step {grid.step_s}s" for grid in errand.asked)
    text = "; ".join(measure.promql for measure in errand.measures)
    return f"{text[:_QUERY_TEXT_CHARS]}{'…' if len(text) > _QUERY_TEXT_CHARS else ''} over {times}"


def build(config: Config, kit: Kit) -> PrometheusProvider:
    """See Build."""
    return PrometheusProvider(config, kit.catalogue, kit.http(config.settings.spelt_out()))
