"""Closing a connection ends, whatever its server and its handlers do meanwhile."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from inquest.bus.bus import Bus
from inquest.bus.connection import CLOSE_S_MAX, DRAIN_S_MAX
from inquest.bus.server import NatsServer
from inquest.contracts.latest import Redrive, Redriven
from inquest.contracts.subjects import REDRIVES
from inquest.testkit.fixtures import until

SLACK_S = 3.0  # for a busy machine
ASK = Redrive(seq=1, subject="x", stream="X", payload_base64="", requested_by="ada")
pytestmark = pytest.mark.timeout(60)


@asynccontextmanager
async def ends_in_time() -> AsyncIterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < DRAIN_S_MAX + CLOSE_S_MAX + SLACK_S


async def connected(server: NatsServer) -> Bus:
    bus = Bus(server.url, "intake")
    await bus.connect()
    return bus


@pytest.mark.parametrize("unsent", [0, 4_000_000])
@pytest.mark.slow
async def test_while_the_server_stands_still(nats_server: NatsServer, unsent: int) -> None:
    bus = await connected(nats_server)
    assert nats_server.pid is not None
    os.kill(nats_server.pid, signal.SIGSTOP)
    try:
        for _ in range(unsent // 1_000_000):
            await bus.connection.client.publish("nobody", b"x" * 1_000_000)
        async with ends_in_time():
            await bus.close()
    finally:
        os.kill(nats_server.pid, signal.SIGCONT)


async def test_while_it_looks_for_a_server_that_is_gone_and_twice(nats_server: NatsServer) -> None:
    bus = await connected(nats_server)
    nats_server.kill()
    await until(lambda: bus.connection.client.is_reconnecting)
    async with ends_in_time():
        await bus.close()
        await bus.close()


async def test_at_the_moment_the_server_dies(nats_server: NatsServer) -> None:
    bus = await connected(nats_server)
    nats_server.kill()
    async with ends_in_time():
        await bus.close()


@pytest.mark.slow
async def test_while_a_request_is_answered_that_never_ends(nats_server: NatsServer) -> None:
    begun = asyncio.Event()

    async def never(_: Redrive) -> Redriven:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    bus, other = Bus(nats_server.url, "intake"), await connected(nats_server)
    bus.reply(REDRIVES["intake"], never)
    await bus.connect()
    request = other.request(REDRIVES["intake"], ASK, timeout_s=30, tenant="acme")
    asking = asyncio.create_task(request)
    await begun.wait()
    async with ends_in_time():
        await bus.close()
    asking.cancel()
    await asyncio.wait({asking})
    await other.close()
