"""Reads metrics from a Prometheus server, or anything that speaks its HTTP API. Names come from configuration alone."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from inquest.config import Catalogue
from inquest.config.providers import PrometheusDiscovery, PrometheusSettings
from inquest.config.secrets import resolve
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import Domain, MetricsResponse, Query
from inquest.gateway.adapters.http import Answer, ask
from inquest.gateway.adapters.prometheus_answers import Answers, RawSeries, matrix, metric_types, parse
from inquest.gateway.adapters.promql import Grid, Measure, configured, discovered, grids
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.ports import NotServed, ProviderFailed

_QUERIES_AT_ONCE = 4
_QUERY_TEXT_CHARS = 4000


@dataclass(slots=True)
class _Errand:
    """One fetch under way: what is asked, what was lost, and how many bytes may still be read."""

    asked: Sequence[Grid]
    bytes_left: int
    measures: list[Measure] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class PrometheusProvider:
    """One Prometheus server. A query that fails is reported; only when all fail there is no answer."""

    def __init__(
        self, settings: PrometheusSettings, catalogue: Catalogue, http: httpx.AsyncClient, bytes_max: int
    ) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._http = http
        self._bytes_max = bytes_max
        self._turns = asyncio.Semaphore(_QUERIES_AT_ONCE)

    async def fetch(self, domain: Domain, query: Query) -> Fetched:
        """See Provider."""
        if domain != "metrics":
            raise NotServed(f"Prometheus has no {domain}")
        errand = _Errand(grids(ranges(query), self._settings.step_s), self._bytes_max)
        if not errand.asked:
            return Fetched(MetricsResponse(), "nothing: the window is shorter than the step")
        await self._plan(errand, query.names)
        lost_on_the_way = errand.problems[:1]
        answers = Answers(
            self._catalogue, frozenset(query.services), self._settings.series_max, points_max=query.rows_max
        )
        failed = await self._run(errand, answers)
        cut = "some series were left out, see problems" if answers.cut else ""
        return Fetched(
            MetricsResponse(series=[answers.series[key] for key in sorted(answers.series)]),
            _query_text(errand),
            (*errand.problems, *answers.problems),
            failed or cut or "".join(lost_on_the_way),
        )

    async def ping(self) -> None:
        """See Provider."""
        if (await self._ask("GET", "/-/ready", self._bytes_max)).status == httpx.codes.OK:
            return
        # Servers that only speak the query API have no such page.
        parse((await self._ask("GET", "/api/v1/query", self._bytes_max, params={"query": "1"})).body)

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
        except ProviderFailed as error:
            if not error.passing:
                raise
            errand.problems.append(f"metric types are guessed from names: {error}")
            return {}
        return metric_types(data)

    async def _data(self, errand: _Errand, path: str, params: Mapping[str, str]) -> Any:
        answer = await self._ask("GET", path, errand.bytes_left, params=params)
        errand.bytes_left -= len(answer.body)
        data, warnings = await asyncio.to_thread(parse, answer.body)
        errand.problems += warnings
        return data

    # -- asking ---------------------------------------------------------------------------------

    async def _run(self, errand: _Errand, answers: Answers) -> str:
        """Ask everything and return what failed. Raises ProviderFailed when nothing was answered."""
        found = await asyncio.gather(*(self._measure(errand, measure) for measure in errand.measures))
        failures: list[tuple[Measure, ProviderFailed]] = []
        # Only now, in order: which of two equal series counts must not depend on which came first.
        for measure, outcome in zip(errand.measures, found, strict=True):
            if isinstance(outcome, ProviderFailed):
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

    async def _measure(self, errand: _Errand, measure: Measure) -> list[list[RawSeries]] | ProviderFailed:
        found: list[list[RawSeries]] = []
        try:
            for grid in errand.asked:
                async with self._turns:
                    found.append(await self._query_range(errand, measure, grid))
        except ProviderFailed as error:
            return error
        return found

    async def _query_range(self, errand: _Errand, measure: Measure, grid: Grid) -> list[RawSeries]:
        form = {
            "query": measure.promql,
            "start": str(grid.start),
            "end": str(grid.end),
            "step": str(grid.step_s),
        }
        # POST: an expression may be longer than a proxy lets an address be.
        answer = await self._ask("POST", "/api/v1/query_range", errand.bytes_left, form=form)
        errand.bytes_left -= len(answer.body)
        series, warnings = await asyncio.to_thread(matrix, answer.body)
        errand.problems += [warning for warning in warnings if warning not in errand.problems]
        return series

    async def _ask(
        self,
        method: str,
        path: str,
        bytes_max: int,
        *,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        settings = self._settings
        try:
            headers = {"Authorization": f"Bearer {resolve(settings.bearer_token)}"} if settings.bearer_token else {}
        except InquestError as error:
            raise ProviderFailed(str(error), passing=False) from error
        url = settings.url.rstrip("/") + path
        return await ask(self._http, method, url, params=params, form=form, headers=headers, bytes_max=bytes_max)


def _query_text(errand: _Errand) -> str:
    times = ", ".join(f"{grid.start} to {grid.end} step {grid.step_s}s" for grid in errand.asked)
    text = "; ".join(measure.promql for measure in errand.measures)
    return f"{text[:_QUERY_TEXT_CHARS]}{'…' if len(text) > _QUERY_TEXT_CHARS else ''} over {times}"
