"""What MCP over stdio adds to a call, on top of the server's own time.

A real MCP server as a process, which says how long it took for each answer itself; everything else counts as ours: the
provider, both pipes, and the protocol on both sides. Prints one flat JSON object last.
"""

import argparse
import asyncio
import json
import sys
import time
from statistics import median
from typing import Any

from inquest.contracts.latest import ChangesRequest, Window
from inquest.gateway.adapters.mcp import McpProvider
from inquest.gateway.mcp.session import Session
from inquest.gateway.ports import Context
from inquest.telemetry import logs
from inquest.testkit.apis.mcp import WINDOW
from inquest.testkit.mcp_replay import OWN_MS
from inquest.testkit.providers import ask, made

WARM = 30
START_S = 60.0


class Timed(Session):
    """Keeps what the server says of its own time."""

    def __init__(self, session: Session) -> None:
        super().__init__(session.channel)
        self.own_ms = 0.0

    async def call(self, tool: str, arguments: Any, context: Context) -> dict[str, Any]:
        """See Session."""
        result = await super().call(tool, arguments, context)
        self.own_ms += result["_meta"][OWN_MS]
        return result


async def overhead_ms(number: int) -> list[float]:
    """Return what each of so many calls took beyond the server's own time, in milliseconds."""
    stdio = {"command": [sys.executable, "-m", "inquest.testkit.mcp_replay", "github"]}
    settings = {"mapping": "github", "stdio": stdio, "values": {"repositories": ["acme/shop"]}}
    request = ChangesRequest(window=Window.model_validate(WINDOW))
    spent: list[float] = []
    async with made({"name": "bench", "kind": "mcp", "domains": ["changes"], "settings": settings}) as provider:
        assert isinstance(provider, McpProvider)
        timed = Timed(provider.session)
        provider.session = timed
        await ask(provider, "changes", request, left_s=START_S)
        for _ in range(WARM + number):
            timed.own_ms = 0.0
            started = time.perf_counter()
            await ask(provider, "changes", request)
            spent.append((time.perf_counter() - started) * 1000 - timed.own_ms)
    return spent[WARM:]


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", "--number", type=int, default=500)
    logs.configure(stream=sys.stderr)
    found = asyncio.run(overhead_ms(parser.parse_args().number))
    print(json.dumps({"mcp_overhead_ms_p50": round(median(found), 3)}))


if __name__ == "__main__":
    main()
