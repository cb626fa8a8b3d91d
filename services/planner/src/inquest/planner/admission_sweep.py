"""Finds what was lost of admission, and does it again. Everything it repeats is idempotent."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from inquest.contracts.errors import Impossible, InquestError
from inquest.planner.admissions import Admissions
from inquest.planner.domain import admission
from inquest.planner.domain.ledger import Ledger, Slot
from inquest.planner.domain.rulings import Rules
from inquest.planner.opener import Opener
from inquest.planner.ports import Histories
from inquest.telemetry.logs import get_logger

_log = get_logger("planner")


@contextmanager
def _skipped(tenant: str, **what: str) -> Iterator[None]:
    try:
        yield
    except InquestError as error:
        _log.warning("admission_sweep_skipped", tenant=tenant, error=str(error), **what)


@dataclass(frozen=True, slots=True)
class AdmissionSweep:
    """Looks at every ledger: decisions that were not published, timers that are gone, slots that nobody freed.

    Its own monotonic clock says which slots it has seen for long enough to look at. Limits count in the server's time,
    which inputs and timers bring.
    """

    admissions: Admissions
    opener: Opener
    histories: Histories
    interval_s: float
    stale_s: float
    now_s: Callable[[], float] = time.monotonic
    _seen_s: dict[str, dict[str, float]] = field(default_factory=dict)  # by tenant and investigation: since when

    async def run(self) -> None:
        """Sweep for ever. A fault of the bus is logged and waited out: the next sweep does the same work."""
        while True:
            await asyncio.sleep(self.interval_s)
            try:
                await self.sweep()
            except InquestError as error:
                _log.warning("admission_sweep_failed", error=str(error))

    async def sweep(self) -> None:
        """Look once at every tenant; what cannot be swept does not keep the rest from it."""
        for tenant in await self.admissions.tenants():
            with _skipped(tenant):
                ledger = await self._recheck(tenant)
                for slot in self._lasting(tenant, ledger):
                    with _skipped(tenant, incident=slot.incident_id):
                        await self._look_at(tenant, slot)

    def _lasting(self, tenant: str, ledger: Ledger) -> list[Slot]:
        """Return the slots that were taken all the time for `stale_s`."""
        now_s, before = self.now_s(), self._seen_s.get(tenant, {})
        seen = self._seen_s[tenant] = {
            slot.investigation_id: before.get(slot.investigation_id, now_s) for slot in ledger.running
        }
        return [slot for slot in ledger.running if now_s - seen[slot.investigation_id] >= self.stale_s]

    async def _recheck(self, tenant: str) -> Ledger:
        async def step(ledger: Ledger, rules: Rules) -> Ledger:
            return admission.rechecked(ledger, rules, ledger.at)

        ledger = await self.admissions.change(tenant, step)
        await self.admissions.arm(tenant, ledger)
        return ledger

    async def _look_at(self, tenant: str, slot: Slot) -> None:
        """Free the slot of what has ended, and open what never was."""
        history = await self.histories.load(tenant, slot.investigation_id)
        if history.seq == 0:
            await self._open(tenant, slot)
        elif history.is_archived or (history.state and history.state.end):
            at = history.state.at if history.state else slot.since

            async def free(ledger: Ledger, rules: Rules) -> Ledger:
                return admission.ended(ledger, slot.investigation_id, rules, at)

            await self.admissions.change(tenant, free)

    async def _open(self, tenant: str, slot: Slot) -> None:
        try:
            await self.opener.open(tenant, slot.incident_id, slot.since)
        except Impossible as error:
            reason = str(error)

            async def give_up(ledger: Ledger, rules: Rules) -> Ledger:
                return admission.not_opened(ledger, slot, reason, rules, ledger.at)

            await self.admissions.change(tenant, give_up)
