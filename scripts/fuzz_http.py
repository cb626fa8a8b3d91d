"""Fuzzes listening HTTP servers: requests over kept-alive connections, and bytes that are hardly HTTP."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from scripts.fuzz_inputs import Request, operation, webhook
from scripts.fuzz_mutate import Mutator
from scripts.fuzz_tally import HANG_S, WORKERS, Tally

GARBAGE = 0.1  # of inputs: bytes that need a connection of their own
SLOW = 0.0005  # of inputs: a request that never ends
HEAD_BYTES_MAX = 256 * 1024
_STREAM = b"text/event-stream"


@dataclass(slots=True)
class Line:
    """One kept-alive connection to one server."""

    host: str
    port: int
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def send(self, data: bytes) -> tuple[int, bytes]:
        """Return status and body of the answer; opens a new connection where the server closed the last."""
        fresh = self.writer is None
        try:
            return await self._exchange(data)
        except (OSError, asyncio.IncompleteReadError) as error:
            if isinstance(error, TimeoutError):
                raise
            self.close()
            if fresh:
                return 0, b""  # refused without an answer, which is one
            return await self._exchange(data)

    async def _exchange(self, data: bytes) -> tuple[int, bytes]:
        if self.writer is None or self.reader is None:
            self.reader, self.writer = await asyncio.open_connection(self.host, self.port, limit=HEAD_BYTES_MAX)
        self.writer.write(data)
        status, body, is_over = await answer(self.reader, is_bare=data.startswith(b"HEAD "))
        if is_over:
            self.close()
        return status, body

    def close(self) -> None:
        """Drop the connection."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


async def answer(reader: asyncio.StreamReader, *, is_bare: bool) -> tuple[int, bytes, bool]:
    """Return status, body and whether the connection ends; of a stream of events, the head alone."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split(b" ", 2)[1])
    sizes = [line for line in head.split(b"\r\n") if line.startswith(b"content-length:")]
    if _STREAM in head or not sizes or is_bare:
        return status, b"", True  # after a HEAD too, whose answer has a length and no body
    body = await reader.readexactly(int(sizes[0].partition(b":")[2]))
    return status, body, b"connection: close" in head


def written(request: Request) -> bytes:
    """Return the bytes of a request; its length is told rightly, whatever else is odd."""
    headers = {"host": "localhost", **request.headers, "content-length": str(len(request.body))}
    for name in ("transfer-encoding", "upgrade", "expect"):
        headers.pop(name, None)
    lines = [f"{request.method} {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    clean = [line.replace("\r", "").replace("\n", "") for line in lines]
    return "\r\n".join(clean).encode("utf-8", errors="replace") + b"\r\n\r\n" + request.body


class HttpFuzz:
    """Sends inputs to the servers of intake, of the API and of every other service."""

    def __init__(self, urls: dict[str, str], seed: int, tally: Tally) -> None:
        self._urls = {name: (urlsplit(url).hostname or "", urlsplit(url).port or 0) for name, url in urls.items()}
        self._mutator = Mutator(f"http {seed}")
        self._tally = tally

    async def run(self, inputs: int) -> None:
        """Send so many."""
        left = iter(range(inputs))
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(self._worker(left))

    async def _worker(self, left: Iterator[int]) -> None:
        lines = {name: Line(*address) for name, address in self._urls.items()}
        for _ in left:
            self._tally.inputs += 1
            if self._mutator.dice.random() < GARBAGE:
                await self._garbage()
            else:
                await self._request(lines)
        for line in lines.values():
            line.close()

    async def _request(self, lines: dict[str, Line]) -> None:
        draw = self._mutator.dice.random()
        name = "intake" if draw < 0.6 else "api" if draw < 0.97 else self._mutator.dice.choice(list(lines))
        request = webhook(self._mutator) if name == "intake" else operation(self._mutator)
        data = written(request)
        try:
            async with asyncio.timeout(HANG_S):
                status, body = await lines[name].send(data)
            self._tally.status(status, f"{name} {body[:200]!r} to {data[:300]!r}")
        except TimeoutError:
            self._tally.hung(f"{name}: {data[:300]!r}")
            lines[name].close()
        except (OSError, asyncio.IncompleteReadError, ValueError, asyncio.LimitOverrunError) as error:
            lines[name].close()
            self._tally.outcomes[type(error).__name__] += 1

    async def _garbage(self) -> None:
        name = self._mutator.dice.choice(list(self._urls))
        request = webhook(self._mutator) if self._mutator.dice.random() < 0.5 else operation(self._mutator)
        data = self._mutator.broken(written(request)[:4000])
        is_slow = self._mutator.dice.random() < SLOW / GARBAGE
        try:
            async with asyncio.timeout(HANG_S):
                said = await self._converse(*self._urls[name], data[:200] if is_slow else data, is_slow=is_slow)
        except TimeoutError:
            self._tally.hung(f"{name}: bytes {data[:300]!r}")
            return
        except (OSError, ValueError, asyncio.LimitOverrunError) as error:
            self._tally.outcomes[type(error).__name__] += 1
            return
        status = said[9:12]
        self._tally.status(int(status) if status.isdigit() else 0, f"{name} {said[:300]!r} to bytes {data[:300]!r}")

    async def _converse(self, host: str, port: int, data: bytes, *, is_slow: bool) -> bytes:
        """Send bytes and return the beginning of what comes back; a slow sender leaves its half open."""
        reader, writer = await asyncio.open_connection(host, port, limit=HEAD_BYTES_MAX)
        try:
            writer.write(data)
            if not is_slow:
                writer.write_eof()
            return await reader.read(1000)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
