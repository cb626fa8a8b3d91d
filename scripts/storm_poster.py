"""Posts deliveries over a few kept-alive connections, as fast as they are answered, as a busy gateway would."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urlsplit

from scripts.storm_payloads import Post

CONNECTIONS = 24
TRIES_MAX = 20
RETRY_S = 0.2
ACCEPTED = 202
OUR_FAULT = 503


async def post_all(url: str, tenant: str, posts: Sequence[Post]) -> int:
    """Post everything in order of arrival; returns how many deliveries were refused for good."""
    waiting = iter(posts)
    refused = await asyncio.gather(*(_connection(url, tenant, waiting) for _ in range(CONNECTIONS)))
    return sum(refused)


async def _connection(url: str, tenant: str, waiting: Iterator[Post]) -> int:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    refused = 0
    try:
        for post in waiting:
            refused += await _post(reader, writer, tenant, post)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    return refused


async def _post(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tenant: str, post: Post) -> int:
    """Post one delivery, again while intake answers that it is its own fault; returns 1 where it was refused."""
    lines = [f"POST /webhooks/{post.source}/{tenant} HTTP/1.1", "Host: intake", f"Content-Length: {len(post.body)}"]
    head = "\r\n".join([*lines, *(f"{name}: {value}" for name, value in post.headers.items())]) + "\r\n\r\n"
    for _ in range(TRIES_MAX):
        post.sent_at = post.sent_at or datetime.now(UTC)
        writer.write(head.encode() + post.body)
        status, answer = await _answer(reader)
        if status == ACCEPTED:
            post.signal_ids = json.loads(answer)["signal_ids"]
            return 0
        if status != OUR_FAULT:
            return 1
        await asyncio.sleep(RETRY_S)
    return 1


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    status = int(head.split(" ", 2)[1])
    size = next(int(line.split(":")[1]) for line in head.splitlines() if line.startswith("content-length:"))
    return status, await reader.readexactly(size)
