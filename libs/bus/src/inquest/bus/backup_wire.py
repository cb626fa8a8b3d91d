"""The server's own snapshots of a stream: exact sequences, times and headers, pending schedules, and its durables.

Subjects and answers are those of `nats stream backup` (API v1, `STREAM.SNAPSHOT` and `STREAM.RESTORE`), which nats-py
does not wrap.
"""

import asyncio
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from inquest.contracts.errors import InquestError

CHUNK_BYTES = 128 * 1024
CHUNK_S_MAX = 30.0
COMMIT_S_MAX = 300.0  # the server indexes the whole stream before it answers
_API = "$JS.API.STREAM"


class BackupRefused(InquestError):
    """The server did not give or take a stream; the text has its words."""


async def save_stream(client: Client, stream: str, path: Path) -> tuple[dict[str, Any], dict[str, Any], str]:
    """Write a stream with its durables into a file; returns its configuration, its state and the file's sha256.

    Raises BackupRefused.
    """
    inbox, chunks = client.new_inbox(), asyncio.Queue[Msg]()
    subscription = await client.subscribe(inbox, cb=chunks.put)
    try:
        # jsck: the server checks every message's own checksum before it sends it.
        asked = {"deliver_subject": inbox, "jsck": True, "chunk_size": CHUNK_BYTES}
        answer = await _call(client, f"{_API}.SNAPSHOT.{stream}", json.dumps(asked).encode(), CHUNK_S_MAX)
        digest = hashlib.sha256()
        with path.open("wb") as file:
            async for chunk in _chunks(client, stream, chunks):
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
    finally:
        await subscription.unsubscribe()
    return answer["config"], answer["state"], digest.hexdigest()


async def _chunks(client: Client, stream: str, chunks: asyncio.Queue[Msg]) -> Any:
    while True:
        try:
            async with asyncio.timeout(CHUNK_S_MAX):
                message = await chunks.get()
        except TimeoutError as error:
            raise BackupRefused(f"the snapshot of {stream} stopped: nats-server sent nothing more") from error
        if not message.data:
            status = (message.headers or {}).get("Status", "204")
            if status != "204":
                raise BackupRefused(f"the snapshot of {stream} failed: {status} {message.headers}")
            return
        yield message.data
        if message.reply:
            await client.publish(message.reply, b"")


async def load_stream(
    client: Client, stream: str, path: Path, config: dict[str, Any], state: dict[str, Any]
) -> dict[str, Any]:
    """Make a stream of a file, durables included; returns the state that the server found in it.

    Raises BackupRefused; the server keeps nothing of what it refused.
    """
    asked = json.dumps({"config": config, "state": state}).encode()
    target = (await _call(client, f"{_API}.RESTORE.{stream}", asked, CHUNK_S_MAX))["deliver_subject"]
    with path.open("rb") as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            await _call(client, target, chunk, CHUNK_S_MAX)
    answer = await _call(client, target, b"", COMMIT_S_MAX)
    loaded: dict[str, Any] = answer["state"]
    return loaded


async def _call(client: Client, subject: str, body: bytes, limit_s: float) -> dict[str, Any]:
    try:
        answer = await client.request(subject, body, timeout=limit_s)
    except (NatsError, TimeoutError) as error:
        raise BackupRefused(f"nats-server did not answer on {subject}: {error or type(error).__name__}") from error
    parsed: dict[str, Any] = json.loads(answer.data) if answer.data else {}
    if "error" in parsed:
        raise BackupRefused(f"nats-server refused {subject}: {parsed['error'].get('description')}")
    return parsed
