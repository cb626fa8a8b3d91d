"""The signature of outgoing webhooks. Pure."""

import hashlib
import hmac


def signature(secret: str, timestamp_s: int, body: bytes) -> str:
    """Return `v1=` and the hex HMAC-SHA256 over `<timestamp>.<body>`.

    The time is signed with the body, so that a receiver can refuse old copies.
    """
    signed = str(timestamp_s).encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
