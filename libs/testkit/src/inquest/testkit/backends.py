"""An HTTP service on a real socket that answers as told: also never, in drips, with a cut line, or with too much."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

_DRIP_S = 0.02
_CHUNK = b"10000\r\n" + b"x" * 65536 + b"\r\n"


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived; header names are in lower case."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer: plainly, never, with a head and then nothing or drips, by cutting the line, or without an end."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    how: Literal["plain", "hang", "stall", "drip", "drop", "endless"] = "plain"

    def raw(self) -> bytes:
        """Return the answer as it goes over the line; a body that is not bytes is sent as JSON."""
        body = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        lines = {"content-length": str(len(body)), "content-type": "application/json", **self.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        return f"HTTP/1.1 {self.status} X\r\n{head}\r\n".encode() + body


HANG, DROP = Reply(how="hang"), Reply(how="drop")


def _fine(received: Received) -> Reply:
    del received
    return Reply()


@dataclass(slots=True)
class Backend:
    """Answers with `replies` first, one after the other, then with what `serve` returns. Keeps what it received."""

    url: str = ""
    serve: Callable[[Received], Reply] = _fine
    replies: list[Reply] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    bytes_sent: int = 0
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    def calls(self) -> list[str]:
        """Return method and path of each request."""
        return [f"{one.method} {one.path}" for one in self.received]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Backend"]:
        """Listen on a free port of the loopback address meanwhile."""
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            self._over.set()
            server.close()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Also when it is cancelled: a task that ends so makes asyncio print a traceback beside a test that failed.
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                request = await _request(reader)
                self.received.append(request)
                await self._answer(self.replies.pop(0) if self.replies else self.serve(request), writer)
        writer.close()

    async def _answer(self, reply: Reply, writer: asyncio.StreamWriter) -> None:
        if reply.how == "hang":
            await self._over.wait()
        elif reply.how == "stall":
            writer.write(f"HTTP/1.1 {reply.status} X\r\ncontent-length: 1000\r\n\r\n".encode())
            await self._over.wait()
        elif reply.how == "drip":
            writer.write(f"HTTP/1.1 {reply.status} X\r\ncontent-length: 100000\r\n\r\n".encode())
            while not writer.is_closing() and not self._over.is_set():
                writer.write(b" ")
                await writer.drain()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._over.wait(), _DRIP_S)
        elif reply.how == "drop":
            writer.transport.abort()
        elif reply.how == "endless":
            writer.write(f"HTTP/1.1 {reply.status} X\r\ntransfer-encoding: chunked\r\n\r\n".encode())
            while not writer.is_closing() and not self._over.is_set():
                writer.write(_CHUNK)
                self.bytes_sent += len(_CHUNK)
                await writer.drain()
        else:
            writer.write(reply.raw())
            await writer.drain()


async def _request(reader: asyncio.StreamReader) -> Received:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    parts = urlsplit(target)
    return Received(method, parts.path, parse_qs(parts.query), headers, body)
