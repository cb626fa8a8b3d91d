"""What providers of code and its changes do alike, whichever forge it is: ask repositories, order, page, add diffs."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

from inquest.config import Catalogue
from inquest.config.forge_section import ForgeRules
from inquest.config.provider_section import ProviderSettings
from inquest.contracts.latest import (
    ChangeData,
    ChangesRequest,
    ChangesResponse,
    CodeData,
    CodeRequest,
    CodeResponse,
    DataSourceInterfaceContract,
    DomainRequest,
    TicketData,
    TicketsRequest,
    TicketsResponse,
)
from inquest.gateway.adapters.errands import Errand, together
from inquest.gateway.adapters.http import HttpClient
from inquest.gateway.adapters.kit import interfaces
from inquest.gateway.domain.forge import Repositories, next_params, numbers_of, seconds, shipped, understood
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.pages import is_asked, offset, page
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.ports import Context, ProviderError

LOOKBACK_S = 24 * 3600.0
"""How long before the window commits and deploys are listed: they may have shipped, or begun, in it."""
PAGES_MAX = 10
PAGE_ROWS = 100
_MISSING = frozenset({404, 410})  # of an issue

ResultT = TypeVar("ResultT")
RequestT = TypeVar("RequestT", bound=DomainRequest)


Reader = Callable[[str, Errand], Awaitable[list[ChangeData]]]
CodeReader = Callable[[str, CodeRequest, Errand], Awaitable[list[CodeData]]]


class Forge(ABC):
    """One forge, or a folder of repositories. Subclasses say how each kind of thing is read."""

    def __init__(self, config: ProviderSettings, rules: ForgeRules, names: Iterable[str], catalogue: Catalogue) -> None:
        self._config = config
        self._rules = rules
        self._places = Repositories(tuple(names), catalogue)

    health_probe: str

    @abstractmethod
    async def probe(self) -> None:
        """See Provider."""

    @abstractmethod
    def readers(self) -> Mapping[str, Reader]:
        """Return how the changes of each kind are read; they may return more than the errand's time."""

    @abstractmethod
    def code_readers(self) -> Mapping[str, CodeReader]:
        """Return how code is read, by operation."""

    @abstractmethod
    async def diffed(self, commit: ChangeData, errand: Errand) -> ChangeData:
        """Return a commit with its files and its diff."""

    async def tickets(self, repository: str, errand: Errand) -> list[TicketData]:
        """Return the tickets of a repository that the window may hold."""
        del repository, errand
        raise ProviderError("unsupported", f"{self._config.kind} has no tickets")

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe=self.health_probe, cost="metered")

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        if context.domain in self._config.domains:
            offset(request.cursor)  # a strange one is refused before anything is read
            if isinstance(request, ChangesRequest):
                return await self._changes(request, context)
            if isinstance(request, CodeRequest):
                return await self._code(request, context)
            if isinstance(request, TicketsRequest):
                return await self._tickets(request, context)
        raise ProviderError("unsupported", f"{self._config.kind} has no {context.domain} here")

    async def _changes(self, request: ChangesRequest, context: Context) -> Fetched:
        readers = self.readers()
        kinds = [kind for kind in readers if kind in (request.kinds or self._rules.kinds)]
        if not kinds:
            raise ProviderError("unsupported", f"no changes of kind {', '.join(request.kinds)[:200]} here")
        repositories = self._places.asked(request, request.repository)
        if not ranges(request):
            return Fetched(ChangesResponse(), "nothing")
        errand = Errand.over(request, context)
        read = {*kinds, "commit"} if "deploy" in kinds else kinds  # which commits a deploy ships, commits tell
        found = await together(readers[kind](name, errand) for name in repositories for kind in readers if kind in read)
        changes = [one for ones in found for one in ones]
        changes += shipped(changes)
        rows = [row for one in changes if one.kind in kinds for row in self._places.rows(one)]
        wanted = request.model_copy(update={"repository": ""})  # it was compared with the names that are configured
        rows = [row for row in rows if errand.start <= row.time < errand.end and is_asked(row, wanted)]
        rows.sort(key=lambda row: (row.time, row.kind, row.repository, row.ref, row.service or ""))
        paged = page(rows, request, newest=True)
        there = await self._with_diffs(paged.rows, errand) if request.diffs else list(paged.rows)
        return errand.fetched(ChangesResponse(changes=there, next_cursor=paged.next_cursor), paged.left)

    async def _with_diffs(self, rows: Iterable[ChangeData], errand: Errand) -> list[ChangeData]:
        """Return the rows, the newest commits of them with diffs."""
        rows = list(rows)
        commits = [row for row in rows if row.kind == "commit"]
        if (without := len(commits) - self._rules.diffs_max) > 0:
            errand.problems.append(f"{without} older commits come without their diff (diffs_max)")
        wanted = commits[max(0, without) :]
        found = await together(self.diffed(one, errand) for one in wanted)
        diffs = {(one.repository, one.ref): one for one in found}
        return [diffs.get((row.repository, row.ref), row) if row.kind == "commit" else row for row in rows]

    async def _code(self, request: CodeRequest, context: Context) -> Fetched:
        reader = self.code_readers().get(request.operation)
        if reader is None:
            raise ProviderError("unsupported", f"{self._config.kind} has no {request.operation} of code here")
        if not (request.text.strip() if request.operation == "search" else request.path):
            raise ProviderError("malformed", "a search wants a text; read and blame want a path")
        repositories = self._places.asked(request, request.repository)
        if request.operation != "search" and len(repositories) > 1:
            raise ProviderError("malformed", f"say which repository: {', '.join(repositories)[:300]}")
        errand = Errand(request, context)
        found = await together(reader(name, request, errand) for name in repositories)
        parts = [one for ones in found for one in ones]
        paged = page(sorted(parts, key=lambda one: (one.repository, one.path, one.line_start)), request)
        return errand.fetched(CodeResponse(parts=list(paged.rows), next_cursor=paged.next_cursor), paged.left)

    async def _tickets(self, request: TicketsRequest, context: Context) -> Fetched:
        if not ranges(request):
            return Fetched(TicketsResponse(), "nothing")
        errand = Errand.over(request, context)
        found = await together(self.tickets(name, errand) for name in self._places.asked(request))
        rows = [one for ones in found for one in ones if is_wanted_ticket(one, request)]
        paged = page(sorted(rows, key=lambda one: (one.created_at, one.ticket_id)), request)
        return errand.fetched(TicketsResponse(tickets=list(paged.rows), next_cursor=paged.next_cursor), paged.left)


