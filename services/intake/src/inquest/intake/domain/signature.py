"""How a delivery proves where it comes from: a signature over its raw bytes, or a secret that it carries.

Everything secret is compared in constant time. Sources of the formats: PagerDuty "Verifying Signatures" of Webhooks V3
(`v1=<hex>`, several by commas); WebSub and GitHub (`sha256=<hex>`; Jira does the same); Sentry "Webhooks" (bare hex);
Grafana "Webhook notifier" (bare hex, with a timestamp over `<unix-seconds>:<body>`); RFC 6750 and RFC 7617.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence

from inquest.config.sources import Auth, Scheme
from inquest.intake.domain.refusal import Refused

SIGNATURES_MAX = 10  # PagerDuty sends two while a secret is rotated
_PREFIXES: dict[Scheme, str] = {"pagerduty-v3": "v1=", "hub-sha256": "sha256=", "hex-sha256": ""}
_UNIX_SECONDS = re.compile(r"[0-9]{1,12}")


def sign(secret: str, body: bytes, scheme: Scheme = "pagerduty-v3") -> str:
    """Return the header value for a body."""
    return _PREFIXES[scheme] + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def prove(auth: Auth, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now_s: float) -> None:
    """Raise Refused unless the delivery proves that its sender holds one of the secrets.

    Args:
        auth: how it has to, with its header.
        headers: of the delivery, by lower-case name.
        body: the raw bytes.
        secrets: all that are valid now.
        now_s: our clock in epoch seconds, for signatures that carry a time.
    """
    if auth.scheme in _PREFIXES:
        _signed(auth, headers, body, secrets, now_s)
    else:
        _CARRIED[auth.scheme](auth, headers, secrets)


def _signed(auth: Auth, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now_s: float) -> None:
    given = _header(headers, auth.header or "", f"sign the raw body with HMAC-SHA256: {_PREFIXES[auth.scheme]}<hex>")
    at = None
    if auth.timestamp_header:
        at = _header(headers, auth.timestamp_header, "configure the sender to send the time of the signature")
        body = at.encode() + b":" + body
    signatures = given.split(",")[:SIGNATURES_MAX] if auth.scheme == "pagerduty-v3" else [given]
    wanted = [sign(secret, body, auth.scheme) for secret in secrets]
    if not any(_same(one.strip().lower(), other) for one in signatures for other in wanted):
        raise Refused("wrong-signature", f"no signature in {auth.header} is right", "compare the signing secrets")
    if at is not None and (not _UNIX_SECONDS.fullmatch(at) or abs(now_s - int(at)) > auth.window_s):
        hint = "a replay, or one of the two clocks is wrong"
        raise Refused("stale", f"{auth.timestamp_header} is not within {auth.window_s} s of our time", hint)


def _bearer(_: Auth, headers: Mapping[str, str], secrets: Sequence[str]) -> None:
    token = _credentials(headers, "bearer")
    if not any(_same(token, secret) for secret in secrets):
        raise Refused("wrong-secret", "the bearer token is not right", "compare it with the configured secret")


def _basic(auth: Auth, headers: Mapping[str, str], secrets: Sequence[str]) -> None:
    try:
        given = base64.b64decode(_credentials(headers, "basic"), validate=True)
    except (binascii.Error, ValueError):
        given = b""
    if not any(hmac.compare_digest(given, f"{auth.user}:{secret}".encode()) for secret in secrets):
        raise Refused("wrong-secret", "user or password is not right", f"the user is {auth.user!r}")


def _custom(auth: Auth, headers: Mapping[str, str], secrets: Sequence[str]) -> None:
    value = _header(headers, auth.header or "", "configure the sender to send the secret in it")
    if not any(_same(value, secret) for secret in secrets):
        raise Refused("wrong-secret", f"{auth.header} is not right", "compare it with the configured secret")


def _mtls(auth: Auth, headers: Mapping[str, str], _: Sequence[str]) -> None:
    value = _header(headers, auth.header or "", "let the ingress verify client certificates and set it")
    if not any(_same(value, subject) for subject in auth.subjects):
        raise Refused("wrong-secret", f"{auth.header} names no certificate that may send here", "see `subjects`")


_CARRIED: dict[Scheme, Callable[[Auth, Mapping[str, str], Sequence[str]], None]] = {
    "bearer": _bearer,
    "basic": _basic,
    "header": _custom,
    "mtls": _mtls,
}


def _credentials(headers: Mapping[str, str], scheme: str) -> str:
    hint = f"send Authorization: {scheme.capitalize()} …"
    kind, _, rest = _header(headers, "Authorization", hint).partition(" ")
    if kind.lower() != scheme:
        raise Refused("unsigned", f"the header Authorization does not say {scheme.capitalize()}", hint)
    return rest.strip()


def _header(headers: Mapping[str, str], name: str, hint: str) -> str:
    value = headers.get(name.lower(), "").strip()
    if not value:
        raise Refused("unsigned", f"the header {name} is missing", hint)
    return value


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
