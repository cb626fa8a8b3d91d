"""The channels: terminal, file, signed webhook."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import httpx

from inquest.config.channels import Channel, FileChannel, TerminalChannel, WebhookChannel
from inquest.config.secrets import resolve
from inquest.contracts.errors import Impossible, RetryLater
from inquest.contracts.latest import Notice
from inquest.notifier.domain.sign import signature
from inquest.notifier.ports import Clock, MaybeDelivered, NotDelivered, Refused

CONNECT_S_MAX = 3.0
_TRY_AGAIN = {408, 425, 429}
Resolve = Callable[[str], str]


class Senders:
    """Implements Sender for every kind of channel. `open` and `close` it with the service."""

    def __init__(self, clock: Clock, terminal: TextIO | None = None, resolve_secret: Resolve = resolve) -> None:
        self._clock = clock
        self._terminal = terminal
        self._resolve = resolve_secret
        # trust_env off: a proxy from the environment must not see notices that the configuration sends elsewhere.
        self._http = httpx.AsyncClient(follow_redirects=False, trust_env=False)

    async def close(self) -> None:
        """Close connections."""
        await self._http.aclose()

    async def send(self, notice: Notice, channel: Channel) -> None:
        """See Sender."""
        if isinstance(channel, TerminalChannel):
            self._print(notice)
        elif isinstance(channel, FileChannel):
            await asyncio.to_thread(_append, channel.path, notice)
        else:
            await self._post(notice, channel)

    def _print(self, notice: Notice) -> None:
        out = self._terminal or sys.stdout
        try:
            out.write(f"{notice.subject}\n{notice.body}\n")
            out.flush()
        except OSError as error:
            raise NotDelivered(f"channel {notice.channel}: the terminal is gone: {error}") from error

    async def _post(self, notice: Notice, channel: WebhookChannel) -> None:
        body = notice.payload.encode()
        headers = self._headers(notice, channel, body)
        timeout = httpx.Timeout(channel.timeout_ms / 1000, connect=min(CONNECT_S_MAX, channel.timeout_ms / 1000))
        try:
            # Streamed, and never read: the status is all that counts, and a body could be endless.
            async with self._http.stream(
                "POST", channel.url, content=body, headers=headers, timeout=timeout
            ) as response:
                _judge(response.status_code, channel)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotDelivered(f"channel {channel.id}: cannot connect: {error or type(error).__name__}") from error
        except httpx.InvalidURL as error:
            raise Refused(f"channel {channel.id}: {error}") from error
        except httpx.HTTPError as error:
            raise MaybeDelivered(f"channel {channel.id}: no answer: {error or type(error).__name__}") from error

    def _headers(self, notice: Notice, channel: WebhookChannel, body: bytes) -> dict[str, str]:
        stamp = int(self._clock().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "inquest",
            "X-Inquest-Notice-Id": notice.notice_id,  # receivers drop a repeat by it
            "X-Inquest-Timestamp": str(stamp),
        }
        if channel.secret:
            headers["X-Inquest-Signature"] = signature(self._secret(channel.secret), stamp, body)
        return headers

    def _secret(self, ref: str) -> str:
        try:
            return self._resolve(ref)
        except RetryLater as error:
            raise NotDelivered(str(error)) from error
        except Impossible as error:
            raise Refused(str(error)) from error


def _judge(status: int, channel: WebhookChannel) -> None:
    if 200 <= status < 300:
        return
    if status >= 500 or status in _TRY_AGAIN:
        raise NotDelivered(f"channel {channel.id}: answered {status}")
    raise Refused(f"channel {channel.id}: answered {status}; check its url and secret")


def _append(path: Path, notice: Notice) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{notice.subject}\n{notice.body}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise NotDelivered(f"channel {notice.channel}: cannot write {path}: {error.strerror}") from error
