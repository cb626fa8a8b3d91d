"""Signed tokens (JWT, RFC 7519), checked as RFC 8725 advises. Imported late."""

import time
from collections.abc import Callable
from typing import Any

import jwt

from inquest.identity.claims import principal_of
from inquest.identity.errors import Unauthenticated
from inquest.identity.jwks import KID_CHARS_MAX, Jwks
from inquest.identity.principal import Principal
from inquest.identity.settings import IdentitySettings

TOKEN_CHARS_MAX = 8192
_REQUIRED = ["exp", "iat", "iss", "aud"]


class Tokens:
    """Checks tokens of one issuer."""

    def __init__(self, settings: IdentitySettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self.jwks = Jwks(settings.jwt_jwks or "", settings.jwt_ca_file, clock)

    async def principal(self, token: str) -> Principal:
        """Return who a token is about. Raises Unauthenticated, Forbidden, RetryLater while there are no keys."""
        if len(token) > TOKEN_CHARS_MAX:
            raise Unauthenticated(f"the token is over {TOKEN_CHARS_MAX} characters")
        alg, kid = self._header(token)
        key = await self.jwks.key(kid)
        if not key.serves(alg):
            raise Unauthenticated("the token is signed by another algorithm than its key is for")
        return principal_of(self._claims(token, key.key, alg), self._settings)

    def _header(self, token: str) -> tuple[str, str | None]:
        """Return algorithm and key id. Nothing else of an unchecked header is looked at: no `jku`, `jwk` or `x5u`."""
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError, RecursionError):
            raise Unauthenticated("the token is not a signed JWT") from None
        alg, kid = header.get("alg"), header.get("kid")
        if alg not in self._settings.jwt_algorithms:
            raise Unauthenticated("the token is signed by an algorithm that is not accepted here")
        if "crit" in header or "b64" in header:
            raise Unauthenticated("the token needs an extension that is not known here")
        if kid is not None and (not isinstance(kid, str) or not 0 < len(kid) <= KID_CHARS_MAX):
            raise Unauthenticated("the token's key id is not one")
        return str(alg), kid

    def _claims(self, token: str, key: Any, alg: str) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[alg],
                audience=self._settings.jwt_audience,
                issuer=self._settings.jwt_issuer,
                leeway=self._settings.jwt_leeway_s,
                options={"require": _REQUIRED},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("the token has expired") from None
        except jwt.ImmatureSignatureError:
            raise Unauthenticated("the token is not valid yet") from None
        except jwt.InvalidAudienceError:
            raise Unauthenticated("the token is for another audience") from None
        except jwt.InvalidIssuerError:
            raise Unauthenticated("the token is of another issuer") from None
        except jwt.MissingRequiredClaimError as error:
            raise Unauthenticated(f"the token has no claim {error.claim}") from None
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
            raise Unauthenticated("the token's signature or form is wrong") from None
