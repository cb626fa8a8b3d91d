"""An MCP server behind streamable HTTP, as a function: it answers as the GitHub server does, from its recorded tools.

Mappings over stdio are examined in tests/contracts/providers/test_mcp_mappings.py.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from inquest.contracts.latest import ChangesRequest, Window
from inquest.testkit.backends import Backend, Received, Reply
from inquest.testkit.mcp_replay import T0, answer, tools_of
from inquest.testkit.providers import ProviderCase, Source

WINDOW = {"start": T0 + timedelta(minutes=4), "end": T0 + timedelta(minutes=8)}
BASELINE = {"start": T0, "end": T0 + timedelta(minutes=3)}


def serve(received: Received) -> Reply:
    """Answer one message."""
    message = received.json()
    if "id" not in message:
        return Reply(202, b"")
    result: dict[str, Any]
    match message["method"]:
        case "initialize":
            info = {"name": "replay", "version": "1"}
            result = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": info}
        case "tools/list":
            result = {"tools": tools_of("github")}
        case _:
            params = message["params"]
            text, failed = answer(tools_of("github"), params["name"], params["arguments"])
            result = {"content": [{"type": "text", "text": text}], "isError": failed}
    body = {"jsonrpc": "2.0", "id": message["id"], "result": result}
    headers = {"mcp-session-id": "s-1"} if message["method"] == "initialize" else {}
    return Reply(body=body, headers=headers)


_REQUEST = ChangesRequest(window=Window.model_validate(WINDOW), baseline=Window.model_validate(BASELINE))


def _at(url: str) -> dict[str, Any]:
    settings = {"mapping": "github", "http": {"url": url}, "values": {"repositories": ["acme/shop"]}}
    return {"name": "mcp-main", "kind": "mcp", "domains": ["changes"], "settings": settings}


@asynccontextmanager
async def _start() -> AsyncIterator[Source]:
    async with Backend(serve=serve).listening() as backend:
        yield Source(_at(backend.url))


CASES = (ProviderCase("mcp", "changes", _REQUEST, _start, _at),)
