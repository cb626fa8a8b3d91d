"""What people ask about switches: promote, roll back, list. Also the one place that puts switching together."""

from collections.abc import Callable
from dataclasses import dataclass

from inquest.audit import AuditLog, Deed
from inquest.bus.port import BusPort, KeyValue
from inquest.config import ConfigCache
from inquest.config.switching import SwitchConfig
from inquest.contracts.latest import (
    AuditAction,
    Domain,
    ListSwitches,
    ProviderSwitch,
    ProviderSwitched,
    SwitchList,
    SwitchProvider,
    SwitchStanding,
    ToolRequest,
    ToolResult,
)
from inquest.gateway.calls import Calls
from inquest.gateway.comparing import Comparer
from inquest.gateway.domain.switching import decide, in_words, sides_of
from inquest.gateway.ports import Clock, Directory
from inquest.gateway.switchboard import Plan, Switchboard
from inquest.gateway.trials import Trials

_NOTHING = SwitchConfig()


def configured(cache: ConfigCache) -> Callable[[str, Domain], SwitchConfig]:
    """Return what says how the present configuration has a domain of a tenant."""

    def find(tenant: str, domain: Domain) -> SwitchConfig:
        config = cache.current.config.tenants.get(tenant)
        return config.switching.get(domain, _NOTHING) if config else _NOTHING

    return find


@dataclass(frozen=True, slots=True)
class SwitchDesk:
    """Answers people, and is what a call passes: whom it asks, and what is learned of it."""

    board: Switchboard
    trials: Trials
    comparer: Comparer
    directory: Directory
    audit: AuditLog
    clock: Clock

    def saw(self, plan: Plan, request: ToolRequest, result: ToolResult) -> None:
        """Learn from a call that was made, not from one that was answered from memory. Costs no wait."""
        if plan.setting is None or result.recorded or result.shared:
            return
        self.trials.called(plan, request, result)
        self.comparer.consider(plan, request, result)

    async def on_switch(self, wish: SwitchProvider) -> ProviderSwitched:
        """Promote or roll back. Raises Impossible with what to do instead."""
        sides = sides_of(await self.directory.interfaces(wish.tenant, wish.domain))
        switch = ProviderSwitch(tenant=wish.tenant, domain=wish.domain, by=wish.by, at=self.clock(), reason=wish.reason)
        done = await self.board.change(switch, lambda now: decide(wish, now, sides))
        if done.changed:
            # The switch first: whatever keeps the record from being written must not keep people from rolling back.
            action: AuditAction = "provider-promoted" if wish.action == "promote" else "provider-rolled-back"
            about = f"{wish.domain}: {in_words(done.before)} -> {in_words(done.now)}"
            await self.audit.record(Deed(action, wish.tenant, wish.by, wish.reason, about))
        return done

    async def on_list(self, asked: ListSwitches) -> SwitchList:
        """Say how the domains stand that have a source."""
        interfaces = await self.directory.all(asked.tenant)
        domains = {domain for one in interfaces for domain in one.domains}
        wanted = sorted(domain for domain in domains if asked.domain in {None, domain})
        return SwitchList(standings=tuple([await self._standing(asked.tenant, domain) for domain in wanted]))

    async def _standing(self, tenant: str, domain: Domain) -> SwitchStanding:
        interfaces = await self.directory.interfaces(tenant, domain)
        setting, origin = self.board.standing(tenant, domain)
        tally = await self.trials.tally(tenant, domain)
        by_side = {
            side: tuple(sorted(one.name for one in interfaces if one.side == side)) for side in ("external", "internal")
        }
        return SwitchStanding(
            tenant=tenant,
            domain=domain,
            setting=setting,
            origin=origin,
            in_effect=setting is not None and all(by_side.values()),
            external=by_side["external"],
            internal=by_side["internal"],
            compare_percent=self.board.configured(tenant, domain).compare_percent,
            calls=tally.errors.total,
            errors=tally.errors.bad_total,
            compared=tally.differences.total,
            differing=tally.differences.bad_total,
            switch=self.board.switch(tenant, domain),
        )

    async def aclose(self) -> None:
        """Leave off comparing, and tell what was seen."""
        await self.comparer.aclose()
        await self.trials.tell()


def open_desk(
    bus: BusPort,
    stores: tuple[KeyValue, KeyValue],
    find: Callable[[str, Domain], SwitchConfig],
    directory: Directory,
    calls: Calls,
    audit: AuditLog,
) -> SwitchDesk:
    """Put switching together over the buckets of switches and of tallies."""
    switches, tallies = stores
    board = Switchboard(bus, switches, find)
    trials = Trials(tallies, board, directory, audit, calls.clock)
    comparer = Comparer(bus, calls.reader, calls.payloads, trials, calls.clock, calls.executor)
    return SwitchDesk(board, trials, comparer, directory, audit, calls.clock)
