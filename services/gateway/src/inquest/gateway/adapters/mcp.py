"""Reads any domain from an MCP server, by a mapping. A server that no longer fits its mapping is not asked."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from inquest.config.kinds.mcp import McpProvider as Config
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import REQUESTS, RESPONSES, DataSourceInterfaceContract, Domain, DomainRequest
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.pages import offset
from inquest.gateway.domain.ranges import TimeRange, ranges
from inquest.gateway.mcp import answers, failures
from inquest.gateway.mcp.answers import Unprojected
from inquest.gateway.mcp.drift import Drift
from inquest.gateway.mcp.expressions import Scope, at, fields_of, rows_at, value_of
from inquest.gateway.mcp.http import HttpChannel
from inquest.gateway.mcp.mapping import Mapping as McpMapping
from inquest.gateway.mcp.mapping import Tool, load, shipped
from inquest.gateway.mcp.session import Session
from inquest.gateway.mcp.stdio import StdioChannel
from inquest.gateway.mcp.words import FETCHED_META
from inquest.gateway.ports import Context, Provider, ProviderError

_PROBE_S = 5.0
_PROBE_BYTES = 8 * 1024 * 1024
_ASKS_MAX = 50


@dataclass(slots=True)
class _Ask:
    """One question on its way: what was asked of the tool, and whether all of it was read."""

    said: list[str]
    rows: list[Any]
    whole: bool = True


class McpProvider:
    """One server of one tenant."""

    def __init__(self, config: Config, mapping: McpMapping, session: Session, drift: Drift, names: "Names") -> None:
        self._config = config
        self._mapping = mapping
        self.session = session
        self._drift = drift
        self._names = names

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        found = interfaces(self._config, health_probe="tools/list", cost="metered")
        return tuple(one.model_copy(update=self._marks(one.domain)) for one in found)

    def _marks(self, domain: Domain) -> dict[str, Any]:
        """Return what is particular to a domain's tool: whether it writes, and what that is called."""
        tool = self._mapping.domains[domain]
        writes = {"access": "write", "operations": (tool.tool,)} if tool.access == "write" else {}
        return {"drift": self._drift.reason, **writes}

    async def probe(self) -> None:
        """See Provider. Reads the tool list, so that drift is found, and its end too."""
        context = Context(self._drift.tenant, self._config.domains[0], time.monotonic() + _PROBE_S, _PROBE_BYTES)
        await self._drift.look(await self.session.tools(context))
        self._drift.check()

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        tool = self._mapping.domains.get(context.domain)
        if tool is None or context.domain not in self._config.domains:
            raise ProviderError("unsupported", f"{self._config.name} has no {context.domain}")
        if tool.access == "write" and not context.may_write:
            raise ProviderError("unsupported", f"{tool.tool} writes: it is not called without an approval")
        if not isinstance(request, REQUESTS[context.domain]):
            raise ProviderError("unsupported", f"this is no question about {context.domain}")
        if not tool.whole:
            offset(request.cursor)
        self._drift.check()
        if await self.session.ready(context):
            await self._drift.look(await self.session.tools(context))
            self._drift.check()
        try:
            answer = await (self._whole if tool.whole else self._read)(tool, request, context)
        except Unprojected as error:
            await self._drift.misread(str(error))
            raise
        await self._drift.understood()
        return answer

    async def _whole(self, tool: Tool, request: DomainRequest, context: Context) -> Fetched:
        """Ask a server that speaks our domains: request and response are its own."""
        result = await self._ask(tool, request.model_dump(mode="json", exclude_defaults=True), context)
        try:
            response = RESPONSES[context.domain].model_validate(answers.body_of(tool.read, result))
        except ValueError as error:
            raise Unprojected(f"the answer is no {context.domain}: {str(error)[:200]}") from error
        about = (result.get("_meta") or {}).get(FETCHED_META) or {}
        asked = str(about.get("query_text") or _call(tool.tool, request.model_dump(mode="json", exclude_defaults=True)))
        problems = tuple(str(one) for one in about.get("problems") or ())
        return Fetched(response, asked, problems, str(about.get("partial") or ""))

    async def _read(self, tool: Tool, request: DomainRequest, context: Context) -> Fetched:
        ask = _Ask([], [])
        plain = request.model_dump(mode="json")
        if tool.access == "write":  # once, whatever stretches of time the request is about
            window = request.window
            parts: Sequence[TimeRange] = [TimeRange(window.start.timestamp(), window.end.timestamp())]
        else:
            parts = ranges(request) if _is_timed(tool) else ranges(request)[-1:]
        for part in parts:
            scope = Scope(plain, (part.start, part.end), self._config.settings.values, self._names.service)
            for item in self._items(tool, scope):
                await self._pages(tool, _at(scope, part, item), ask, context)
        response = answers.respond(context.domain, ask.rows, request, whole=ask.whole)
        partial = "" if ask.whole else f"{tool.tool} has more than was read"
        return Fetched(response, "\n".join(ask.said), partial=partial)

    def _items(self, tool: Tool, scope: Scope) -> list[Any]:
        if tool.each is None:
            return [None]
        found = value_of(tool.each, scope)
        items = found if isinstance(found, list | tuple) else [] if found is None else [found]
        if not items:
            wants = tool.each.setting or tool.each.field
            raise ProviderError("unsupported", f"{self._config.name} is asked about no {wants}: set it under values")
        if len(items) > _ASKS_MAX:
            raise ProviderError("malformed", f"{len(items)} questions in one, at most {_ASKS_MAX}")
        return list(items)

    async def _pages(self, tool: Tool, scope: Scope, ask: _Ask, context: Context) -> None:
        arguments = fields_of(tool.arguments, scope)
        onward: Any = tool.paging.first if tool.paging and tool.paging.by == "page" else None
        for page in range(tool.pages_max):
            asked = _with(arguments, tool.paging.argument, onward) if tool.paging and onward is not None else arguments
            ask.said.append(_call(tool.tool, asked))
            result = await self._ask(tool, asked, context)
            if said := answers.failure_of(tool.read, result):
                raise failures.error_of(said, self._mapping)
            body = answers.body_of(tool.read, result)
            rows = answers.raw_rows(tool.read, body)
            ask.rows += answers.project(context.domain, tool.read, rows, scope)
            full = bool(rows) and (tool.page_rows is None or len(rows) >= tool.page_rows)
            onward = _onward(tool, body, rows, page) if full else None
            if onward is None:
                ask.whole &= tool.paging is not None or tool.page_rows is None or not full
                return
        ask.whole = False

    async def _ask(self, tool: Tool, arguments: Mapping[str, Any], context: Context) -> dict[str, Any]:
        result = await self.session.call(tool.tool, arguments, context)
        if result.get("isError"):
            raise failures.refused(result, self._mapping)
        return result


