"""Notices when a server no longer is what its mapping was written for, says so, and keeps it out until it is again."""

import time
from collections.abc import Mapping
from typing import Any

from inquest.bus.port import BusPort
from inquest.config.kinds.mcp import McpProvider as Config
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import ToolDrift, derive_id
from inquest.contracts.subjects import TOOL_DRIFTED
from inquest.gateway.domain.failure import ProviderError
from inquest.gateway.mcp.fit import fingerprint, misfits
from inquest.gateway.mcp.mapping import Mapping as McpMapping
from inquest.telemetry.logs import get_logger

_CHANGES_MAX = 20

log = get_logger("gateway")


class Drift:
    """What is known of one server's form. `reason` says why it is out of rotation; empty: it is in."""

    def __init__(self, tenant: str, config: Config, mapping: McpMapping, bus: BusPort | None) -> None:
        self.tenant = tenant
        self.reason = ""
        self._config = config
        self._mapping = mapping
        self._bus = bus
        self._seen = ""
        self._misread = 0
        self._told = 0
        self._rests_until_s = 0.0

    async def look(self, tools: Mapping[str, Any]) -> None:
        """Compare a tool list with what the mapping needs, and with the last one."""
        now = fingerprint(self._mapping, self._config.domains, tools)
        changes = misfits(self._mapping, self._config.domains, tools)
        reason = "; ".join(changes[:_CHANGES_MAX])
        if self._rests_until_s and not reason:
            reason = self.reason  # its answers are what no longer fits: the tool list cannot clear that
        changed = bool(self._seen) and now != self._seen
        before, self._seen = self._seen, now
        if reason != self.reason or changed:
            self.reason = reason
            await self._report(changes or ("the input schema of a tool changed, and still fits",), before, now)

    def check(self) -> None:
        """Raise ProviderError while the server is out of rotation; after its rest one question is let through."""
        if self.reason and not 0 < self._rests_until_s <= time.monotonic():
            raise ProviderError("malformed", f"out of rotation, the server has changed: {self.reason}")

    async def misread(self, reason: str) -> None:
        """Count an answer that does not fit; so many in a row, and the server rests."""
        self._misread += 1
        if self._misread < self._config.settings.misread_max:
            return
        self._rests_until_s = time.monotonic() + self._config.breaker_reset_s
        if self.reason != reason:
            self.reason = reason
            await self._report((reason,), self._seen, self._seen)

    async def understood(self) -> None:
        """Note an answer that fits: the server is in again."""
        rested, self._misread, self._rests_until_s = self._rests_until_s, 0, 0.0
        if rested:
            self.reason = ""
            await self._report(("its answers fit again",), self._seen, self._seen)

    async def _report(self, changes: tuple[str, ...], before: str, now: str) -> None:
        name = self._config.name
        log.warning("provider_drifted", tenant=self.tenant, provider=name, changes=changes, out=bool(self.reason))
        if self._bus is None:
            return
        event = ToolDrift(
            tenant=self.tenant,
            provider=name,
            mapping=self._mapping.mapping,
            changes=changes[:_CHANGES_MAX],
            tools_before=before,
            tools_now=now,
            out_of_rotation=bool(self.reason),
        )
        self._told += 1  # what changes, changes back, and changes again is told three times
        identity = derive_id(name, before, now, *changes, f"{self._told}")
        msg_id = f"{self.tenant}:provider-drifted:{identity}"
        try:
            await self._bus.publish(TOOL_DRIFTED, event, msg_id=msg_id, tenant=self.tenant, provider=name)
        except InquestError as error:  # a call must not fail because nobody could be told
            log.warning("drift_not_told", tenant=self.tenant, provider=name, reason=str(error))