def is_wanted_ticket(one: TicketData, request: TicketsRequest) -> bool:
    """Say whether a ticket is asked for: by its id, or made or updated in the window or the baseline."""
    times = [one.created_at, one.created_at if one.updated_at is None else one.updated_at]
    return (
        (bool(request.ids) or any(part.start <= at < part.end for part in ranges(request) for at in times))
        and (not request.ids or one.ticket_id in request.ids)
        and (not request.kinds or one.kind in request.kinds)
        and request.text.casefold() in f"{one.title}\n{one.text}".casefold()
    )


class HttpForge(Forge):
    """A forge with a REST API whose lists have Link headers."""

    headers: Mapping[str, str]

    def __init__(
        self, config: ProviderSettings, rules: ForgeRules, names: Iterable[str], catalogue: Catalogue, http: HttpClient
    ) -> None:
        super().__init__(config, rules, names, catalogue)
        self._http = http

    async def one(self, path: str, errand: Errand, params: Mapping[str, str] | None = None) -> Any:
        """Return one object. Raises ProviderError."""
        return await self._http.json("GET", path, errand.context, params=params, headers=self.headers)

    async def pages(
        self,
        path: str,
        params: Mapping[str, str],
        errand: Errand,
        *,
        key: str = "",
        allow: frozenset[int] = frozenset(),
    ) -> AsyncIterator[list[Any]]:
        """Yield the pages of a list, or of what answers hold under `key`; none where the status is in `allow`."""
        asked = {"per_page": str(PAGE_ROWS), **params}
        for _ in range(PAGES_MAX):
            answer = await self._http.ask("GET", path, errand.context, params=asked, headers=self.headers, allow=allow)
            if answer.status in allow:
                return
            with understood(path):
                rows = answer.json()[key] if key else answer.json()
                if not isinstance(rows, list):
                    raise TypeError("no list")
            yield rows
            more = next_params(answer.headers)
            if more is None:
                return
            asked = more
        errand.cuts.append(f"{path} has more than {PAGES_MAX} pages: the rest was not read")

    def listed(self, path: str, params: Mapping[str, str], errand: Errand, **how: Any) -> AsyncIterator[list[Any]]:
        """Yield the pages of a list, and note what is asked, for a person to ask again."""
        errand.asked.append(f"GET {path}?{urlencode(params)}" if params else f"GET {path}")
        return self.pages(path, params, errand, **how)

    async def issues(
        self,
        repository: str,
        path: str,
        params: Mapping[str, str],
        make: Callable[[Any], TicketData | None],
        errand: Errand,
    ) -> list[TicketData]:
        """Return the issues that a request names, or those of a list."""
        if not (isinstance(errand.request, TicketsRequest) and errand.request.ids):
            return await made(self.listed(path, params, errand), make)
        numbers = numbers_of(errand.request.ids, repository)
        errand.asked += [f"GET {path}/{number}" for number in numbers]
        found = await together(self._issue(f"{path}/{number}", errand) for number in numbers)
        with understood(path):
            return [one for raw in found if raw is not None and (one := make(raw))]

    async def _issue(self, path: str, errand: Errand) -> Any:
        answer = await self._http.ask("GET", path, errand.context, headers=self.headers, allow=_MISSING)
        return None if answer.status in _MISSING else answer.json()


async def made(
    pages: AsyncIterator[list[Any]], make: Callable[[Any], ResultT | None], *, since: float = 0.0, by: str = ""
) -> list[ResultT]:
    """Return what `make` makes of each entry, but for None.

    A list whose newest entries come first is read until a page on which the time `by` of all lies before `since`.
    """
    found: list[ResultT] = []
    async for rows in pages:
        with understood("an entry of a list"):
            found += [one for one in map(make, rows) if one is not None]
            if by and all(raw[by] and seconds(raw[by]) < since for raw in rows):
                break
    return found
