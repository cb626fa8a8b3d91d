"""Reads what was said in channels of Slack: `conversations.history`, `conversations.replies`, `search.messages`.

A thread hangs at its first message, which may be older than the window: history is read from `thread_lookback_s` before
it, and threads that were answered in the window are read. Slack answers the newest first, so a limit cuts the oldest.
"""

import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from inquest.config.kinds.slack import SlackProvider as Config
from inquest.contracts.latest import (
    ChatMessageData,
    ChatRequest,
    ChatResponse,
    DataSourceInterfaceContract,
    DomainRequest,
)
from inquest.gateway.adapters.errands import PROBE_BYTES_MAX, PROBE_S, Errand, together
from inquest.gateway.adapters.http import HttpClient
from inquest.gateway.adapters.kit import Kit, interfaces
from inquest.gateway.adapters.slack_answers import checked, message_of, threads_in
from inquest.gateway.domain.forge import understood
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.pages import offset, page
from inquest.gateway.domain.ranges import TimeRange, ranges
from inquest.gateway.ports import Context, ProviderError

_SEARCH_ROWS, _SEARCH_PAGES_MAX = 100, 20  # Slack's own limits: 100 rows of a page, 100 pages
_ZONES = timedelta(days=1)  # search compares days, in the zone of the token's user, and leaves the named ones out
_THREAD = re.compile(r"(?:https://[^/\s]+/archives/)?([CG][A-Z0-9]{5,30})/p?(\d{10})\.?(\d{6})")


