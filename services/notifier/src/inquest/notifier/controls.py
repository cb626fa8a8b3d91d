"""What people switched or muted, and what the configuration allows: asked anew for every notice, never a copy."""

from collections.abc import Sequence
from dataclasses import dataclass

from inquest.bus.port import KeyValue
from inquest.config.channels import Channel
from inquest.config.tenant import TenantConfig
from inquest.contracts.errors import NotFound
from inquest.contracts.latest import HeldBy, Mute, Mutes, Notice, PanicState, PanicSwitch
from inquest.contracts.v1.controls import PANIC_KEY
from inquest.notifier.domain.quiet_times import Quiet, quiet, silences
from inquest.notifier.domain.readers import without_muted
from inquest.notifier.ports import Clock, CurrentConfig
from inquest.telemetry.logs import get_logger

_log = get_logger("notifier")


@dataclass(frozen=True, slots=True)
class Leave:
    """Whether a notice may leave. `channel` is where it goes, or would have gone; None where that is gone."""

    channel: Channel | None
    held_by: HeldBy = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Controls:
    """Reads the panic switch, the mutes and the configuration. Raises RetryLater: what cannot be asked stops all."""

    switches: KeyValue
    mutes: KeyValue
    config: CurrentConfig
    clock: Clock

    async def tenant(self, tenant: str) -> TenantConfig | None:
        """Return the configuration of a tenant, None where it was taken out meanwhile: nobody to tell."""
        try:
            return (await self.config()).tenant(tenant)
        except NotFound:
            _log.warning("tenant_unknown", tenant=tenant)
            return None

    async def panic(self, tenant: str) -> PanicSwitch | None:
        """Return the panic switch that is on for this tenant, or None."""
        entry = await self.switches.get(PANIC_KEY)
        return PanicState.model_validate_json(entry.value).stops(tenant) if entry else None

    async def may_leave(self, notice: Notice) -> Leave:
        """Decide whether a notice leaves now."""
        tenant = await self.tenant(notice.tenant)
        channel = next((item for item in tenant.channels if item.id == notice.channel), None) if tenant else None
        if tenant is None or channel is None:
            return Leave(None, "shadow", f"there is no channel {notice.channel} any more")
        if switch := await self.panic(notice.tenant):
            reason = f": {switch.reason}" if switch.reason else ""
            return Leave(channel, "panic", f"the panic switch is on, by {switch.by}{reason}")
        now = await self._quiet(notice, tenant)
        heard = without_muted(channel, now)
        if heard.channel is None or now.why:
            return Leave(channel, "mute", now.why or heard.why)
        if not (notice.live and channel.live):
            return Leave(channel, "shadow", "shadow mode")
        return Leave(heard.channel, reason=heard.why)

    async def _quiet(self, notice: Notice, tenant: TenantConfig) -> Quiet:
        if notice.content is None:
            return Quiet()
        active = silences(tenant.notices.windows, await self._mutes(notice.tenant), self.clock())
        return quiet(notice.content, list(active))

    async def _mutes(self, tenant: str) -> Sequence[Mute]:
        entry = await self.mutes.get(tenant)
        return Mutes.model_validate_json(entry.value).mutes if entry else ()
