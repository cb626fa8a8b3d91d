"""A TCP proxy that can be cut or made slow while others talk through it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

_CHUNK = 64 * 1024


@dataclass(slots=True)
class Link:
    """Forwards to `port` of this machine. `delay_s` holds back each chunk; while cut, nobody gets through."""

    port: int
    delay_s: float = 0.0
    is_cut: bool = False
    here: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where NATS clients connect."""
        return f"nats://127.0.0.1:{self.here}"

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Link"]:
        """Listen on a free port of the loopback address meanwhile."""
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.here = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        """Break all connections and let nobody through until `mend`."""
        self.is_cut = True
        for writer in list(self._open):
            writer.transport.abort()

    def mend(self) -> None:
        """Let everybody through, at full speed."""
        self.is_cut, self.delay_s = False, 0.0

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, there_writer}
        self._open |= ends
        try:
            both = [self._pump(reader, there_writer), self._pump(there_reader, writer)]
            await asyncio.wait([asyncio.ensure_future(one) for one in both], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._open -= ends
            for end in ends:
                end.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(_CHUNK):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                writer.write(data)
                await writer.drain()