class SlackProvider:
    """The channels of one configuration."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._config = config
        self._settings = config.settings
        self._http = http
        self._web_url = (config.settings.workspace_url or "").rstrip("/")
        self._names = {channel: name for name, channel in config.settings.channels.items()}

    def describe(self) -> tuple[DataSourceInterfaceContract, ...]:
        """See Provider."""
        return interfaces(self._config, health_probe="GET /auth.test", cost="metered")

    async def probe(self) -> None:
        """See Provider. It needs no scope, and has a limit of its own."""
        await self._ask("/auth.test", {}, Context("", "chat", time.monotonic() + PROBE_S, PROBE_BYTES_MAX))

    async def call(self, request: DomainRequest, context: Context) -> Fetched:
        """See Provider."""
        if not isinstance(request, ChatRequest):
            raise ProviderError("unsupported", f"Slack has no {context.domain}")
        offset(request.cursor)
        errand = Errand(request, context)
        channels = self._channels(request)
        if request.ids:
            threads = sorted({one for one in map(self._thread_of, request.ids) if one and one[0] in channels})
            found = await together(self._replies(channel, ts, errand, {}) for channel, ts in threads)
        elif request.text.strip() and self._settings.search:
            found = await together(
                self._search(one, request.text, part, errand) for one in channels for part in ranges(request)
            )
        else:
            share = max(1, self._settings.messages_max // max(1, len(channels) * len(ranges(request))))
            found = await together(self._said(one, part, share, errand) for one in channels for part in ranges(request))
        rows = {row.message_id: row for ones in found for row in ones if _is_wanted(row, request)}
        paged = page(sorted(rows.values(), key=lambda row: (row.time, row.message_id)), request)
        return errand.fetched(ChatResponse(messages=list(paged.rows), next_cursor=paged.next_cursor), paged.left)

    def _channels(self, request: ChatRequest) -> list[str]:
        """Return the ids of the channels that are asked for. Raises ProviderError where none of them is ours."""
        wanted = {one.removeprefix("#").casefold() for one in request.names}
        ours = sorted(self._names.items())
        found = [channel for channel, name in ours if not wanted or wanted & {channel.casefold(), name.casefold()}]
        if not found:
            raise ProviderError(
                "unsupported", f"none of these channels is configured here: {', '.join(request.names)[:300]}"
            )
        return found

    def _thread_of(self, text: str) -> tuple[str, str] | None:
        """Return channel and `ts` of a thread's id, or of a link to one of its messages; None for what is neither."""
        match = _THREAD.fullmatch(text.partition("?")[0])
        return (match[1], f"{match[2]}.{match[3]}") if match else None

    async def _said(self, channel: str, part: TimeRange, share: int, errand: Errand) -> list[ChatMessageData]:
        """Return the messages of a channel, and those in threads, of which the newest come first."""
        since = part.start - self._settings.thread_lookback_s
        within = {"oldest": f"{part.start:.6f}", "latest": f"{part.end:.6f}", "inclusive": "true"}
        raws = await self._listed("/conversations.history", {"channel": channel, **within}, share, errand)
        parents = threads_in(raws, part.start)
        if self._settings.thread_lookback_s:
            before = {**within, "oldest": f"{since:.6f}", "latest": f"{part.start:.6f}", "inclusive": "false"}
            older = await self._listed("/conversations.history", {"channel": channel, **before}, share, errand)
            parents += threads_in(older, part.start)
        if (more := len(parents) - self._settings.threads_max) > 0:
            errand.cuts.append(f"{more} older threads of {self._names[channel]} were not read (threads_max)")
        threads = sorted(parents, key=float)[-self._settings.threads_max :]
        replies = await together(self._replies(channel, ts, errand, within) for ts in threads)
        rows = [*self._messages(raws, channel), *(row for ones in replies for row in ones)]
        return [row for row in rows if part.start <= row.time < part.end]

    async def _replies(self, channel: str, ts: str, errand: Errand, within: Mapping[str, str]) -> list[ChatMessageData]:
        """Return a thread; empty where it is gone. Its first message comes with it, whenever it was written."""
        params = {"channel": channel, "ts": ts, **within}
        try:
            raws = await self._listed("/conversations.replies", params, self._settings.messages_max, errand)
        except ProviderError as error:
            if error.kind == "not-found" and "thread_not_found" in str(error):
                return []
            raise
        return self._messages(raws, channel)

    async def _search(self, channel: str, text: str, part: TimeRange, errand: Errand) -> list[ChatMessageData]:
        """Return the messages of a channel that hold a text, as Slack's index finds them."""
        name = self._names[channel]
        days = (
            datetime.fromtimestamp(part.start, UTC) - 2 * _ZONES,
            datetime.fromtimestamp(part.end, UTC) + 2 * _ZONES,
        )
        words = " ".join(
            text.replace('"', " ").split()
        )  # a quote would end the phrase: words after it could be filters
        query = f'"{words}" in:{name} after:{days[0]:%Y-%m-%d} before:{days[1]:%Y-%m-%d}'
        params = {"query": query, "sort": "timestamp", "sort_dir": "desc", "count": str(_SEARCH_ROWS)}
        errand.asked.append(f"search.messages {query}")
        found: list[Any] = []
        for number in range(1, _SEARCH_PAGES_MAX + 1):
            body = await self._ask("/search.messages", {**params, "page": str(number)}, errand.context)
            with understood("/search.messages"):
                there = body["messages"]
                found += [raw for raw in there["matches"] if raw["channel"]["id"] == channel]
                oldest = min((float(raw["ts"]) for raw in there["matches"]), default=0.0)
                if number >= int(there["paging"]["pages"]) or oldest < part.start:
                    break
        else:
            errand.cuts.append(
                f"more than {_SEARCH_PAGES_MAX * _SEARCH_ROWS} messages of {name} hold this: the oldest were not read"
            )
        rows = self._messages(found, channel)
        return [row for row in rows if part.start <= row.time < part.end]

    async def _listed(self, path: str, params: Mapping[str, str], rows_max: int, errand: Errand) -> list[Any]:
        """Return the entries of all pages, up to a limit."""
        errand.asked.append(f"{path[1:]} {' '.join(f'{name}={value}' for name, value in params.items())}")
        found: list[Any] = []
        async for rows in self._pages(path, params, errand.context):
            found += rows
            if len(found) > rows_max:
                errand.cuts.append(
                    f"more than {rows_max} messages of {self._names[params['channel']]}: the rest was not read"
                )
                break
        return found[:rows_max]

    async def _pages(self, path: str, params: Mapping[str, str], context: Context) -> AsyncIterator[list[Any]]:
        asked = {**params, "limit": str(self._settings.page_messages_max)}
        while True:
            body = await self._ask(path, asked, context)
            with understood(path):
                rows = body["messages"]
                if not isinstance(rows, list):
                    raise TypeError("no list of messages")
                cursor = str((body.get("response_metadata") or {}).get("next_cursor") or "")
            yield rows
            if not cursor or cursor == asked.get("cursor"):
                return
            asked["cursor"] = cursor

    async def _ask(self, path: str, params: Mapping[str, str], context: Context) -> Any:
        answer = await self._http.ask("GET", path, context, params=params)
        return checked(answer, self._names.get(params.get("channel", ""), path[1:]))

    def _messages(self, raws: Sequence[Any], channel: str) -> list[ChatMessageData]:
        with understood("a message of Slack"):
            made = (message_of(raw, self._names[channel], channel, self._web_url) for raw in raws)
            return [one for one in made if one is not None]


def _is_wanted(row: ChatMessageData, request: ChatRequest) -> bool:
    """Say whether a message is asked for: a thread that is named is read whole, whenever it was."""
    return bool(request.ids) or " ".join(request.text.casefold().split()) in " ".join(row.text.casefold().split())


def build(config: Config, kit: Kit) -> SlackProvider:
    """See Build."""
    return SlackProvider(config, kit.http(config.settings))
