"""Reads the state of flags and the events that changed them over Unleash's admin API."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from inquest.config.kinds.unleash import UnleashProvider as Config
from inquest.contracts.latest import (
    ChangeData,
    DataSourceInterfaceContract,
    DomainRequest,
    FlagData,
    FlagsRequest,
    FlagsResponse,
)
from inquest.gateway.adapters.errands import PROBE_BYTES_MAX, PROBE_S, Errand, together
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.adapters.unleash_answers import changes_of, flags_of, tags_of, with_strategies
from inquest.gateway.domain.flags import Owners, environments, history, states
from inquest.gateway.domain.forge import quoted, seconds, understood
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.pages import offset, page
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.ports import Context, ProviderError

SOURCE = "unleash"
_ROWS = 1000  # more Unleash does not give
_DAY_S = 24 * 3600
_GONE = frozenset({404})


class UnleashProvider:
    """The projects of one configuration at one Unleash."""

    def __init__(self, config: Config, kit: Kit) -> None:
        self._config = config
        self._settings = config.settings
        self._http = kit.http(config.settings)
        self._owners = Owners(kit.catalogue, SOURCE, config.settings.service_tag_prefix)
        self._url = config.settings.url.rstrip("/")

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe="GET /api/admin/search/events?limit=1")

    async def probe(self) -> None:
        """See Provider. `/health` says nothing about our credentials."""
        context = Context("", "flags", time.monotonic() + PROBE_S, PROBE_BYTES_MAX)
        params = {"project": f"IS:{self._settings.projects[0]}", "limit": "1", "offset": "0"}
        raw = await self._http.json("GET", "/api/admin/search/events", context, params=params)
        with understood("the events"):
            list(raw["events"])

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider. The states come with the first page of the history."""
        if not isinstance(request, FlagsRequest):
            raise ProviderError("unsupported", f"Unleash has no {context.domain}")
        offset(request.cursor)  # a strange one is refused before anything is read
        there = environments(request, self._settings.environments)
        errand = Errand.over(request, context)
        found = await together(self._project(request, project, there, errand) for project in self._settings.projects)
        rows = history((row for changes, _ in found for row in changes), request, errand.start, errand.end)
        paged = page(rows, request, newest=True)
        flags: list[FlagData] = []
        if request.states and not request.cursor:
            changed = {row.ref for row in rows} | set(request.names)
            for project, (_, ones) in zip(self._settings.projects, found, strict=True):
                flags += await self._with_strategies(project, states(ones, request), changed, errand)
        response = FlagsResponse(changes=list(paged.rows), flags=flags, next_cursor=paged.next_cursor)
        return errand.fetched(response, paged.left)

    async def _project(
        self, request: FlagsRequest, project: str, there: Sequence[str], errand: Errand
    ) -> tuple[list[ChangeData], list[FlagData]]:
        """Return a project's history and states. Whose a flag is, its tags tell: they come with the states."""
        path = f"/api/admin/projects/{quoted(project)}/features"
        errand.asked.append(f"GET {path}")
        raw = await self._http.json("GET", path, errand.context)
        with understood(path):
            features = list(raw["features"])
            tags = {one["name"]: tags_of(one) for one in features}
            made = [
                flag
                for one in features[: self._settings.flags_max]
                for name in there
                for flag in flags_of(one, project, name, self._url, self._owners)
            ]
        if len(features) > self._settings.flags_max:
            errand.problems.append(f"{project} has {len(features)} flags: the state of some was not taken (flags_max)")
        events = await self._events(request, project, errand) if ranges(request) else []
        with understood("an event"):
            changes = [
                row
                for one in events
                for row in changes_of(one, there, self._url, self._owners, tags.get(one.get("featureName"), ()))
            ]
        return changes, made

    async def _events(self, request: FlagsRequest, project: str, errand: Errand) -> list[Any]:
        """Return events, the newest first, until one from before the window.

        Unleash takes days alone, in its own time zone: a day more on both sides.
        """
        params = {"project": f"IS:{project}", "from": _day(errand.start - _DAY_S), "to": _day(errand.end + _DAY_S)}
        params |= {"feature": f"IS:{request.names[0]}"} if len(request.names) == 1 else {}
        errand.asked.append(f"GET /api/admin/search/events?{urlencode(params)}")
        found: dict[str, Any] = {}
        start = 0
        while start < self._settings.events_max:
            limit = min(_ROWS, self._settings.events_max - start)
            asked: Mapping[str, str] = {**params, "limit": str(limit), "offset": str(start)}
            raw = await self._http.json("GET", "/api/admin/search/events", errand.context, params=asked)
            with understood("the events"):
                events = list(raw["events"])
                found |= {str(one["id"]): one for one in events}
                ended = not events or seconds(events[-1]["createdAt"]) < errand.start
            start += len(events)
            if ended or len(events) < limit:
                return list(found.values())
        errand.cuts.append(f"{project} has more than {start} events: older ones were not read (events_max)")
        return list(found.values())

    async def _with_strategies(
        self, project: str, flags: Sequence[FlagData], changed: set[str], errand: Errand
    ) -> list[FlagData]:
        wanted = list(dict.fromkeys((one.name, one.environment) for one in flags if one.name in changed))
        if without := len(wanted[self._settings.details_max :]):
            errand.problems.append(f"{without} flags come without their strategies (details_max)")
        wanted = wanted[: self._settings.details_max]
        found = await together(self._detail(project, *one, errand) for one in wanted)
        details = {one: raw for one, raw in zip(wanted, found, strict=True) if raw is not None}
        with understood("a flag's strategies"):
            return [
                with_strategies(one, details[key]) if (key := (one.name, one.environment)) in details else one
                for one in flags
            ]

    async def _detail(self, project: str, name: str, environment: str, errand: Errand) -> Any:
        path = f"/api/admin/projects/{quoted(project)}/features/{_part(name)}/environments/{quoted(environment)}"
        answer = await self._http.ask("GET", path, errand.context, allow=_GONE)
        return None if answer.status in _GONE else answer.json()


def _part(name: str) -> str:
    if name in {"", ".", ".."}:
        raise ProviderError("malformed", f"{name!r} is no flag's name")
    return quoted(name)


def _day(at_s: float) -> str:
    return f"IS:{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d}"


def build(config: Config, kit: Kit) -> UnleashProvider:
    """See Build."""
    return UnleashProvider(config, kit)
