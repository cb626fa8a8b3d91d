"""Tokens that nobody should believe, each for a reason of its own."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

from inquest.testkit.issuer import SigningKey, claims_of


def forged(good: SigningKey, other: SigningKey) -> dict[str, str]:
    """Return tokens by what is wrong with them. `good` (RS256) and `other` (ES256) are the keys that are published."""
    now, kid = int(time.time()), good.kid
    stranger = SigningKey("stranger")
    head, body, signature = good.token().split(".")
    return {
        "none": by_hand({"alg": "none", "kid": kid}, signature=""),
        "None": by_hand({"alg": "None", "kid": kid}),
        "no alg": by_hand({"kid": kid}),
        "hs256 with the public key": hs256(good.public_pem(), kid),
        "hs256 with the jwk": hs256(json.dumps(good.jwk()).encode(), kid),
        "hs256 with nothing": hs256(b"", kid),
        "another key under a known id": SigningKey(kid).token(),
        "a key that is not published": stranger.token(),
        "a key of another kind under its id": good.token({"kid": other.kid}),
        "its own key in the header": stranger.token({"jwk": stranger.jwk()}),
        "its own address of keys": stranger.token({"jku": "https://evil.example/jwks"}),
        "a path as id": SigningKey("../../../dev/null").token(),
        "sql as id": SigningKey(f"{kid}' OR '1'='1").token(),
        "a long id": SigningKey("k" * 300).token(),
        "an id that is no text": by_hand({"alg": "RS256", "kid": [kid]}),
        "a critical extension": good.token({"crit": ["b64"], "b64": True}),
        "expired": good.token(exp=now - 3600),
        "not valid yet": good.token(nbf=now + 3600),
        "made in the future": good.token(iat=now + 3600),
        "without an end": good.token(exp=None),
        "another issuer": good.token(iss="https://evil.example"),
        "another audience": good.token(aud="another-program"),
        "oversized": good.token(padding="x" * 9000),
        "deep": f"e30.{base64.urlsafe_b64encode(b'[' * 3000).decode()}.AAAA",
        "no signature": f"{head}.{body}.",
        "half a signature": good.token()[:-20],
        "other claims under a good signature": f"{head}.{_part(claims_of('admin', ('*',)))}.{signature}",
        "dots": "..",
    }


def by_hand(header: dict[str, Any], signature: str = "AAAA") -> str:
    """Return a token that no library would make."""
    return ".".join((_part({"typ": "JWT", **header}), _part(claims_of("admin", ("*",))), signature))


def hs256(secret: bytes, kid: str | None) -> str:
    """Return a token that is signed with something that is no secret."""
    signed = by_hand({"alg": "HS256", "kid": kid}).rpartition(".")[0]
    made = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