class Names:
    """What services are called, there and here."""

    def __init__(self, resolve: Callable[[str, str], str | None], source: str) -> None:
        self._resolve = resolve
        self._source = source

    def service(self, name: str) -> str:
        """Return the id of a service, or the name where nobody knows it."""
        return self._resolve(name, self._source) or name


def build(config: Config, kit: Kit) -> Provider:
    """Return the provider. The server is started, or asked, with the first call. Raises Impossible."""
    settings = config.settings
    mapping = load(settings.mapping_file) if settings.mapping_file else shipped(settings.mapping)
    if strange := [domain for domain in config.domains if domain not in mapping.domains]:
        known = ", ".join(sorted(mapping.domains))
        raise Impossible(f"the mapping {mapping.mapping} has no {', '.join(strange)}; it has {known}")
    if settings.stdio:
        channel: HttpChannel | StdioChannel = StdioChannel(settings.stdio)
        kit.clients.own(channel)
    else:
        assert settings.http is not None
        channel = HttpChannel(kit.http(settings.http))
    drift = Drift(kit.tenant, config, mapping, kit.bus)
    return McpProvider(config, mapping, Session(channel), drift, Names(kit.catalogue.resolve, "mcp"))


def _is_timed(tool: Tool) -> bool:
    return "window." in tool.model_dump_json(include={"arguments", "each"})


def _at(scope: Scope, part: TimeRange, item: Any) -> Scope:
    return Scope(scope.request, (part.start, part.end), scope.settings, scope.service_of, item)


def _onward(tool: Tool, body: Any, rows: list[Any], page: int) -> Any:
    """Return what leads to the next page, None where there is none."""
    if tool.paging is None:
        return None
    match tool.paging.by:
        case "page":
            return tool.paging.first + page + 1
        case "offset":
            return (page + 1) * (tool.page_rows or len(rows))
        case "cursor":
            return at(body, tool.paging.path) or None
        case _:
            return next(iter(rows_at(rows[-1], tool.paging.path)), None)


def _with(arguments: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return the arguments with one set, in objects inside too."""
    name, _, rest = path.partition(".")
    if name.endswith("[]"):
        name = name.removesuffix("[]")
        return {**arguments, name: [_with(one, rest, value) for one in arguments.get(name, [])]}
    return {**arguments, name: _with(arguments.get(name, {}), rest, value) if rest else value}


def _call(tool: str, arguments: Mapping[str, Any]) -> str:
    return f"{tool} {orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS).decode()}"
