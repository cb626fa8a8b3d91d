"""The client's side of MCP: handshake, tool list, tool calls. What servers ask of us is refused; prose is not kept."""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from inquest.contracts.latest import ErrorKind
from inquest.gateway.domain.failure import ProviderError
from inquest.gateway.ports import Context

_VERSION = "2025-06-18"
_SPOKEN = frozenset({"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"})
_TOOLS_MAX = 2000
_PAGES_MAX = 50
_REFUSED = -32601
_MEANS_GONE = frozenset({-32601, -32602})


class Channel(Protocol):
    """Carries JSON-RPC to one server. Each opening is a new `opened`: whoever talks there shakes hands first."""

    opened: int
    stale: bool

    async def open(self, context: Context) -> None:
        """Connect where nothing is connected. Raises ProviderError."""
        ...

    async def request(self, method: str, params: Mapping[str, Any], context: Context) -> Any:
        """Return the answer's `result`, or raise: ProviderError, RpcError."""
        ...

    async def notify(self, method: str, context: Context) -> None:
        """Tell the server something."""
        ...

    async def aclose(self) -> None:
        """End the connection, and the process behind it."""
        ...


class RpcError(Exception):
    """The server answers with an error of the protocol."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Session:
    """One server. Safe for many calls at once."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.greeted = 0
        self._turn = asyncio.Lock()

    async def ready(self, context: Context) -> bool:
        """Open and shake hands where that has not been done; say whether the tool list has to be read (again)."""
        async with self._turn:
            await self.channel.open(context)
            fresh = self.greeted != self.channel.opened
            if fresh:
                await self._greet(context)
                self.greeted = self.channel.opened
            return fresh or self.channel.stale

    async def _greet(self, context: Context) -> None:
        client = {"name": "inquest", "version": "1"}
        params = {"protocolVersion": _VERSION, "capabilities": {}, "clientInfo": client}
        answer = await self._ask("initialize", params, context)
        spoken = answer.get("protocolVersion") if isinstance(answer, dict) else None
        if spoken not in _SPOKEN:
            raise ProviderError("malformed", f"the server speaks MCP {str(spoken)[:50]!r}, which we do not")
        await self.channel.notify("notifications/initialized", context)

    async def tools(self, context: Context) -> dict[str, Any]:
        """Return the tools by name: their input schemas alone. Raises ProviderError."""
        await self.ready(context)
        self.channel.stale = False
        found: dict[str, Any] = {}
        cursor = ""
        for _ in range(_PAGES_MAX):
            answer = await self._ask("tools/list", {"cursor": cursor} if cursor else {}, context)
            listed = answer.get("tools") if isinstance(answer, dict) else None
            if not isinstance(listed, list) or len(found) + len(listed) > _TOOLS_MAX:
                raise ProviderError("malformed", f"the server's list of tools is none, or has more than {_TOOLS_MAX}")
            good = [one for one in listed if isinstance(one, dict) and isinstance(one.get("name"), str)]
            found |= {one["name"]: {"inputSchema": one.get("inputSchema")} for one in good}
            cursor = answer.get("nextCursor") or ""
            if not cursor:
                return found
        raise ProviderError("malformed", "the server's list of tools does not end")

    async def call(self, tool: str, arguments: Mapping[str, Any], context: Context) -> dict[str, Any]:
        """Return the result of a tool. Raises ProviderError."""
        answer = await self._ask("tools/call", {"name": tool, "arguments": dict(arguments)}, context)
        if not isinstance(answer, dict):
            raise ProviderError("malformed", f"{tool} answers with what is no result")
        return answer

    async def _ask(self, method: str, params: Mapping[str, Any], context: Context) -> Any:
        try:
            return await self.channel.request(method, params, context)
        except RpcError as error:
            kind: ErrorKind = "not-found" if error.code in _MEANS_GONE else "retryable"
            raise ProviderError(kind, f"{method}: {str(error)[:300]}") from error


def answer_to(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return our answer to a request of the server: a ping is answered, all else we cannot do."""
    answer: dict[str, Any] = {"jsonrpc": "2.0", "id": message["id"]}
    if message.get("method") == "ping":
        return {**answer, "result": {}}
    return {**answer, "error": {"code": _REFUSED, "message": "not supported"}}


def result_of(message: Mapping[str, Any]) -> Any:
    """Return the result in an answer. Raises RpcError, or ProviderError for what is no answer."""
    error = message.get("error")
    if isinstance(error, dict):
        code = error.get("code")
        raise RpcError(code if isinstance(code, int) else 0, str(error.get("message", "")))
    if "result" not in message:
        raise ProviderError("malformed", "the server answers with neither a result nor an error")
    return message["result"]
