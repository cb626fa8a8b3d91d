"""The redactor of each tenant: made anew when its section or its key changes."""

import hashlib
import hmac
import time
from dataclasses import dataclass

from inquest.config.redaction import RedactionConfig
from inquest.config.redaction_key import KEY_CHARS_MIN
from inquest.config.secrets import resolve
from inquest.contracts.errors import Impossible, RetryLater
from inquest.contracts.redaction import Redactor
from inquest.telemetry.logs import get_logger

_FRESH_S = 5.0  # a rotated key counts after this time at the latest

log = get_logger("gateway")


@dataclass(frozen=True, slots=True)
class _Key:
    """What was read behind a reference, and when, in seconds of `time.monotonic()`."""

    text: str
    read_s: float


@dataclass(frozen=True, slots=True)
class _Made:
    config: RedactionConfig
    key: str
    redactor: Redactor


class Redactors:
    """Knows the redactor of each tenant. Where a key cannot be read nothing is shown that it would have hidden.

    Then the last key that was read goes on; where there was none, marks name the kind alone, and the log says so.
    """

    def __init__(self, default_key: str = "", fresh_s: float = _FRESH_S) -> None:
        self._default_key = default_key
        self._fresh_s = fresh_s
        self._keys: dict[str, _Key] = {}
        self._made: dict[str, _Made] = {}

    def of(self, tenant: str, config: RedactionConfig) -> Redactor:
        """Return the tenant's redactor: the same object for as long as nothing changed."""
        key = self._key(config.key or self._default_key)
        known = self._made.get(tenant)
        if known is None or known.key != key or known.config != config:
            # The key is derived by tenant: of the same value, two tenants see different marks.
            own = key and hmac.new(key.encode(), f"redaction:{tenant}".encode(), hashlib.sha256).hexdigest()
            asked = config.model_copy(update={"key": "env:DERIVED" if own else None})
            known = self._made[tenant] = _Made(config, key, asked.redactor(lambda _: own))
        return known.redactor

    def forget(self, tenant: str) -> None:
        """Drop what is known of a tenant that is configured no more."""
        self._made.pop(tenant, None)

    def _key(self, ref: str) -> str:
        if not ref:
            return ""
        known = self._keys.get(ref)
        now_s = time.monotonic()
        if known is None or now_s - known.read_s >= self._fresh_s:
            known = self._keys[ref] = _Key(_read(ref, known.text if known else ""), now_s)
        return known.text


def _read(ref: str, before: str) -> str:
    """Return the key, or the one before where it cannot be read."""
    try:
        text = resolve(ref)
        reason = "" if len(text) >= KEY_CHARS_MIN else f"it has fewer than {KEY_CHARS_MIN} characters"
    except (RetryLater, Impossible) as error:
        text, reason = "", str(error)
    if not reason:
        return text
    log.warning("redaction_key_not_read", reason=reason, pseudonyms="old key" if before else "none")
    return before
