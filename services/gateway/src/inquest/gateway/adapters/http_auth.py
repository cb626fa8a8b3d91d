"""Shows a source who we are. Secrets are read at each use; tokens given out are kept for most of their time."""

import asyncio
import base64
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from inquest.config.http_section import Auth, BasicAuth, BearerAuth, GitHubAppAuth, HeaderAuth, OAuthClientAuth
from inquest.config.secrets import resolve
from inquest.contracts.errors import InquestError
from inquest.gateway.ports import ProviderError

_EARLY_S = 60.0  # a token is fetched anew before it ends
_TOKEN_S_DEFAULT = 300.0
_GITHUB_TOKEN_S = 3600.0
_JWT_S = 540  # GitHub takes ten minutes at most
_SKEW_S = 60

Post = Callable[[str, Mapping[str, str], Mapping[str, str]], Awaitable[Any]]
"""POSTs a form with headers to an address, and returns the JSON of the answer."""


@dataclass(slots=True)
class Credentials:
    """The headers that one source wants. `base_url` is where a GitHub App asks for its tokens."""

    auth: Auth | None
    base_url: str
    post: Post
    _token: str = ""
    _ends_s: float = 0.0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def headers(self) -> dict[str, str]:
        """Return them. Raises ProviderError (auth) where a secret is missing or no token is given out."""
        match self.auth:
            case None:
                return {}
            case BearerAuth():
                return {"Authorization": f"Bearer {secret(self.auth.token)}"}
            case BasicAuth():
                pair = f"{self.auth.user}:{secret(self.auth.password)}".encode()
                return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
            case HeaderAuth():
                return {self.auth.name: f"{self.auth.prefix}{secret(self.auth.value)}"}
            case OAuthClientAuth() | GitHubAppAuth():
                async with self._turn:  # many calls at once fetch one token
                    if time.monotonic() >= self._ends_s:
                        self._token, lasts_s = await self._fetch(self.auth)
                        self._ends_s = time.monotonic() + max(lasts_s - _EARLY_S, lasts_s / 2)
                return {"Authorization": f"Bearer {self._token}"}

    def forget(self) -> bool:
        """Drop a kept token that was refused; say whether there was one."""
        kept, self._ends_s = self._ends_s > 0, 0.0
        return kept

    async def _fetch(self, auth: OAuthClientAuth | GitHubAppAuth) -> tuple[str, float]:
        if isinstance(auth, GitHubAppAuth):
            url = f"{self.base_url}/app/installations/{auth.installation_id}/access_tokens"
            bearer = {"Authorization": f"Bearer {app_jwt(auth, int(time.time()))}"}
            answer = await self.post(url, {}, bearer | {"Accept": "application/vnd.github+json"})
            return _text(answer, "token"), _GITHUB_TOKEN_S
        form = {
            "grant_type": "client_credentials",
            "client_id": auth.client_id,
            "client_secret": secret(auth.client_secret),
            "scope": auth.scope,
            "audience": auth.audience,
        }
        answer = await self.post(auth.token_url, {name: value for name, value in form.items() if value}, {})
        lasts_s = answer.get("expires_in") if isinstance(answer, dict) else None
        return _text(answer, "access_token"), float(lasts_s) if isinstance(lasts_s, int | float) else _TOKEN_S_DEFAULT


def secret(ref: str) -> str:
    """Return the secret behind a reference. Raises ProviderError (auth)."""
    try:
        return resolve(ref)
    except InquestError as error:
        raise ProviderError("auth", str(error)) from error


def app_jwt(auth: GitHubAppAuth, now_s: int) -> str:
    """Return the token by which a GitHub App shows that it is itself (RS256)."""
    try:
        key = load_pem_private_key(secret(auth.private_key).encode(), password=None)
    except (ValueError, TypeError) as error:
        raise ProviderError("auth", f"{auth.private_key} does not hold a private key in PEM") from error
    if not isinstance(key, RSAPrivateKey):
        raise ProviderError("auth", f"{auth.private_key} does not hold an RSA key")
    claims = {"iat": now_s - _SKEW_S, "exp": now_s + _JWT_S, "iss": str(auth.app_id)}
    signed = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
    signature = key.sign(signed.encode(), PKCS1v15(), hashes.SHA256())
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _part(value: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()


def _text(answer: Any, name: str) -> str:
    found = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(found, str) or not found:
        raise ProviderError("auth", f"no {name} in the answer of whoever gives out tokens")
    return found
