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
from inquest.gateway.adapters.prometheus_answers import Answers, parse
from inquest.gateway.adapters.promql import Grid, Measure, configured, discovered, grids
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.ports import NotServed, ProviderFailed

_QUERIES_AT_ONCE = 4
_QUERY_TEXT_CHARS = 4000


@dataclass(slots=True)
class _Plan:
    """What is asked, and what was lost on the way to it."""

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
        asked = grids(ranges(query), self._settings.step_s)
        if not asked:
            return Fetched(MetricsResponse(), "nothing: the window is shorter than the step")
        plan = await self._plan(asked, query.names)
        answers = Answers(
            self._catalogue, frozenset(query.services), self._settings.series_max, points_max=query.rows_max
        )
        lost = await self._run(plan.measures, asked, answers)
        partial = lost or ("some series were left out, see problems" if answers.cut else "")
        return Fetched(
            MetricsResponse(series=[answers.series[key] for key in sorted(answers.series)]),
            _query_text(plan.measures, asked),
            (*plan.problems, *answers.problems),
            partial or (plan.problems[0] if plan.problems else ""),
        )

    async def ping(self) -> None:
        """See Provider."""
        if (await self._ask("GET", "/-/ready")).status == httpx.codes.OK:
            return
        # Servers that only speak the query API have no such page.
        parse((await self._ask("GET", "/api/v1/query", params={"query": "1"})).body)

    # -- what to ask ----------------------------------------------------------------------------

    async def _plan(self, asked: Sequence[Grid], names: Sequence[str]) -> _Plan:
        step_s = asked[0].step_s
        plan = _Plan([configured(query, step_s) for query in self._settings.queries])
        if self._settings.discovery:
            types = await self._types(plan)
            for discovery in self._settings.discovery:
                await self._discover(discovery, types, asked, plan)
        if names:
            plan.measures = [one for one in plan.measures if one.metric in names]
        return plan

    async def _discover(
        self, discovery: PrometheusDiscovery, types: Mapping[str, str], asked: Sequence[Grid], plan: _Plan
    ) -> None:
        params = {"match[]": discovery.match, "start": str(asked[0].start), "end": str(asked[-1].end)}
        data = await self._data("GET", "/api/v1/label/__name__/values", params=params, problems=plan.problems)
        names = [name for name in data if isinstance(name, str)] if isinstance(data, list) else []
        measures = discovered(discovery, names, types, asked[0].step_s)
        if not measures:
            plan.problems.append(f"{discovery.match}: no metrics match in this window")
        if len(measures) > discovery.metrics_max:
            plan.problems.append(
                f"{discovery.match}: {len(measures)} metrics match, {discovery.metrics_max} were taken; "
                "raise metrics_max or exclude some"
            )
        plan.measures += measures[: discovery.metrics_max]

    async def _types(self, plan: _Plan) -> dict[str, str]:
        try:
            data = await self._data("GET", "/api/v1/metadata", params={"limit_per_metric": "1"}, problems=plan.problems)
        except ProviderFailed as error:
            if not error.passing:
                raise
            plan.problems.append(f"metric types are guessed from names: {error}")
            return {}
        entries = data.items() if isinstance(data, dict) else ()
        return {str(name): str(found[0].get("type", "")) for name, found in entries if found}

    # -- asking ---------------------------------------------------------------------------------

    async def _run(self, measures: Sequence[Measure], asked: Sequence[Grid], answers: Answers) -> str:
        """Ask everything and return what was lost. Raises ProviderFailed when nothing was answered."""
        found = await asyncio.gather(
            *(self._measure(measure, asked, answers.problems) for measure in measures), return_exceptions=True
        )
        failures: list[str] = []
        first: ProviderFailed | None = None
        for measure, outcome in zip(measures, found, strict=True):
            if isinstance(outcome, ProviderFailed):
                first = first or outcome
                failures.append(f"{measure.metric}: {outcome}")
            elif isinstance(outcome, BaseException):
                raise outcome
            else:
                for data in outcome:
                    answers.take(measure, data)
        if first and len(failures) == len(measures):
            raise first
        answers.problems += failures
        return f"{len(failures)} of {len(measures)} queries failed, the first: {failures[0]}" if failures else ""

    async def _measure(self, measure: Measure, asked: Sequence[Grid], problems: list[str]) -> list[Any]:
        found = []
        for grid in asked:
            form = {
                "query": measure.promql,
                "start": str(grid.start),
                "end": str(grid.end),
                "step": str(grid.step_s),
            }
            async with self._turns:
                found.append(await self._data("POST", "/api/v1/query_range", form=form, problems=problems))
        return found

    async def _data(
        self,
        method: str,
        path: str,
        *,
        problems: list[str],
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Any:
        answer = await self._ask(method, path, params=params, form=form)
        data, warnings = await asyncio.to_thread(parse, answer.body)
        problems += warnings
        return data

    async def _ask(
        self,
        method: str,
        path: str,
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
        return await ask(self._http, method, url, params=params, form=form, headers=headers, bytes_max=self._bytes_max)


def _query_text(measures: Sequence[Measure], asked: Sequence[Grid]) -> str:
    times = ", ".join(f"{grid.start} to {grid.end} step {grid.step_s}s" for grid in asked)
    text = "; ".join(measure.promql for measure in measures)
    return f"{text[:_QUERY_TEXT_CHARS]}{'…' if len(text) > _QUERY_TEXT_CHARS else ''} over {times}"
