"""How a raw delivery is sealed: AES-256-GCM under a key of its tenant and of its own (ADR 0020). Pure.

    sealed  = "IQS1" | length of key id, 1 byte | key id | salt, 16 bytes | nonce, 12 bytes | ciphertext and tag
    clear   = "IQC1" | content                                     where the operator chose no encryption
    content = kept headers as JSON | line feed | body

The tenant's two keys come from the master key by HKDF-SHA-256; the key of one delivery is HMAC-SHA-256(tenant's key,
salt), so that no number of deliveries wears a key out. Tenant, source, delivery id, content type and key id are
authenticated: a record that is moved to another place, or changed, does not open.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from inquest.contracts.errors import Impossible

SALT_BYTES = 16
NONCE_BYTES = 12
RANDOM_BYTES = SALT_BYTES + NONCE_BYTES
NO_KEY = "none"
_SEALED, _CLEAR = b"IQS1", b"IQC1"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class About:
    """Where a delivery belongs; it opens nowhere else."""

    tenant: str
    source: str
    delivery_id: str
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What is sealed: the body, and the headers that are read with it."""

    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class TenantKeys:
    """What one tenant's deliveries are sealed under, and what makes their ids."""

    key_id: str
    sealing: bytes = field(repr=False)
    naming: bytes = field(repr=False)


def tenant_keys(key_id: str, master: bytes, tenant: str) -> TenantKeys:
    """Derive the keys of a tenant from a master key of 32 bytes."""
    info = b"inquest raw deliveries v1" + _joined(key_id, tenant)
    both = HKDF(SHA256(), 2 * _KEY_BYTES, salt=None, info=info).derive(master)
    return TenantKeys(key_id, both[:_KEY_BYTES], both[_KEY_BYTES:])


def named(keys: TenantKeys, *parts: str) -> str:
    """Return an id that follows from the parts, and tells nobody without the key what they are; 40 hex digits."""
    return hmac.digest(keys.naming, _joined(*parts), hashlib.sha256).hex()[:40]


def seal(keys: TenantKeys, about: About, content: Content, random: bytes) -> bytes:
    """Seal a delivery; `random` are RANDOM_BYTES fresh bytes."""
    salt, nonce = random[:SALT_BYTES], random[SALT_BYTES:]
    sealed = _cipher(keys, salt).encrypt(nonce, _packed(content), _bound(about, keys.key_id))
    return b"".join((_SEALED, bytes([len(keys.key_id)]), keys.key_id.encode(), random, sealed))


def unsealed(content: Content) -> bytes:
    """Return a delivery as it is kept where the operator chose no encryption."""
    return _CLEAR + _packed(content)


def key_id_of(data: bytes) -> str:
    """Return the id of the key that a kept delivery needs, NO_KEY for none. Raises Impossible."""
    if data[:4] == _CLEAR:
        return NO_KEY
    if data[:4] != _SEALED or len(data) < 5 or len(data) < 5 + data[4] + RANDOM_BYTES:
        raise Impossible("not a kept delivery")
    return data[5 : 5 + data[4]].decode(errors="replace")


def open_clear(data: bytes) -> Content:
    """Return what `unsealed` kept. Raises Impossible."""
    return _unpacked(data[4:])


def open_sealed(keys: TenantKeys, about: About, data: bytes) -> Content:
    """Return what was sealed. Raises Impossible where it was changed, or sealed for another place."""
    if key_id_of(data) != keys.key_id:
        raise Impossible("the delivery is sealed under another key")
    start = 5 + len(keys.key_id)
    salt, nonce = data[start : start + SALT_BYTES], data[start + SALT_BYTES : start + RANDOM_BYTES]
    try:
        packed = _cipher(keys, salt).decrypt(nonce, data[start + RANDOM_BYTES :], _bound(about, keys.key_id))
    except InvalidTag:
        raise Impossible("the delivery was changed, or was sealed for another tenant, source or id") from None
    return _unpacked(packed)


def _cipher(keys: TenantKeys, salt: bytes) -> AESGCM:
    return AESGCM(hmac.digest(keys.sealing, salt, hashlib.sha256))


def _bound(about: About, key_id: str) -> bytes:
    return _joined("v1", key_id, about.tenant, about.source, about.delivery_id, about.content_type)


def _joined(*parts: str) -> bytes:
    """Return the parts, each after its length, so that no two lists of parts are the same bytes."""
    raw = (part.encode("utf-8", "surrogateescape") for part in parts)
    return b"".join(b"%d:%b" % (len(part), part) for part in raw)


def _packed(content: Content) -> bytes:
    return json.dumps(dict(content.headers), separators=(",", ":")).encode() + b"\n" + content.body


def _unpacked(packed: bytes) -> Content:
    headers, _, body = packed.partition(b"\n")
    try:
        found = json.loads(headers)
    except ValueError:
        raise Impossible("a kept delivery without its headers") from None
    return Content(body, found)
