"""The public keys that sign tokens: fetched, kept, and looked up by their id (RFC 7517). Imported late."""

import asyncio
import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from inquest.config.egress import GuardedTransport, Refused
from inquest.contracts.addresses import off_limits
from inquest.contracts.errors import RetryLater
from inquest.identity.errors import Unauthenticated
from inquest.telemetry.logs import get_logger

BYTES_MAX = 256 * 1024
KEYS_MAX = 64
KID_CHARS_MAX = 200
FETCH_S_MAX = 5.0
FLOOR_S = 10.0  # between two fetches, however many unknown ids are asked for
AGE_S_MAX = 300.0  # then they are fetched again beside the requests, so that a key that was withdrawn ends
RSA_BITS = range(2048, 8193)
_PUBLIC = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}  # never a private part
_READ_AS = {"RSA": "RS256", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA"}
_log = get_logger("identity")


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One key. `fits` is RSA or the name of a curve; `alg` is the one algorithm it may be used with, if it says."""

    fits: str
    alg: str | None
    key: Any

    def serves(self, alg: str) -> bool:
        """Whether a signature of this algorithm may be checked with it."""
        wanted = "RSA" if alg[:2] in {"RS", "PS"} else next(name for name, read in _READ_AS.items() if read == alg)
        return self.fits == wanted and self.alg in (None, alg)


def parse_jwks(raw: bytes) -> Mapping[str, PublicKey]:
    """Return the keys that can check signatures, by id; a key without one has the id "". Raises ValueError.

    Keys for other uses, of other kinds or too weak are left out: issuers publish more than we need.
    """
    document = json.loads(raw)
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise TypeError("it holds no list `keys`")
    if len(listed) > KEYS_MAX:
        raise ValueError(f"it holds {len(listed)} keys; at most {KEYS_MAX} are taken")
    found: dict[str, PublicKey] = {}
    for entry in listed:
        kid = entry.get("kid", "") if isinstance(entry, dict) else None
        if not isinstance(kid, str) or len(kid) > KID_CHARS_MAX:
            continue
        if (key := _public_key(entry)) is not None:
            found.setdefault(kid, key)  # of two with one id the first counts, as for every client of this issuer
    if not found:
        raise ValueError("it holds no key that can check a signature")
    return found


def _public_key(entry: dict[str, Any]) -> PublicKey | None:
    kty, use, alg, crv = (str(entry.get(name) or "") for name in ("kty", "use", "alg", "crv"))
    operations = entry.get("key_ops") or ["verify"]
    fits = crv if kty in {"EC", "OKP"} else kty
    if kty not in _PUBLIC or fits not in _READ_AS or use not in {"", "sig"}:
        return None
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    public = {"kty": kty, **{name: entry.get(name) for name in _PUBLIC[kty]}}
    try:
        key = jwt.PyJWK(public, algorithm=_READ_AS[fits]).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, RSAPublicKey) and key.key_size not in RSA_BITS:
        return None
    return PublicKey(fits, alg or None, key)


class Jwks:
    """The keys of one issuer. Those it knows stay while the issuer cannot be reached."""

    def __init__(self, reference: str, ca_file: Path | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._reference = reference
        self._ca_file = ca_file
        self._clock = clock
        self._keys: Mapping[str, PublicKey] = {}
        self._tried_at = float("-inf")
        self._running: asyncio.Task[None] | None = None
        self._tls: ssl.SSLContext | None = None

    async def key(self, kid: str | None) -> PublicKey:
        """Return the key of an id, or the only one. Raises Unauthenticated, and RetryLater while there are none."""
        found = self._find(kid)
        if kid is None and len(self._keys) > 1:
            raise Unauthenticated("the token does not say which of its issuer's keys signed it (kid)")
        waited_s = self._clock() - self._tried_at
        if found is None and (waited_s >= FLOOR_S or self._is_fetching):
            await asyncio.shield(self.refresh())
            found = self._find(kid)
        elif waited_s >= AGE_S_MAX:
            self.refresh()  # whoever asks now is not held up
        if found is not None:
            return found
        if not self._keys:
            raise RetryLater("the keys that sign tokens cannot be fetched; API keys work all the same", after_s=FLOOR_S)
        raise Unauthenticated("the token is signed by a key that its issuer does not publish")

    def refresh(self) -> "asyncio.Task[None]":
        """Fetch the keys, once for all who ask at the same time; the task never raises."""
        if self._running is None or self._running.done():
            self._tried_at = self._clock()
            self._running = asyncio.create_task(self._fetch())
        return self._running

    async def close(self) -> None:
        """Give up a fetch that runs."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    @property
    def _is_fetching(self) -> bool:
        return self._running is not None and not self._running.done()

    def _find(self, kid: str | None) -> PublicKey | None:
        if kid:
            return self._keys.get(kid)
        return next(iter(self._keys.values())) if len(self._keys) == 1 else None

    async def _fetch(self) -> None:
        try:
            async with asyncio.timeout(FETCH_S_MAX):
                raw = await self._read()
            self._keys = parse_jwks(raw)
        except (OSError, ValueError, TypeError, RecursionError, httpx.HTTPError, httpx.InvalidURL, Refused) as error:
            reason = "it took too long" if isinstance(error, TimeoutError) else f"{type(error).__name__}: {error}"
            _log.error("jwks_not_fetched", jwks=self._reference, kept=len(self._keys), reason=reason)
        else:
            _log.info("jwks_fetched", jwks=self._reference, keys=len(self._keys))

    async def _read(self) -> bytes:
        if self._reference.startswith("file:"):
            return await asyncio.to_thread(_read_file, Path(self._reference.removeprefix("file:")))
        if self._tls is None:  # reading the authorities takes a moment
            self._tls = await asyncio.to_thread(ssl.create_default_context, cafile=self._ca_file)
        raw = bytearray()
        async with (
            httpx.AsyncClient(
                verify=self._tls,
                transport=_guard(self._reference, self._tls),
                follow_redirects=False,
                timeout=FETCH_S_MAX,
            ) as client,
            client.stream("GET", self._reference, headers={"Accept": "application/json"}) as answer,
        ):
            if answer.status_code != httpx.codes.OK:  # a redirect too: where keys come from is configured, not told
                raise ValueError(f"the server answers {answer.status_code}")
            async for chunk in answer.aiter_bytes():
                raw += chunk
                if len(raw) > BYTES_MAX:
                    raise ValueError(f"it is over {BYTES_MAX} bytes")
        return bytes(raw)


def _guard(url: str, tls: ssl.SSLContext) -> httpx.AsyncBaseTransport | None:
    """Return what keeps a fetch from where nothing may be asked. None: a proxy of the environment finds the name."""
    at = urlsplit(url)
    if at.scheme in getproxies() and not proxy_bypass(at.hostname or ""):
        return None
    return GuardedTransport(off_limits, tls, connections_max=1)


def _read_file(path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(BYTES_MAX + 1)
    if len(raw) > BYTES_MAX:
        raise ValueError(f"it is over {BYTES_MAX} bytes")
    return raw
