"""The HTTP client of all native providers: bounded in bytes and time, and only to where it may go.

What goes wrong comes out as a ProviderError of the right kind, in plain words.
"""

import asyncio
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import orjson

from inquest.config.egress import GuardedTransport, Refused
from inquest.config.http_section import HttpSettings, OAuthClientAuth
from inquest.contracts.latest import ErrorKind
from inquest.gateway.adapters.http_auth import Credentials
from inquest.gateway.domain.addresses import Reach
from inquest.gateway.domain.retry_after import retry_after_s
from inquest.gateway.ports import Context, ProviderError

_CONNECT_S = 5.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REDIRECTS_MAX = 3
_TOKEN_BYTES_MAX = 64 * 1024
_SAID_CHARS = 300
_PART_BYTES = 64 * 1024

Params = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. Header names are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON. Raises ProviderError (malformed)."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise ProviderError("malformed", f"{self.url}: the answer is not JSON ({error})") from error


@dataclass(frozen=True, slots=True)
class _Ask:
    """One request, before credentials."""

    method: str
    url: str
    params: Params | None = None
    form: Mapping[str, str] | None = None
    json: Any = None
    headers: Mapping[str, str] | None = None


class HttpClient:
    """Asks one API. Safe for many calls at once; `requests_at_once_max` of them are under way."""

    def __init__(self, settings: HttpSettings, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._base = settings.url.rstrip("/")
        auth = settings.auth
        hosts = {urlsplit(self._base).hostname or "", *(host.lower() for host in settings.redirect_hosts)}
        if isinstance(auth, OAuthClientAuth):
            hosts.add(urlsplit(auth.token_url).hostname or "")
        self._reach = Reach(frozenset(hosts), settings.networks)
        self._turns = asyncio.Semaphore(settings.requests_at_once_max)
        context = ssl.create_default_context(cafile=settings.ca_file) if settings.ca_file else _common_context()
        self._http = httpx.AsyncClient(
            transport=transport or GuardedTransport(self._reach.refusal, context, settings.requests_at_once_max),
            timeout=httpx.Timeout(None, connect=_CONNECT_S),  # the call's deadline bounds the rest
            follow_redirects=False,
            trust_env=False,  # a proxy of the environment would connect to what was never checked
        )
        self._credentials = Credentials(auth, self._base, self._post_for_token)

    async def ask(
        self,
        method: str,
        path: str,
        context: Context,
        *,
        params: Params | None = None,
        form: Mapping[str, str] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        allow: frozenset[int] = frozenset(),
    ) -> Answer:
        """Return the whole answer to a request.

        Args:
            method: GET or POST.
            path: below the configured URL, with a slash in front.
            context: of the call: its deadline and its bytes bound this too.
            params: of the address.
            form: the body as a form.
            json: the body as JSON.
            headers: beside the credentials.
            allow: status codes of 400 and above that mean something here, and are returned.

        Raises ProviderError.
        """
        asks = _Ask(method, self._base + path, params, form, json, headers)
        try:
            async with asyncio.timeout(max(context.left_s(), 0.0)), self._turns:
                try:
                    return await self._follow(asks, context, allow)
                except ProviderError as error:
                    if error.kind != "auth" or not self._credentials.forget():
                        raise
                    return await self._follow(asks, context, allow)  # the kept token may have been revoked
        except TimeoutError as error:
            raise ProviderError("timeout", f"{asks.url}: no whole answer in time") from error

    async def json(self, method: str, path: str, context: Context, **asks: Any) -> Any:
        """Return the JSON of an answer; large ones are parsed in a thread. Takes what `ask` takes."""
        answer = await self.ask(method, path, context, **asks)
        return answer.json() if len(answer.body) < _PART_BYTES else await asyncio.to_thread(answer.json)

    def below(self, path: str) -> "HttpClient":
        """Return the same client, whose paths lie below `path`: the same connections, credentials and turns."""
        other = copy(self)
        other._base = f"{self._base}{path}"  # noqa: SLF001 - of its own kind
        return other

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _follow(self, asks: _Ask, context: Context, allow: frozenset[int]) -> Answer:
        url, params = asks.url, asks.params
        credentials = await self._credentials.headers()
        home = _origin(asks.url)
        for _ in range(_REDIRECTS_MAX + 1):
            headers = {"Accept-Encoding": "gzip, deflate", **(asks.headers or {})}
            headers |= credentials if _origin(url) == home else {}  # never shown to another host
            async with self._stream(asks, url, params, headers) as response:
                if response.status_code not in _REDIRECTS:
                    return await _read(response, context, allow)
                url, params = self._target(asks, url, response), None
        raise ProviderError("malformed", f"{asks.url} redirects more than {_REDIRECTS_MAX} times")

    @asynccontextmanager
    async def _stream(
        self, asks: _Ask, url: str, params: Params | None, headers: Mapping[str, str]
    ) -> AsyncIterator[httpx.Response]:
        plain = _plain(url)
        try:
            async with self._http.stream(
                asks.method, url, params=params, data=asks.form, json=asks.json, headers=headers
            ) as response:
                yield response
        except Refused as error:
            raise ProviderError("unreachable", f"{plain}: {error}") from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise ProviderError("malformed", f"{plain}: {error}") from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise ProviderError("unreachable", f"{plain} cannot be reached: {error or type(error).__name__}") from error
        except httpx.HTTPError as error:
            raise ProviderError("retryable", f"{plain}: the answer was cut: {error or type(error).__name__}") from error

    def _target(self, asks: _Ask, url: str, response: httpx.Response) -> str:
        """Return where a redirect leads, if that is a place where this request may go."""
        there: str = urljoin(url, response.headers.get("location", ""))
        old, new = urlsplit(url), urlsplit(there)
        downgraded = old.scheme == "https" and new.scheme != "https"
        elsewhere = _origin(there) != _origin(url) and new.hostname == old.hostname and old.scheme == new.scheme
        if asks.method != "GET" or new.hostname not in self._reach.hosts or downgraded or elsewhere:
            why = f"{_plain(url)} redirects to {_plain(there)}: configure that address instead, or allow its host"
            raise ProviderError("malformed", why)
        return there

    async def _post_for_token(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Any:
        asks = _Ask("POST", url, form=form)
        loan = Context("", "objects", 0.0, _TOKEN_BYTES_MAX)  # the deadline is that of the call around this
        async with self._stream(asks, url, None, {"Accept": "application/json", **headers}) as response:
            if response.status_code in {400, 401, 403}:
                raise ProviderError("auth", f"{_plain(url)} gives out no token ({response.status_code})")
            return (await _read(response, loan, frozenset())).json()


async def _read(response: httpx.Response, context: Context, allow: frozenset[int]) -> Answer:
    url, code = _plain(str(response.request.url)), response.status_code
    headers = dict(response.headers)
    if code >= 400 and code not in allow:
        kind = _kind(code, headers)
        wait_s = retry_after_s(headers, datetime.now(UTC)) if kind in {"limited", "retryable"} else 0.0
        means = _MEANS.get(kind) or (f": {await _said(response)}" if kind == "malformed" else "")
        raise ProviderError(kind, f"{url} answers {code}{means}", retry_after_s=wait_s)
    if "text/html" in headers.get("content-type", "") and code < 400:
        raise ProviderError("malformed", f"{url} answers with a web page: is this the address of the API?")
    body = bytearray()
    async for part in _decoded(response, url, context):
        context.spend(len(part))
        body += part
    return Answer(url, code, headers, bytes(body))


async def _said(response: httpx.Response) -> str:
    """Return the beginning of an answer that refuses the request: it says what is wrong with it."""
    async for part in response.aiter_raw(_SAID_CHARS):
        text = part.decode(errors="replace")
        return " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return "no reason given"


_MEANS: Mapping[ErrorKind, str] = {
    "auth": ": our credentials are refused or allow too little; check the reference and its permissions",
    "not-found": ": what the configuration names is not there, or not shown to us",
    "limited": ": we have asked too often",
}


def _kind(code: int, headers: Mapping[str, str]) -> ErrorKind:
    if code == 429 or (code == 403 and ("retry-after" in headers or headers.get("x-ratelimit-remaining") == "0")):
        return "limited"
    if code in {401, 403, 407}:
        return "auth"
    if code in {404, 410}:
        return "not-found"
    if code in {408, 504}:
        return "timeout"
    return "retryable" if code >= 500 else "malformed"


async def _decoded(response: httpx.Response, url: str, context: Context) -> AsyncIterator[bytes]:
    """Yield the body unpacked, a bounded part at a time: a bomb is found out before it has unfolded."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"identity", "", "gzip", "x-gzip", "deflate"}:
        raise ProviderError("malformed", f"{url} answers in {encoding!r}, which was not asked for")
    packed = 0
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding not in {"identity", ""} else None
    async for part in response.aiter_raw(_PART_BYTES):
        if unpacker is None:
            yield part
            continue
        packed += len(part)
        if packed > context.bytes_left + context.bytes_read:
            raise ProviderError("malformed", f"{url} answers with too much")
        rest = part
        while rest:
            try:
                yield unpacker.decompress(rest, _PART_BYTES)
            except zlib.error as error:
                raise ProviderError("malformed", f"{url}: the answer is not {encoding}: {error}") from error
            rest = unpacker.unconsumed_tail


@cache
def _common_context() -> ssl.SSLContext:
    """Return what all clients without a CA of their own share: reading the system's takes 20 ms each time."""
    return ssl.create_default_context()


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _plain(url: str) -> str:
    """Return an address without its query, which may hold anything."""
    return url.partition("?")[0][:_SAID_CHARS]
