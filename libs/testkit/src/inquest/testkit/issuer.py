"""An OIDC provider in miniature: keys, the tokens they sign, and an HTTPS server that publishes them."""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import jwt
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

ISSUER = "https://issuer.example"
AUDIENCE = "inquest"


class SigningKey:
    """One key pair."""

    def __init__(self, kid: str | None = "k1", alg: str = "RS256", bits: int = 2048) -> None:
        self.kid = kid
        self.alg = alg
        if alg == "EdDSA":
            self.private: Any = ed25519.Ed25519PrivateKey.generate()
        elif alg.startswith("ES"):
            curves = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
            self.private = ec.generate_private_key(curves[alg])
        else:
            self.private = rsa.generate_private_key(65537, bits)

    def jwk(self, **more: Any) -> dict[str, Any]:
        """Return the public part as a JWK."""
        made: dict[str, Any] = json.loads(jwt.get_algorithm_by_name(self.alg).to_jwk(self.private.public_key()))
        made.pop("key_ops", None)
        return {**made, **({"kid": self.kid} if self.kid else {}), **more}

    def public_pem(self) -> bytes:
        """Return the public part as anybody can have it."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return bytes(self.private.public_key().public_bytes(serialization.Encoding.PEM, form))

    def token(self, headers: dict[str, Any] | None = None, **claims: Any) -> str:
        """Return a token that is good unless claims or headers say otherwise; None leaves a claim out."""
        every = {**claims_of(), **claims}
        sent = {"kid": self.kid, **(headers or {})}
        kept = {name: value for name, value in every.items() if value is not None}
        return jwt.encode(kept, self.private, self.alg, {name: value for name, value in sent.items() if value})


def claims_of(role: str = "viewer", tenants: tuple[str, ...] = ("acme",)) -> dict[str, Any]:
    """Return the claims of a good token."""
    now = int(time.time())
    return {
        "sub": "ada",
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + 600,
        "role": role,
        "tenants": list(tenants),
    }


def jwks(*keys: SigningKey) -> dict[str, Any]:
    """Return the document that publishes keys."""
    return {"keys": [key.jwk() for key in keys]}


class Published:
    """What the server answers; change it to rotate keys, redirect, or be away."""

    def __init__(self, url: str, ca_file: Path) -> None:
        self.url = url
        self.ca_file = ca_file
        self.body = b"{}"
        self.head = "200 OK"
        self.asked = 0
        self.goes_on = asyncio.Event()
        self.goes_on.set()

    def keys(self, *keys: SigningKey) -> None:
        """Publish these keys."""
        self.body = json.dumps(jwks(*keys)).encode()


@asynccontextmanager
async def issuer_server(folder: Path) -> AsyncIterator[Published]:
    """Serve over TLS on port 0, vouched for by an authority of its own."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(tls)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        published.asked += 1
        await published.goes_on.wait()
        head = f"HTTP/1.1 {published.head}\r\ncontent-length: {len(published.body)}\r\nconnection: close\r\n\r\n"
        writer.write(head.encode() + published.body)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    published = Published(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks", folder / "ca.pem")
    try:
        yield published
    finally:
        published.goes_on.set()
        server.close()
