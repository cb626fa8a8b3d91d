"""MCP servers that answer as the real ones document: `python -m inquest.testkit.mcp_replay NAME` serves one over stdio.

Tools are those of recorded lists (names and input schemas); the answers are written by hand after each server's
documentation. A file that the variable REPLAY_TOOLS names replaces the tools: a server that changed.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import mcp_types as types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server

PLANTED = "password=hunter2-planted"  # as in inquest.testkit.providers, which takes seconds to import
T0 = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
STEPS = range(18)
OWN_MS = "inquest.own_ms"  # in an answer's _meta: what the server itself took for it
Arguments = Mapping[str, Any]


def _at(step: int) -> datetime:
    return T0 + timedelta(seconds=30 * step)


def _iso(step: int) -> str:
    return _at(step).isoformat().replace("+00:00", "Z")


def _ms(step: int) -> int:
    return round(_at(step).timestamp() * 1000)


def _git(_: Arguments) -> str:
    commits = (
        f"Commit: {step:040x}\nAuthor: Ann Ash\nDate: {_at(step)}\nMessage: raise pool to {step}, {PLANTED}\n\n"
        for step in reversed(STEPS)
    )
    return "Commit history:\n" + "\n".join(commits)


def _github(arguments: Arguments) -> str:
    commits = [
        {
            "sha": f"{step:040x}",
            "html_url": f"https://github.com/acme/shop/commit/{step:040x}",
            "commit": {
                "message": f"raise pool to {step}, {PLANTED}",
                "author": {"name": "Ann Ash", "email": "ann@example.org", "date": _iso(step)},
                "committer": {"name": "GitHub", "email": "noreply@github.com", "date": _iso(step)},
            },
            "author": {"login": "ann", "id": 7},
        }
        for step in reversed(STEPS)
        if arguments["since"] <= _iso(step) <= arguments["until"]
    ]
    return json.dumps(commits)


def _grafana(arguments: Arguments) -> str:
    found = [
        {
            "id": step,
            "dashboardUID": "shop",
            "time": _ms(step),
            "text": f"deployed v{step} {PLANTED}",
            "tags": ["deploy"],
        }
        for step in reversed(STEPS)
        if arguments["from"] <= _ms(step) <= arguments["to"]
    ]
    return json.dumps({"Payload": found})


def _jira(arguments: Arguments) -> str:
    first = arguments.get("start_at", 0)
    issues = [
        {
            "id": str(10_000 + step),
            "key": f"OPS-{step}",
            "summary": f"checkout slow {step}",
            "description": f"seen with {PLANTED}",
            "url": f"https://acme.atlassian.net/browse/OPS-{step}",
            "status": {"name": "Open", "category": "To Do"},
            "issue_type": {"name": "Incident"},
            "priority": {"name": "High"},
            "reporter": {"display_name": "Ann Ash"},
            "assignee": {"display_name": "Unassigned"},
            "labels": ["payments"],
            "created": _at(step).strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
            "updated": _at(step).strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        }
        for step in STEPS
    ]
    return json.dumps(
        {"total": len(issues), "start_at": first, "max_results": 50, "issues": issues[first : first + 50]}
    )


def _slack(_: Arguments) -> str:
    messages = [
        {
            "type": "message",
            "user": f"U{step:03}",
            "text": f"seeing 502s {PLANTED}",
            "ts": f"{_at(step).timestamp():.6f}",
        }
        for step in reversed(STEPS)
    ]
    return json.dumps({"ok": True, "messages": messages, "has_more": False})


def _context7(_: Arguments) -> str:
    line = "\n\n" + "-" * 32 + "\n\n"
    pages = (
        f"### Limits {step}\n\nSource: https://grafana.com/docs/loki/{step}.md\n\nSet it to {step}. {PLANTED}"
        for step in STEPS
    )
    return line.join(pages)


def _sentry(_: Arguments) -> str:
    releases = (
        f"## shop@{step}\n\n**Created**: {_iso(step)}\n**First Event**: {_iso(step)}\n**New Issues**: {step}\n"
        for step in reversed(STEPS)
    )
    return "# Releases in **acme/shop**\n\n" + "\n\n".join(releases) + "\n\n# Using this information\n"


def _launchdarkly(arguments: Arguments) -> str:
    asked = arguments["request"]
    entries = [
        {
            "_id": f"{step:024x}",
            "date": _ms(step),
            "kind": "flag",
            "accesses": [{"action": "updateOn", "resource": f"proj/shop:env/production:flag/new-cart-{step % 2}"}],
            "title": f"Ann turned on the flag, {PLANTED}",
            "member": {"email": "ann@example.org"},
        }
        for step in reversed(STEPS)
        if asked["after"] <= _ms(step) < asked["before"]
    ]
    return json.dumps({"items": entries[: asked["limit"]], "totalCount": len(entries)})


def _octocode(arguments: Arguments) -> dict[str, Any]:
    (asked,) = arguments["queries"]
    commits = [
        {
            "sha": f"{step:040x}",
            "date": _iso(step),
            "messageHeadline": f"raise pool, {PLANTED}",
            "author": {"name": "Ann Ash", "email": "ann@example.org", "login": "ann"},
        }
        for step in reversed(STEPS)
        if asked["since"] <= _iso(step) <= asked["until"]
    ]
    about = {"type": "repo", "owner": asked["owner"], "repo": asked["repo"]}
    if not commits:
        return {"results": [{"id": "q1", "status": "empty", "data": about}]}
    same = {"messageHeadline": commits[0]["messageHeadline"]} if len(commits) > 1 else {}
    commits = [{key: one for key, one in commit.items() if key not in same} for commit in commits]
    return {"results": [{"id": "q1", "data": {**about, "commits": commits}}], **({"shared": same} if same else {})}


ANSWERS: Mapping[str, Callable[[Arguments], str | dict[str, Any]]] = {
    "git_log": _git,
    "list_commits": _github,
    "get_annotations": _grafana,
    "jira_search": _jira,
    "slack_get_channel_history": _slack,
    "query-docs": _context7,
    "find_releases": _sentry,
    "get-audit-log-entries": _launchdarkly,
    "ghSearchCommits": _octocode,
}


def tools_of(name: str) -> list[dict[str, Any]]:
    """Return the tools of a server, as its recorded list has them."""
    text = (files("inquest.testkit") / "mcp_tools.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)[name]
    return found


def answer(tools: list[dict[str, Any]], tool: str, arguments: Arguments) -> tuple[str | dict[str, Any], bool]:
    """Return an answer (text, or what is structured) and whether it is an error. Arguments are held to the schema."""
    schema = next((one["inputSchema"] for one in tools if one["name"] == tool), None)
    if schema is None:
        return f"Unknown tool: {tool}", True
    try:
        jsonschema.validate(arguments, schema)
    except jsonschema.ValidationError as error:
        return f"Input validation error: {error.message}", True
    return ANSWERS[tool](arguments), False


def server_of(name: str) -> Server[Any]:
    """Return the server."""
    changed = os.environ.get("REPLAY_TOOLS", "")

    def tools() -> list[dict[str, Any]]:
        return json.loads(Path(changed).read_text(encoding="utf-8")) if changed else tools_of(name)

    async def on_list(_: ServerRequestContext[Any], __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[types.Tool.model_validate(one) for one in tools()])

    async def on_call(_: ServerRequestContext[Any], params: types.CallToolRequestParams) -> types.CallToolResult:
        started = time.perf_counter()
        found, failed = answer(tools(), params.name, params.arguments or {})
        own = {OWN_MS: (time.perf_counter() - started) * 1000}
        text, structured = (found, None) if isinstance(found, str) else ("see structuredContent", found)
        content: list[types.ContentBlock] = [types.TextContent(type="text", text=text)]
        return types.CallToolResult(content=content, structured_content=structured, is_error=failed, _meta=own)

    return Server(f"replay-{name}", on_list_tools=on_list, on_call_tool=on_call)


async def _serve(name: str) -> None:
    server = server_of(name)
    async with stdio_server() as (reads, writes):
        await server.run(reads, writes, server.create_initialization_options())


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
