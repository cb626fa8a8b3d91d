"""Pytest fixtures: a real nats-server on a free port for each test that asks, with the topology applied."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest
import pytest_asyncio

from inquest.bus.bus import Bus
from inquest.bus.server import NatsServer
from inquest.bus.topology import apply
from inquest.testkit.memory import MemoryBus

WAIT_S_MAX = 20.0
POLL_S = 0.02

BusFactory = Callable[[str], Awaitable[Bus]]


async def until(condition: Callable[[], bool | Awaitable[bool]], timeout_s: float = WAIT_S_MAX) -> None:
    """Wait until a condition holds. Fails with the condition's name when it does not in time."""
    async with asyncio.timeout(timeout_s):
        while True:
            held = condition()
            if held if isinstance(held, bool) else await held:
                return
            await asyncio.sleep(POLL_S)


@pytest.fixture
def memory_bus() -> MemoryBus:
    """A bus in memory."""
    return MemoryBus()


@pytest_asyncio.fixture
async def nats_server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    """A running nats-server without streams."""
    server = NatsServer(tmp_path / "nats")
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@pytest_asyncio.fixture
async def bus_factory(nats_server: NatsServer) -> AsyncIterator[BusFactory]:
    """Makes connected buses of any service on one server with the topology applied; closes them at the end."""
    async with AsyncExitStack() as stack:
        admin = Bus(nats_server.url, "admin")
        await admin.connect()
        await apply(admin.connection)
        stack.push_async_callback(admin.close)

        async def make(service: str) -> Bus:
            bus = Bus(nats_server.url, service)
            await bus.connect()
            stack.push_async_callback(bus.close)
            return bus

        yield make


@pytest_asyncio.fixture
async def bus(bus_factory: BusFactory) -> Bus:
    """One connected bus."""
    return await bus_factory("test")


@asynccontextmanager
async def running(*buses: Bus) -> AsyncIterator[None]:
    """Work off the durables of these buses while inside. Register handlers before."""
    tasks = [asyncio.create_task(bus.run()) for bus in buses]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
