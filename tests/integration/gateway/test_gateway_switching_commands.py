"""The commands of `inquest provider` that switch, against a gateway on a real server."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.wiring.gateway.switching_world import World, running

INQUEST = Path(sys.executable).parent / "inquest"


@pytest.mark.timeout(240)
@pytest.mark.slow
async def test_from_comparing_to_promoting_and_back(bus, nats_server, tmp_path):
    async def inquest(*words: str, status: int = 0) -> str:
        """Run a command, print it and what it says as a transcript, and return what it says."""
        child = await asyncio.create_subprocess_exec(
            INQUEST,
            *("provider", *words, "--tenant", "acme", "--nats-url", nats_server.url),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await child.communicate()
        print(f"$ inquest provider {' '.join(words)}\n{said.decode()}", end="")  # noqa: T201 - docs/switching.md shows it
        assert child.returncode == status, said.decode()
        return said.decode()

    world = World(bus)
    world.config = world.config.model_copy(update={"compare_percent": 100})
    world.sources.internal.severity = "warning"
    async with running(nats_server.url, world, "one") as gateway:
        assert "0 %" in await inquest("promote", "logs", "--percent", "0", "--reason", "compare first")
        await gateway.ask(1)
        await gateway.learn()
        said = await inquest("comparisons", "logs", "--differing", "--zone", "UTC")
        assert '.severity: external "error", internal "warning"' in said
        assert "hunter2secret" not in said
        world.sources.internal.severity = "error"  # mended
        await inquest("promote", "logs", "--percent", "25")
        providers = [(await gateway.ask(number)).provider for number in range(10, 40)]
        assert set(providers) == {"loki", "ours"}
        await gateway.learn()
        assert "internal leads 25 %, external the rest), by command" in await inquest("switches", "logs")
        listed = json.loads(await inquest("switches", "--json"))
        assert (listed[0]["differing"], listed[0]["errors"]) == (0, 0)
        assert "-> internal" in await inquest("promote", "logs", "--reason", "says the same")
        assert "stands so already" in await inquest("promote", "logs")
        world.sources.internal.failing = True
        for number in range(100, 120):
            await gateway.ask(number)
        await gateway.learn()
        said = await inquest("switches", "logs")
        assert "by the rule for rollbacks: 20 of the last" in said
        assert "-> by priority" in await inquest("rollback", "logs", "--to", "configured")
        assert "nothing to roll back" in await inquest("rollback", "logs", status=1)
        assert "domain" in await inquest("promote", "logz", status=1)
