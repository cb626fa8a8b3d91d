import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from inquest.config.sources import SourceConfig
from inquest.intake.domain.signature import prove

from scripts import bench_load

SECRET = "bench"


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Answers in pieces: 202, and 503 to every fifth; hangs up on event 7."""
    seen: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = int(head.partition(b"Content-Length: ")[2].split(b"\r\n")[0])
            raw = await reader.readexactly(length)
            signature = head.partition(b"X-PagerDuty-Signature: ")[2].split(b"\r\n")[0].decode()
            auth = SourceConfig(kind="pagerduty", bus_only=True).verification
            prove(auth, {"x-pagerduty-signature": signature}, raw, [SECRET], 0)
            seen.append(raw)
            if json.loads(raw)["event"]["id"] == "E7":
                writer.close()
                return
            status = b"503 Later" if len(seen) % 5 == 0 else b"202 Accepted"
            for piece in (b"HTTP/1.1 " + status + b"\r\ncontent-length: 4\r\n", b"\r\n{", b"  }"):
                writer.write(piece)
                await writer.drain()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_rate_is_held_and_refusals_are_errors(port):
    found = await bench_load.http("127.0.0.1", str(port), SECRET, "100", "100", "0.2", "4")
    assert found["errors"] == 4
    assert 0 < found["p50_ms"] <= found["p99_ms"] <= found["max_ms"]
    assert found["per_s"] < 150


async def test_as_fast_as_answers_come(port):
    found = await bench_load.http("127.0.0.1", str(port), SECRET, "100", "0", "0.1", "2")
    assert found["per_s"] > 0
    assert found["errors"] > 0


async def test_a_connection_that_is_lost_is_an_error(port):
    found = await bench_load.http("127.0.0.1", str(port), SECRET, "7", "100", "0.01", "1")
    assert found["errors"] == 1
