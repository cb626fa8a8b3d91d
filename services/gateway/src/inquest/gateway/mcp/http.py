"""A server behind streamable HTTP, over the one HTTP client: its bounds, its addresses, its credentials."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from inquest.gateway.adapters.http import Answer, HttpClient
from inquest.gateway.domain.failure import ProviderError
from inquest.gateway.mcp.session import result_of
from inquest.gateway.ports import Context

_ACCEPT = "application/json, text/event-stream"
_LOST = frozenset({404})


class HttpChannel:
    """One session with a server. A session that the server has forgotten is begun again with the next call."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._session = ""
        self._version = ""
        self._last = 0
        self._is_open = False
        self.opened = 0
        self.stale = False

    async def open(self, context: Context) -> None:
        """See Channel. The handshake is what opens it."""
        del context
        if not self._is_open:
            self._is_open = True
            self._session = self._version = ""
            self.opened += 1

    async def request(self, method: str, params: Mapping[str, Any], context: Context) -> Any:
        """See Channel."""
        self._last += 1
        number = self._last
        body = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        allow = _LOST if self._session else frozenset[int]()
        try:
            answer = await self._http.ask("POST", "", context, json=body, headers=self._headers(), allow=allow)
        except ProviderError:
            self._is_open = self._is_open and method != "initialize"
            raise
        if answer.status in _LOST:
            self._is_open = False
            raise ProviderError("retryable", f"{answer.url}: the server has forgotten our session")
        message = self._message(answer, number)
        result = result_of(message)
        if method == "initialize" and isinstance(result, dict):
            self._session = answer.headers.get("mcp-session-id", "")
            self._version = str(result.get("protocolVersion", ""))
        return result

    async def notify(self, method: str, context: Context) -> None:
        """See Channel."""
        body = {"jsonrpc": "2.0", "method": method}
        await self._http.ask("POST", "", context, json=body, headers=self._headers())

    async def aclose(self) -> None:
        """See Channel. The client is closed with all others."""
        self._is_open = False

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": _ACCEPT}
        if self._version:
            headers["MCP-Protocol-Version"] = self._version
        if self._session:
            headers["Mcp-Session-Id"] = self._session
        return headers

    def _message(self, answer: Answer, number: int) -> Mapping[str, Any]:
        is_stream = answer.headers.get("content-type", "").startswith("text/event-stream")
        messages = list(_events(answer.body)) if is_stream else [answer.json()]
        for message in messages:
            if not isinstance(message, dict):
                continue
            self.stale |= message.get("method") == "notifications/tools/list_changed"
            if message.get("id") == number and "method" not in message:
                return message
        raise ProviderError("malformed", f"{answer.url}: the server's answer is not to our question")


def _events(body: bytes) -> Iterator[Any]:
    """Yield the messages of an event stream; what is no JSON is left out."""
    text = body.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    for event in text.split("\n\n"):
        data = "\n".join(line[5:].removeprefix(" ") for line in event.split("\n") if line.startswith("data:"))
        try:
            yield orjson.loads(data)
        except orjson.JSONDecodeError:
            continue
