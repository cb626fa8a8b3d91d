"""A provider as an MCP server: one tool, with the domain's request as its input and the response as its output.

The only module that needs the package `mcp` (extra `mcp`); it is imported when something is served.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import mcp_types as types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from pydantic import ValidationError
from starlette.applications import Starlette

from inquest.contracts.latest import REQUESTS, RESPONSES, Domain, ErrorKind
from inquest.contracts.redaction import Redactor
from inquest.gateway.domain.fence import CAREFUL, fence
from inquest.gateway.mcp.words import ERROR_META, FETCHED_META, tool_name
from inquest.gateway.ports import Context, Provider, ProviderError

CALL_S = 60.0
BYTES_MAX = 32 * 1024 * 1024
REASON_CHARS = 500


def server_of(
    provider: Provider, domain: Domain, tenant: str, version: str, redactor: Redactor = CAREFUL
) -> Server[Any]:
    """Return the server of one domain of a provider. Secrets are taken out of what it answers, as the gateway does."""
    tool = types.Tool(
        name=tool_name(domain),
        description=f"Reads {domain}: window and baseline in UTC, services by their ids. Reads only.",
        input_schema=REQUESTS[domain].model_json_schema(),
        output_schema=RESPONSES[domain].model_json_schema(),
        annotations=types.ToolAnnotations(read_only_hint=True, open_world_hint=True),
    )

    async def on_list(_: ServerRequestContext[Any], __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[tool])

    async def on_call(_: ServerRequestContext[Any], params: types.CallToolRequestParams) -> types.CallToolResult:
        if params.name != tool.name:
            return refusal("not-found", f"there is no tool {params.name}; there is {tool.name}")
        return await _answer(provider, domain, tenant, params.arguments or {}, redactor)

    return Server(f"inquest-{domain}", version=version, on_list_tools=on_list, on_call_tool=on_call)


async def _answer(
    provider: Provider, domain: Domain, tenant: str, arguments: Mapping[str, Any], redactor: Redactor
) -> types.CallToolResult:
    try:
        request = REQUESTS[domain].model_validate(arguments)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False))
        return refusal("malformed", "; ".join(wrong))
    try:
        async with asyncio.timeout(CALL_S):
            fetched = await provider.call(request, Context(tenant, domain, time.monotonic() + CALL_S, BYTES_MAX))
    except TimeoutError:
        return refusal("timeout", f"no answer within {CALL_S:.0f} s")
    except ProviderError as error:
        return refusal(error.kind, str(error), error.retry_after_s)
    fetched = fetched.cleaned(redactor)
    response, problems = await asyncio.to_thread(fence, fetched.response, redactor)
    answer = response.model_dump_json()
    about = {
        "query_text": fetched.query_text,
        "problems": [*fetched.problems, *problems],
        "partial": fetched.partial,
    }
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=answer)],
        structured_content=response.model_dump(mode="json"),
        _meta={FETCHED_META: about},
    )


def refusal(kind: ErrorKind, reason: str, retry_after_s: float = 0.0) -> types.CallToolResult:
    """Return an error of the closed set as the result of a tool."""
    text = f"{kind}: {CAREFUL.text(reason)[:REASON_CHARS]}"
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)],
        is_error=True,
        _meta={ERROR_META: {"kind": kind, "retry_after_s": retry_after_s}},
    )


async def serve_stdio(server: Server[Any]) -> None:
    """Serve one client over stdin and stdout, until it closes them."""
    async with stdio_server() as (reads, writes):
        await server.run(reads, writes, server.create_initialization_options())


def http_app(server: Server[Any]) -> Starlette:
    """Return the streamable HTTP application, at /mcp; only for clients of this machine."""
    return server.streamable_http_app(json_response=True, stateless_http=True, host="127.0.0.1")
