"""Services as in processes of their own, on one real nats-server, and channels to their gRPC."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest_asyncio
from inquest.bus.bus import Bus
from inquest.bus.server import NatsServer
from inquest.runtime import Host

Start = Callable[..., Awaitable[Host[Any]]]


@pytest_asyncio.fixture
async def start(bus: Bus, nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Start]:
    """Start a service by its name, with settings; all are stopped at the end, the newest first."""
    async with AsyncExitStack() as stack:

        async def begin(name: str, **given: Any) -> Host[Any]:
            settings = import_module(f"inquest.{name}.settings").Settings
            build = import_module(f"inquest.{name}.service").build
            host = Host(name, build, settings(**{"nats_url": nats_server.url, "data_dir": tmp_path, **given}))
            await host.start()
            stack.push_async_callback(host.stop)
            return host

        yield begin
