"""Pytest fixture: a real nats-server where everybody has a user of their own, with the generated permissions."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import nats
import pytest_asyncio
from nats.aio.client import Client

from inquest.bus.bus import Bus
from inquest.bus.server import NatsServer
from inquest.bus.topology import apply
from inquest.bus.users import OPERATOR, Identities, Producer


class Secured:
    """The server, and whoever connects to it; all are disconnected at the end."""

    def __init__(self, server: NatsServer, stack: AsyncExitStack) -> None:
        self.server = server
        self._stack = stack

    @property
    def identities(self) -> Identities:
        """Its users."""
        assert self.server.identities is not None
        return self.server.identities

    async def bus(self, user: str) -> Bus:
        """Return a connected bus of a service, or of the operator."""
        bus = Bus(self.server.url, user, user, self.identities.password_file(user))
        await bus.connect()
        self._stack.push_async_callback(bus.close)
        return bus

    async def client(self, user: str) -> tuple[Client, list[str]]:
        """Return a bare client of a service, and what the server reports to it, in lower case."""
        return await self._client(user, self.identities.password_file(user).read_text(), f"_INBOX.{user}")

    async def producer(self, one: Producer) -> tuple[Client, list[str]]:
        """Return the client of a producer, and what the server reports to it, in lower case."""
        return await self._client(one.user, one.password, one.inbox)

    async def _client(self, user: str, password: str, inbox: str) -> tuple[Client, list[str]]:
        told: list[str] = []

        async def hear(error: Exception) -> None:
            told.append(str(error).lower())

        client = await nats.connect(
            self.server.url, user=user, password=password, inbox_prefix=inbox, error_cb=hear, allow_reconnect=False
        )
        self._stack.push_async_callback(client.close)
        return client, told


@pytest_asyncio.fixture
async def secured(tmp_path: Path) -> AsyncIterator[Secured]:
    """The server, with the topology applied."""
    server = NatsServer(tmp_path / "nats", secured=True)
    await server.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(server.stop)
        made = Secured(server, stack)
        await apply((await made.bus(OPERATOR)).connection)
        yield made
