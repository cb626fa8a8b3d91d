"""Asks outside HTTP services, one request at a time, and says in the notifier's own words what came of it."""

import asyncio
import json
import logging
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import certifi
import httpx

from inquest.config import egress
from inquest.config.channels import NetworkChannel
from inquest.contracts.addresses import off_limits
from inquest.contracts.text import plain
from inquest.notifier.adapters.pace import Pace
from inquest.notifier.domain.answers import meaning, wait_s
from inquest.notifier.ports import Clock, MaybeDelivered, NotDelivered, Refused

CONNECT_S_MAX = 3.0
CONNECTIONS_MAX = 50
ANSWER_BYTES_MAX = 256 * 1024
READ_BYTES_MAX = 8 * 1024 * 1024  # of a list of comments, notes or messages
SAID_BYTES_MAX = 4096
SAID_S_MAX = 1.0
_SAID_CHARS_MAX = 200
_HINTS = {
    401: "check the reference of its credential, and whether it has expired",
    403: "the credential lacks a permission; see docs/channels",
    404: "check its address, and whether the credential may see what it names",
    410: "the address was withdrawn; make a new one",
    413: "the message is too large",
}


logging.getLogger("httpx").setLevel(logging.WARNING)  # below, it logs addresses, and some of them are secrets


@dataclass(frozen=True, slots=True)
class Request:
    """One request of one notice.

    Attributes:
        channel: whose time limit, pace and id count.
        tenant: with the host, the back end that the pace belongs to.
        notice_id: whose turn it is.
        waits: False for what follows a first request of the same notice: half a notice should not have to queue.
        url: as a whole. It may be a secret, and is in no error text.
        is_read: it changes nothing, so that no answer means not delivered.
        finds: the service can be asked whether a request without an answer arrived.
        takes: statuses beside 2xx that are answers, not errors.
        reads_answer: False where the status is all that counts; the body is then never read.
    """

    channel: NetworkChannel
    tenant: str
    notice_id: str
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    waits: bool = True
    is_read: bool = False
    finds: bool = False
    takes: frozenset[int] = frozenset()
    reads_answer: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service that took the request answered; the body is cut at the request's limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def document(self) -> dict[str, Any]:
        """Return the JSON object of the body; empty when there is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


class Http:
    """The one HTTP client of all channels."""

    def __init__(self, clock: Clock, pace: Pace) -> None:
        self._clock = clock
        self._pace = pace
        # trust_env off: a proxy from the environment must not see notices that the configuration sends elsewhere.
        # No connection is kept: one that the other side drops just as it is used again would leave a doubt.
        transport = egress.GuardedTransport(off_limits, trusted(), CONNECTIONS_MAX, keeps_alive=False)
        self._client = httpx.AsyncClient(follow_redirects=False, trust_env=False, transport=transport)

    async def close(self) -> None:
        """Close connections."""
        await self._client.aclose()

    async def ask(self, request: Request) -> Answer:
        """Return what was answered with a status that means yes. Raises Refused, NotDelivered or MaybeDelivered."""
        channel = request.channel
        if request.waits:
            await self.turn(request)
        answer = await self._exchange(request)
        means = meaning(answer.status, finds=request.finds)
        if means == "taken" or answer.status in request.takes:
            return answer
        if means == "refused":
            raise Refused(f"channel {channel.id}: answered {answer.status}{_advice(answer)}")
        pause_s = wait_s(answer.headers, self._clock())
        if pause_s:
            self._pace.hold(_back_end(request), pause_s, channel.per_minute)
        error = MaybeDelivered if means == "unclear" and not request.is_read else NotDelivered
        raise error(f"channel {channel.id}: answered {answer.status}", after_s=pause_s)

    async def turn(self, request: Request) -> None:
        """Return when it is the turn of the request's notice. Raises NotDelivered when that is too long to wait for."""
        await self._pace.turn(_back_end(request), request.notice_id, request.channel.per_minute)

    async def _exchange(self, request: Request) -> Answer:
        channel = request.channel.id
        try:
            return await self._send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotDelivered(f"channel {channel}: cannot connect: {_named(error)}") from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, ValueError) as error:
            # The text of these errors may quote an address or a header, which may be secret.
            raise Refused(f"channel {channel}: its address or credential cannot be sent over HTTP") from error
        except egress.Refused as error:
            raise Refused(f"channel {channel}: {error}") from error
        except (httpx.HTTPError, TimeoutError) as error:
            lost = NotDelivered if request.is_read else MaybeDelivered
            raise lost(f"channel {channel}: no answer: {_named(error)}") from error

    async def _send(self, request: Request) -> Answer:
        timeout_s = request.channel.timeout_ms / 1000
        timeout = httpx.Timeout(timeout_s, connect=min(CONNECT_S_MAX, timeout_s * 0.9))
        # identity: a small compressed answer could be a huge one.
        headers = {"User-Agent": "inquest", "Accept-Encoding": "identity", **request.headers}
        async with (
            asyncio.timeout(timeout_s),
            self._client.stream(
                request.method, request.url, content=request.body, headers=headers, timeout=timeout
            ) as response,
        ):
            if not response.is_success:
                body = await _said(response, timeout_s)
            else:
                bytes_max = READ_BYTES_MAX if request.is_read else ANSWER_BYTES_MAX
                body = await _read(response, bytes_max) if request.reads_answer else b""
            return Answer(response.status_code, response.headers, body)


@cache
def trusted() -> ssl.SSLContext:
    """Return the public authorities and those that the machine trusts, such as a company's own."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.load_default_certs()
    return context


def _back_end(request: Request) -> str:
    try:
        return f"{request.tenant}@{urlsplit(request.url).hostname}"
    except ValueError:  # refused when it is asked
        return request.tenant


def _named(error: Exception) -> str:
    return plain(str(error), _SAID_CHARS_MAX) or type(error).__name__


async def _said(response: httpx.Response, timeout_s: float) -> bytes:
    """Return what is said about a refusal; the status counts, whether the rest comes or not."""
    with suppress(httpx.HTTPError, TimeoutError):
        async with asyncio.timeout(min(SAID_S_MAX, timeout_s / 2)):
            return await _read(response, SAID_BYTES_MAX)
    return b""


async def _read(response: httpx.Response, bytes_max: int) -> bytes:
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) >= bytes_max:
            break
    return bytes(body[:bytes_max])


def _advice(answer: Answer) -> str:
    """Return what the service says is wrong, and what to do."""
    said = plain(answer.body.decode(errors="replace"), _SAID_CHARS_MAX)
    hint = _HINTS.get(answer.status, "")
    if 300 <= answer.status < 400:
        hint = f"it redirects to {plain(answer.headers.get('location', 'elsewhere'))}: configure that address instead"
    return "".join(f"; {text}" for text in (hint, said and f"it says: {said}") if text)
