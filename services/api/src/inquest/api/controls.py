"""The operations on controls, the same over HTTP and gRPC: who may, what is written, and the record of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from inquest.api.approvals import Approvals
from inquest.api.budgets import Budgets
from inquest.api.domain.control_requests import (
    AuditAnswer,
    AuditQuery,
    EndMuteBody,
    MuteBody,
    MuteEnded,
    MutesAnswer,
    NoticesAnswer,
    NoticesQuery,
    PanicBody,
    PanicStatus,
)
from inquest.api.domain.controls import (
    lasting,
    mute_of,
    panic_status,
    with_mute,
    without_mute,
)
from inquest.api.domain.view import BuiltFrom, nothing_built, view_of
from inquest.api.places import Places
from inquest.api.ports import Clock, Notices
from inquest.api.provider_switches import ProviderSwitches
from inquest.api.stored import changed
from inquest.audit import AuditLog, Deed
from inquest.bus.codec import decode
from inquest.bus.port import BusPort, KeyValue
from inquest.config import Config
from inquest.contracts import subjects as s
from inquest.contracts.latest import AuditAction, AuditRecord, Mute, Mutes, PanicState, PanicSwitch
from inquest.contracts.topology import BUDGET_DEFAULTS
from inquest.contracts.v1.controls import EVERYWHERE, PANIC_KEY
from inquest.identity import Forbidden, Principal
from inquest.telemetry.logs import get_logger

AUDIT_BACK_MAX = 50_000  # messages of all tenants; what lies further back, `inquest audit export` has
_log = get_logger("api")


@dataclass(frozen=True, slots=True)
class Controls:
    """Every method raises Forbidden where the caller may not, before anything else happens."""

    bus: BusPort
    switches: KeyValue
    mutes: KeyValue
    notices: Notices
    clock: Clock
    audit: AuditLog
    built_from: BuiltFrom = nothing_built
    reading: Places = field(default_factory=Places)
    config: Callable[[], Config] = Config

    @property
    def budgets(self) -> Budgets:
        """The operations on budgets."""
        return Budgets(self.bus.kv(BUDGET_DEFAULTS), self.config, self.clock, self.audit)

    @property
    def approvals(self) -> Approvals:
        """The operations on approvals."""
        return Approvals(self.bus)

    @property
    def provider_switches(self) -> ProviderSwitches:
        """The operations on which sort of source answers."""
        return ProviderSwitches(self.bus)

    async def get_panic(self, caller: Principal, tenant: str | None) -> PanicStatus:
        """Return whether what leaves for a tenant is stopped."""
        chosen = caller.may("panic.read", tenant)
        entry = await self.switches.get(PANIC_KEY)
        return panic_status(PanicState.model_validate_json(entry.value) if entry else PanicState(), chosen)

    async def set_panic(self, caller: Principal, tenant: str | None, body: PanicBody) -> PanicStatus:
        """Stop everything that leaves, or let it go on."""
        chosen = caller.may("panic.write", tenant)
        is_for_all = caller.is_for_every_tenant
        if body.everywhere and not is_for_all:
            raise Forbidden(
                f"everywhere: {caller.name} is for {', '.join(sorted(caller.tenants))}, not for all tenants"
            )
        everywhere = (is_for_all and tenant is None) if body.everywhere is None else body.everywhere
        about = EVERYWHERE if everywhere else chosen
        switch = PanicSwitch(tenant=about, on=body.on, by=caller.name, at=self.clock(), reason=body.reason)
        # The switch first: whatever keeps the record from being written must not keep people from stopping.
        state = await changed(self.switches, PANIC_KEY, PanicState, lambda state: state.with_switch(switch))
        await self._audit(caller, chosen, "panic-on" if body.on else "panic-off", body.reason, about)
        return panic_status(state, chosen)

    async def list_mutes(self, caller: Principal, tenant: str | None) -> MutesAnswer:
        """Return the mutes that have not ended."""
        view = view_of(caller, "mutes.read", tenant, self.built_from)
        entry = await self.mutes.get(view.tenant)
        found = Mutes.model_validate_json(entry.value) if entry else Mutes()
        return MutesAnswer(mutes=tuple(filter(view.shows, lasting(found, self.clock()).mutes)))

    async def add_mute(self, caller: Principal, tenant: str | None, body: MuteBody) -> Mute:
        """Do not tell people for a while."""
        view, now = view_of(caller, "mutes.write", tenant, self.built_from), self.clock()
        chosen = view.tenant
        if not view.may_mute(body.services):
            raise Forbidden(f"services: name them in full; {caller.name} is for some, and may mute those alone")
        mute = mute_of(body, chosen, caller.name, now)
        await self._audit(caller, chosen, "mute-added", mute.reason, mute.mute_id)
        await changed(self.mutes, chosen, Mutes, lambda mutes: with_mute(mutes, mute, now))
        return mute

    async def end_mute(self, caller: Principal, tenant: str | None, mute_id: str, body: EndMuteBody) -> MuteEnded:
        """End a mute before its time. Raises NotFound."""
        view, now = view_of(caller, "mutes.write", tenant, self.built_from), self.clock()
        chosen = view.tenant
        await changed(self.mutes, chosen, Mutes, lambda mutes: without_mute(mutes, mute_id, now, view))
        await self._audit(caller, chosen, "mute-ended", body.reason, mute_id)
        return MuteEnded(mute_id=mute_id)

    async def list_notices(self, caller: Principal, query: NoticesQuery) -> NoticesAnswer:
        """Return one page of what was sent, or would have been."""
        return await self.notices.notices(view_of(caller, "notices.read", query.tenant, self.built_from), query)

    async def list_audit(self, caller: Principal, query: AuditQuery) -> AuditAnswer:
        """Return what was recorded of a tenant, newest first."""
        pattern = s.AUDIT_RECORDED.pattern(tenant=caller.may("audit.read", query.tenant))
        records: list[AuditRecord] = []
        async with self.reading.place():
            async for one in self.bus.newest("AUDIT", pattern, back_max=AUDIT_BACK_MAX):
                records.append(decode(s.AUDIT_RECORDED, one.headers, one.payload))
                if len(records) == query.limit:
                    break
        return AuditAnswer(records=tuple(records))

    async def _audit(self, caller: Principal, tenant: str, action: AuditAction, reason: str, about: str) -> None:
        await self.audit.record(Deed(action, tenant, caller.name, reason, about))
        _log.info("control_used", action=action, by=caller.name, tenant=tenant, about=about)
