"""The keyring, read by reference and taken up without a restart, and what is sealed under it."""

import os
import time
from collections.abc import Callable

from inquest.config.keyring import Keyring
from inquest.contracts.errors import InquestError, RetryLater
from inquest.intake.domain.sealing import (
    NO_KEY,
    RANDOM_BYTES,
    About,
    Content,
    TenantKeys,
    key_id_of,
    named,
    open_clear,
    open_sealed,
    seal,
    tenant_keys,
    unsealed,
)
from inquest.telemetry.logs import get_logger

FRESH_S = 1.0  # how soon a changed keyring is noticed
WAIT_S = 30.0  # between tries of a delivery whose key is not there
DERIVED_MAX = 4096  # pairs of key and tenant in memory
NO_TENANT_KEYS = TenantKeys(NO_KEY, b"", b"inquest")
_log = get_logger("intake")


class Vault:
    """Seals and opens raw deliveries. `ref` is a reference to the keyring, or `none` for no encryption."""

    def __init__(self, ref: str, resolve: Callable[[str], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._ref = ref
        self._resolve = resolve
        self._clock = clock
        self._text = ""
        self._ring: Keyring | None = None
        self._looked_at = 0.0
        self._derived: dict[tuple[str, str], TenantKeys] = {}

    async def start(self) -> None:
        """Refuse to start without a keyring; say so where none is wanted."""
        if self._ref == NO_KEY:
            _log.warning("raw_deliveries_unencrypted", setting="INQUEST_RAW_KEYS_REF=none")
        else:
            self._look()

    async def ping(self) -> None:
        """Raise RetryLater while nothing can be sealed."""
        if self._ref != NO_KEY:
            self._present()

    def name(self, about: str, tenant: str, *parts: str) -> str:
        """Return an id that follows from the parts and does not give them away; see `sealing.named`."""
        return named(self._current(tenant), about, tenant, *parts)

    def seal(self, about: About, content: Content) -> tuple[str, bytes]:
        """Return the id of the key, and the delivery sealed under it. Raises RetryLater while there is no keyring."""
        if self._ref == NO_KEY:
            return NO_KEY, unsealed(content)
        keys = self._current(about.tenant)
        return keys.key_id, seal(keys, about, content, os.urandom(RANDOM_BYTES))

    def open(self, about: About, data: bytes) -> Content:
        """Return a delivery. Raises RetryLater while its key is not there, Impossible where it does not fit."""
        key_id = key_id_of(data)
        if key_id == NO_KEY:
            return open_clear(data)
        if self._ref == NO_KEY:
            raise RetryLater(f"sealed under raw key {key_id}, and INQUEST_RAW_KEYS_REF is none", after_s=WAIT_S)
        return open_sealed(self._keys(key_id, about.tenant), about, data)

    def _current(self, tenant: str) -> TenantKeys:
        if self._ref == NO_KEY:
            return NO_TENANT_KEYS
        return self._keys(self._present().current, tenant)

    def _keys(self, key_id: str, tenant: str) -> TenantKeys:
        key = self._present().keys.get(key_id) or self._look().keys.get(key_id)  # it may have been added just now
        if key is None:
            why = f"raw key {key_id} is not in the keyring: put it back, then `inquest dead redrive` what was given up"
            raise RetryLater(why, after_s=WAIT_S)
        found = self._derived.get((key_id, tenant))
        if found is None:
            if len(self._derived) >= DERIVED_MAX:
                self._derived.clear()
            found = self._derived[key_id, tenant] = tenant_keys(key_id, key.secret, tenant)
        return found

    def _present(self) -> Keyring:
        if self._ring is None or self._clock() - self._looked_at >= FRESH_S:
            return self._look()
        return self._ring

    def _look(self) -> Keyring:
        """Take up the keyring as it is now. One that cannot be read is told, and the one in memory goes on."""
        self._looked_at = self._clock()
        try:
            text = self._resolve(self._ref)
            if self._ring is None or text != self._text:
                self._ring = self._taken_up(Keyring.parse(text))
                self._text = text
        except InquestError as error:
            if self._ring is None:
                raise RetryLater(f"the keyring of raw deliveries: {error}", after_s=WAIT_S) from error
            _log.error("raw_keys_unreadable", reference=self._ref, reason=str(error))
        return self._ring

    def _taken_up(self, ring: Keyring) -> Keyring:
        gone = sorted(set(self._ring.keys) - set(ring.keys)) if self._ring else []
        self._derived.clear()
        _log.info("raw_keys_read", current=ring.current, keys=len(ring.keys), gone=gone)
        return ring
