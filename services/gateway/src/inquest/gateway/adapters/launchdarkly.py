"""Reads the state of flags and the history of their changes over LaunchDarkly's REST API, version 2."""

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from inquest.config.kinds.launchdarkly import LaunchdarklyProvider as Config
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
from inquest.gateway.adapters.launchdarkly_answers import Entry, before_and_after, changes_of, entry_of, flags_of
from inquest.gateway.domain.flags import Owners, environments, history, states
from inquest.gateway.domain.forge import quoted, understood
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.pages import offset, page
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.ports import Context, ProviderError

SOURCE = "launchdarkly"
_ENTRIES_ROWS = 20  # more LaunchDarkly does not give
_FLAGS_ROWS = 100
_NAMED = 20  # flags that are asked for one by one rather than by reading them all
_GONE = frozenset({404})
_HURRIED = "LaunchDarkly was asked too often: changes come without before and after; details_max down"
_PLAIN = re.compile(r"[._-]*[A-Za-z0-9][A-Za-z0-9._-]*")


class LaunchdarklyProvider:
    """The projects of one configuration at LaunchDarkly."""

    def __init__(self, config: Config, kit: Kit) -> None:
        self._config = config
        self._settings = config.settings
        self._http = kit.http(config.settings)
        self._owners = Owners(kit.catalogue, SOURCE, config.settings.service_tag_prefix)
        self._headers = {"LD-API-Version": config.settings.api_version}
        self._url = config.settings.url.rstrip("/")

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe="GET /api/v2/flags/{project}?limit=1", cost="metered")

    async def probe(self) -> None:
        """See Provider."""
        context = Context("", "flags", time.monotonic() + PROBE_S, PROBE_BYTES_MAX)
        for project in self._settings.projects[:1]:
            raw = await self._json(f"/api/v2/flags/{project}", {"limit": "1"}, context)
            with understood("the list of flags"):
                list(raw["items"])

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider. The states come with the first page of the history."""
        if not isinstance(request, FlagsRequest):
            raise ProviderError("unsupported", f"LaunchDarkly has no {context.domain}")
        offset(request.cursor)  # a strange one is refused before anything is read
        places = [
            (project, environment)
            for project in self._settings.projects
            for environment in environments(request, self._settings.environments)
        ]
        asked = ranges(request)
        errand = Errand.over(request, context)
        flags = await self._states(request, places, errand) if request.states and not request.cursor else []
        found = await together(self._changes(request, *place, errand) for place in places if asked)
        rows = history((row for ones in found for row in ones), request, errand.start, errand.end)
        paged = page(rows, request, newest=True)
        changes = await self._with_details(paged.rows, errand)
        response = FlagsResponse(changes=changes, flags=states(flags, request), next_cursor=paged.next_cursor)
        errand.problems = sorted(set(errand.problems))
        return errand.fetched(response, paged.left)

    # -- history --------------------------------------------------------------------------------

    async def _changes(self, request: FlagsRequest, project: str, environment: str, errand: Errand) -> list[ChangeData]:
        """Return the changes of an environment, from the newest back: `before` leads from page to page."""
        name = request.names[0] if len(request.names) == 1 and _is_plain(request.names[0]) else "*"
        after_ms, before_ms = int(errand.start * 1000) - 1, int(errand.end * 1000) + 1
        params = {
            "spec": f"proj/{project}:env/{environment}:flag/{name}",
            "after": str(after_ms),
            "before": str(before_ms),
            "limit": str(_ENTRIES_ROWS),
        }
        errand.asked.append(f"GET /api/v2/auditlog?{'&'.join(f'{key}={value}' for key, value in params.items())}")
        found: dict[str, Entry] = {}
        for _ in range(-(-self._settings.entries_max // (_ENTRIES_ROWS - 1))):
            raw = await self._json("/api/v2/auditlog", params, errand.context)
            with understood("the audit log"):
                entries = [entry_of(one, project, environment) for one in raw["items"]]
            found |= {one.entry_id: one for one in entries}
            if len(entries) < _ENTRIES_ROWS:
                break
            params["before"] = str(self._next_before(entries, int(params["before"]), errand))
        else:
            errand.cuts.append(
                f"{project}/{environment} has more than {len(found)} entries in the audit log: older ones were "
                "not read (entries_max)"
            )
        return [row for one in found.values() for row in changes_of(one, environment, self._url, self._owners)]

    def _next_before(self, entries: Sequence[Entry], before_ms: int, errand: Errand) -> int:
        """Return where the next page ends: the oldest moment is read again, for the page may have cut it in two."""
        oldest_ms = min(one.at_ms for one in entries)
        if oldest_ms + 1 < before_ms:
            return oldest_ms + 1
        errand.cuts.append(f"more than {_ENTRIES_ROWS} entries of the audit log at {oldest_ms} ms: some were not read")
        return min(oldest_ms, before_ms - 1)

    async def _with_details(self, rows: Sequence[ChangeData], errand: Errand) -> list[ChangeData]:
        """Return the rows, the newest with what was before and after; `status` lent the entry's id until here."""
        ids = list(dict.fromkeys(row.status for row in reversed(rows)))
        if without := len(ids[self._settings.details_max :]):
            errand.problems.append(f"{without} older changes come without before and after (details_max)")
        wanted = ids[: self._settings.details_max]
        details: dict[str, Any] = {}
        at_once = self._settings.requests_at_once_max
        for start in range(0, len(wanted), at_once):
            if _HURRIED in errand.problems:
                break
            part = wanted[start : start + at_once]
            details |= zip(part, await together(self._detail(one, errand) for one in part), strict=True)
        with understood("an entry of the audit log"):
            return [_detailed(row, details.get(row.status)) for row in rows]

    async def _detail(self, entry_id: str, errand: Errand) -> Any:
        path = f"/api/v2/auditlog/{quoted(entry_id)}"
        try:
            answer = await self._http.ask("GET", path, errand.context, headers=self._headers, allow=_GONE)
        except ProviderError as error:
            if error.kind != "limited":
                raise
            errand.problems.append(_HURRIED)  # the history is there: it is worth more than its details
            return None
        if answer.status in _GONE:
            errand.problems.append(f"LaunchDarkly has no entry {entry_id:.50} any more")
            return None
        return answer.json()

    # -- states ---------------------------------------------------------------------------------

    async def _states(self, request: FlagsRequest, places: Sequence[tuple[str, str]], errand: Errand) -> list[FlagData]:
        wanted: dict[str, list[str]] = {}
        for project, environment in places:
            wanted.setdefault(project, []).append(environment)
        found: list[FlagData] = []
        for project, of_it in wanted.items():
            raws = await self._flags(request, project, of_it, errand)
            with understood("a flag"):
                found += [flag for raw in raws for one in of_it for flag in flags_of(raw, one, self._url, self._owners)]
        return found

    async def _flags(self, request: FlagsRequest, project: str, of_it: Sequence[str], errand: Errand) -> list[Any]:
        """Return a project's flags, with all that is known of them in these environments."""
        params: dict[str, Any] = {"env": list(of_it), "summary": "0"}
        if 0 < len(request.names) <= _NAMED:
            names = [name for name in request.names if _is_plain(name)]
            errand.asked += [f"GET /api/v2/flags/{project}/{name}" for name in names]
            one_by_one = await together(self._flag(project, name, params, errand) for name in names)
            return [raw for raw in one_by_one if raw is not None]
        errand.asked.append(f"GET /api/v2/flags/{project}?env={'&env='.join(of_it)}&summary=0")
        found: list[Any] = []
        while True:
            asked = {**params, "limit": str(_FLAGS_ROWS), "offset": str(len(found))}
            raw = await self._json(f"/api/v2/flags/{project}", asked, errand.context)
            with understood("the list of flags"):
                items, total = list(raw["items"]), int(raw.get("totalCount") or 0)
            found += items
            if len(found) >= self._settings.flags_max:
                if total > self._settings.flags_max:
                    errand.problems.append(f"{project} has {total} flags: the state of some was not read (flags_max)")
                return found[: self._settings.flags_max]
            if not items or len(found) >= total:
                return found

    async def _flag(self, project: str, name: str, params: Mapping[str, Any], errand: Errand) -> Any:
        path = f"/api/v2/flags/{project}/{quoted(name)}"
        answer = await self._http.ask("GET", path, errand.context, params=params, headers=self._headers, allow=_GONE)
        return None if answer.status in _GONE else answer.json()

    async def _json(self, path: str, params: Mapping[str, Any], context: Context) -> Any:
        return await self._http.json("GET", path, context, params=params, headers=self._headers)


def _detailed(row: ChangeData, detail: Any) -> ChangeData:
    before, after = (None, None) if detail is None else before_and_after(detail, row.environment)
    return row.model_copy(update={"status": "", "before": before, "after": after})


def _is_plain(name: str) -> bool:
    """Say whether it can be a flag's key: nothing that means something in a filter or an address."""
    return _PLAIN.fullmatch(name) is not None


def build(config: Config, kit: Kit) -> LaunchdarklyProvider:
    """See Build."""
    return LaunchdarklyProvider(config, kit)
