"""Fuzzes the webhooks and what follows from them inside this process, on a bus in memory: the bulk of the inputs.

`python -m scripts.fuzz_asgi INPUTS SEED` prints its counts as JSON.
"""

import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from typing import Any

from inquest.config import ConfigStore
from inquest.contracts.errors import InquestError
from inquest.contracts.topology import CONFIG
from inquest.intake.service import build
from inquest.intake.settings import Settings
from inquest.telemetry import logs
from inquest.testkit.memory import MemoryBus
from starlette.applications import Starlette

from scripts.fuzz_inputs import SECRET, SECRET_NAME, Request, configuration, webhook
from scripts.fuzz_mutate import Mutator
from scripts.fuzz_tally import HANG_S, Tally

FRESH_EACH = 400  # inputs after which the memory bus is a new one: it forgets nothing


async def run(inputs: int, seed: int) -> Tally:
    """Fuzz so many; the handlers behind the door work off what was kept."""
    os.environ[SECRET_NAME] = SECRET
    tally, mutator = Tally(), Mutator(f"asgi {seed}")
    while tally.inputs < inputs:
        bus = MemoryBus(datetime.now(UTC))
        await ConfigStore(bus.kv(CONFIG)).apply(configuration(), "fuzz", bus.now)
        service = build(bus, Settings())
        for action in service.on_start:
            await action()
        app = Starlette(routes=list(service.routes))
        for _ in range(min(FRESH_EACH, inputs - tally.inputs)):
            await _post(app, webhook(mutator), tally)
        await _settle(bus, tally)
        for action in service.on_stop:
            await action()
    return tally


async def _post(app: Starlette, request: Request, tally: Tally) -> None:
    tally.inputs += 1
    path, _, query = request.path.partition("?")
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "method": request.method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "scheme": "http",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "headers": [
            (name.lower().encode(errors="replace"), value.encode(errors="replace"))
            for name, value in request.headers.items()
        ],
    }
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    try:
        async with asyncio.timeout(HANG_S):
            await app(scope, receive, send)
    except TimeoutError:
        tally.hung(repr(request)[:300])
        return
    except Exception as error:  # noqa: BLE001 - a crash of the application is what is looked for
        tally.bad(f"{error!r} to {request!r}"[:500])
        return
    body = b"".join(message.get("body", b"") for message in said)
    tally.status(said[0]["status"], f"{body[:200]!r} to {request!r}")
    if said[0]["status"] == 503 or b"could not be read yet" in body:
        tally.bad(f"a bug behind {body[:200]!r} to {request!r}")


async def _settle(bus: MemoryBus, tally: Tally) -> None:
    """Work off what the webhooks kept: only errors that are no bugs may come of it."""
    try:
        await bus.settle()
    except Exception as error:  # noqa: BLE001 - see above
        tally.bad(f"settling: {error!r}")
    for found in bus.errors:
        if not isinstance(found, InquestError):
            tally.bad(f"handler: {found!r}")
    tally.outcomes["dead"] += len(bus.dead)


def main() -> None:
    """Run from the command line."""
    logs.configure("CRITICAL")
    tally = asyncio.run(run(int(sys.argv[1]), int(sys.argv[2])))
    print(json.dumps(tally.told()))


if __name__ == "__main__":
    main()
