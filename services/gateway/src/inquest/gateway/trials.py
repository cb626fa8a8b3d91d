"""Counts how the side that is tried does, together with all other gateways, and takes it back by the rule."""

import asyncio
from dataclasses import dataclass, field

from inquest.audit import AuditLog, Deed
from inquest.bus.port import KeyValue
from inquest.contracts.errors import Conflict, InquestError
from inquest.contracts.latest import Domain, ProviderSwitch, Side, SwitchSetting, ToolRequest, ToolResult
from inquest.gateway.domain.switching import in_words, other, sides_of
from inquest.gateway.domain.tally import Counted, Tally, counted, too_bad
from inquest.gateway.ports import Clock, Directory
from inquest.gateway.switchboard import Plan, Switchboard
from inquest.telemetry.logs import get_logger

TELL_S = 0.5  # what a gateway saw, the others count with this delay at most
BY = "gateway"
_TRIES_MAX = 8  # of a compare-and-set that others win; then it is told with the next

log = get_logger("gateway")


@dataclass(slots=True)
class Trials:
    """What this gateway saw and has not told yet, and the tallies of all (KV `gateway-ledger`)."""

    kv: KeyValue
    board: Switchboard
    directory: Directory
    audit: AuditLog
    clock: Clock
    _seen: dict[tuple[str, Domain], tuple[int, Counted]] = field(default_factory=dict)

    def called(self, plan: Plan, request: ToolRequest, result: ToolResult) -> None:
        """Count a call that the candidate was asked for. What was not asked of it says nothing about it."""
        if not plan.setting or not plan.tried or not self._is_guarded(plan, request):
            return
        sides = {one.name: one.side for one in plan.interfaces}
        candidate = plan.setting.candidate
        if any(sides.get(one.provider) == candidate for one in result.attempts):
            failed = sides.get(result.provider or "") != candidate
            self.saw(plan, request, Counted(calls=1, errors=int(failed)))

    def saw(self, plan: Plan, request: ToolRequest, more: Counted) -> None:
        """Count; costs no wait."""
        key = (request.tenant, request.domain)
        number, before = self._seen.get(key, (plan.number, Counted()))
        if plan.number >= number:  # what was asked before the last switch counts no more
            self._seen[key] = (plan.number, before + more if number == plan.number else more)

    def _is_guarded(self, plan: Plan, request: ToolRequest) -> bool:
        """What stands in the configuration as the one side that answers is no trial."""
        _, origin = self.board.standing(request.tenant, request.domain)
        return origin == "command" or (plan.setting is not None and plan.setting.use == "both")

    async def run(self) -> None:
        """Tell what was seen, again and again, until cancelled."""
        while True:
            await asyncio.sleep(TELL_S)
            await self.tell()

    async def tell(self) -> None:
        """Add what was seen to the tallies of all, and take back what does too badly. Never raises."""
        seen, self._seen = self._seen, {}
        for (tenant, domain), (number, more) in seen.items():
            try:
                tally = await self._add(tenant, domain, number, more)
                await self._judge(tenant, domain, tally)
            except InquestError as error:
                log.warning("trial_not_told", tenant=tenant, domain=domain, reason=str(error))
                later, newer = self._seen.get((tenant, domain), (number, Counted()))
                if later == number:
                    self._seen[tenant, domain] = (number, more + newer)

    async def tally(self, tenant: str, domain: Domain) -> Tally:
        """Return what all gateways counted since the last switch. Raises RetryLater."""
        entry = await self.kv.get(_key(tenant, domain))
        tally = Tally.model_validate_json(entry.value) if entry else Tally()
        switch = self.board.switch(tenant, domain)
        return tally if tally.number == (switch.number if switch else 0) else Tally()

    async def _add(self, tenant: str, domain: Domain, number: int, more: Counted) -> Tally:
        key, window = _key(tenant, domain), self.board.configured(tenant, domain).rollback.calls_window
        for _ in range(_TRIES_MAX):
            entry = await self.kv.get(key)
            before = Tally.model_validate_json(entry.value) if entry else Tally()
            if before.number > number and await self._is_gone(before.number):
                before = Tally()
            tally = counted(before, number, more, window)
            data = tally.model_dump_json().encode()
            try:
                await (self.kv.update(key, data, entry.revision) if entry else self.kv.create(key, data))
            except Conflict:
                continue
            return tally
        raise Conflict("other gateways keep counting")

    async def _is_gone(self, number: int) -> bool:
        """Say whether there is no such switch any more: a backup was restored, and numbers begin again before it."""
        book, _ = await self.board.load()
        return book.number < number

    async def _judge(self, tenant: str, domain: Domain, tally: Tally) -> None:
        reason = too_bad(tally, self.board.configured(tenant, domain).rollback)
        setting, _ = self.board.standing(tenant, domain)
        if not reason or setting is None:
            return
        base = other(setting.candidate)
        if setting.use == base:
            return
        if base not in sides_of(await self.directory.interfaces(tenant, domain)):
            log.error("rollback_impossible", tenant=tenant, domain=domain, reason=reason, missing=base)
            return
        await self._take_back(tenant, domain, tally.number, reason, base)

    async def _take_back(self, tenant: str, domain: Domain, number: int, reason: str, base: Side) -> None:
        switch = ProviderSwitch(tenant=tenant, domain=domain, by=BY, at=self.clock(), reason=reason, automatic=True)
        back = SwitchSetting(use=base, candidate=other(base))
        try:
            done = await self.board.change(switch, lambda _: back, number=number)
        except Conflict:
            return  # another gateway did it, or a person did something else
        if done.changed:
            about = f"{domain}: {in_words(done.before)} -> {in_words(done.now)}"
            await self.audit.tell(Deed("provider-rolled-back", tenant, BY, reason, about))


def _key(tenant: str, domain: Domain) -> str:
    return f"switching.{tenant}.{domain}"
