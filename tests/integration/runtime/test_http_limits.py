"""Before a request is known: too many headers, slow ones and too many connections cost little."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from inquest.runtime import http_limits
from inquest.runtime.http import HttpServer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

BEGIN = b"POST / HTTP/1.1\r\nHost: x\r\n"


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    http = HttpServer(Starlette(routes=[Route("/", _echo, methods=["POST"])]), "127.0.0.1", 0)
    task = asyncio.create_task(http.run())
    yield http
    await http.stop(task)


async def said(server: HttpServer, *parts: bytes) -> bytes:
    """Send the parts, without waiting for anything, and return all that is answered until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        for part in parts:
            writer.write(part)
        async with asyncio.timeout(20):
            return await reader.read(1000)
    finally:
        writer.close()


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"X-A: " + b"a" * 300_000, id="a header without an end"),
        pytest.param(b"X-A: " + b"a" * 70_000 + b"\r\n\r\n", id="one large header"),
        pytest.param(b"".join(b"X-%d: a\r\n" % n for n in range(300)) + b"\r\n", id="many small ones"),
    ],
)
async def test_too_many_headers_are_refused(server, head):
    answer = await said(server, BEGIN, head)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b"connection: close" in answer


async def test_a_long_address_is_refused(server):
    assert (await said(server, b"POST /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")).startswith(
        b"HTTP/1.1 431 "
    )


async def test_headers_that_do_not_come_are_not_waited_for(server, monkeypatch):
    monkeypatch.setattr(http_limits, "HEAD_S_MAX", 0.1)
    assert (await said(server, BEGIN)).startswith(b"HTTP/1.1 408 ")
    assert (await said(server)).startswith(b"HTTP/1.1 408 ")


async def test_one_connection_too_many_is_told_so(server, monkeypatch):
    monkeypatch.setattr(http_limits, "CONNECTIONS_MAX", 0)
    assert (await said(server, BEGIN)).startswith(b"HTTP/1.1 503 ")


async def test_what_is_usual_passes_and_a_connection_serves_several_requests(server):
    async with httpx.AsyncClient(base_url=server.url) as client:
        for size in (0, 300_000, 5):
            answer = await client.post("/", content=b"b" * size, headers={f"X-{n}": "v" * 100 for n in range(100)})
            assert (answer.status_code, answer.text) == (200, str(size))


async def test_a_body_that_never_ends_is_not_waited_for(server, monkeypatch):
    monkeypatch.setattr(http_limits, "BODY_S_MAX", 0.2)
    answer = await said(server, BEGIN + b"Content-Length: 100\r\n\r\n", b"a")
    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_a_connection_that_is_kept_has_time_for_its_next_request(server, monkeypatch):
    monkeypatch.setattr(http_limits, "BODY_S_MAX", 0.2)
    async with httpx.AsyncClient() as http:
        first = await http.post(f"{server.url}/", content=b"abc")
        await asyncio.sleep(0.3)  # longer than a body may take: none is under way
        second = await http.post(f"{server.url}/", content=b"abcd")
    assert (first.text, second.text) == ("3", "4")
