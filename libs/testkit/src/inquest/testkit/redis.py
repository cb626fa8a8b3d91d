"""A real redis-server on a free port of 127.0.0.1, with its files in the test's own folder."""

import asyncio
import shutil
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio

from inquest.testkit.fixtures import until
from inquest.testkit.ports import free_port


class RedisServer:
    """One server. `durable` keeps what it acked over a kill, at the price of an fsync for each write."""

    def __init__(self, directory: Path, *, durable: bool = False) -> None:
        self._directory = directory
        self._durable = durable
        self._process: Process | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    async def start(self) -> None:
        """Start, on the same port each time, and wait until it serves; skips the test where it is not installed."""
        binary = shutil.which("redis-server")
        if binary is None:
            pytest.skip("no `redis-server` on PATH: apt-get install redis-server")
        self._directory.mkdir(parents=True, exist_ok=True)
        append = ["yes", "--appendfsync", "always"] if self._durable else ["no"]
        places = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self._directory)]
        self._process = await asyncio.create_subprocess_exec(
            binary, *places, "--save", "", "--appendonly", *append, stdout=DEVNULL, stderr=DEVNULL
        )
        await until(self._serves)

    async def _serves(self) -> bool:
        assert self._process is not None
        assert self._process.returncode is None, "redis-server ended at its start"
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(b"PING\r\n")
            answer = await reader.readline()
            writer.close()
            return answer.startswith(b"+PONG")
        return False

    async def kill(self) -> None:
        """End it without warning."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None


@pytest_asyncio.fixture
async def redis_server(tmp_path: Path) -> AsyncIterator[RedisServer]:
    """A running redis-server that keeps nothing on disk."""
    server = RedisServer(tmp_path / "redis")
    await server.start()
    try:
        yield server
    finally:
        await server.kill()
