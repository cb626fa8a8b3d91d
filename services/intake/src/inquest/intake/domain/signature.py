"""HMAC-SHA256 over the raw bytes, as PagerDuty V3 signs: `v1=<hex>`, several separated by commas.

Source: PagerDuty, "Verifying Signatures" of Webhooks V3. The generic source signs the same way.
"""

import hashlib
import hmac
from collections.abc import Sequence

VERSION = "v1="
SIGNATURES_MAX = 10  # PagerDuty sends two while a secret is rotated


def sign(secret: str, body: bytes) -> str:
    """Return the header value for a body."""
    return VERSION + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def verify(header: str, body: bytes, secrets: Sequence[str]) -> bool:
    """Whether one of the signatures in the header is right for one of the secrets; compares in constant time."""
    given = [part.strip().encode() for part in header.split(",")[:SIGNATURES_MAX]]
    wanted = [sign(secret, body).encode() for secret in secrets]
    return any(hmac.compare_digest(one, other) for one in given for other in wanted)
