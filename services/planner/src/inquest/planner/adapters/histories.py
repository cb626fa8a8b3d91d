"""Histories on the bus: one literal subject per investigation, appended by compare-and-set."""

from collections import OrderedDict
from dataclasses import dataclass, field

from inquest.bus import BusPort, Stored
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import InvestigationRecorded
from inquest.contracts.subjects import INVESTIGATION_RECORDED
from inquest.planner.domain.state import UnreadableHistory, apply, fold
from inquest.planner.ports import History


@dataclass(slots=True)
class StreamHistories:
    """Implements Histories. A folded history is kept, and trusted only while its last event is still the last."""

    bus: BusPort
    cached_max: int
    _cache: OrderedDict[tuple[str, str], History] = field(default_factory=OrderedDict)

    async def load(self, tenant: str, investigation_id: str) -> History:
        """See Histories. One look at the last event saves reading the rest."""
        try:
            last = await self.bus.last(INVESTIGATION_RECORDED, tenant=tenant, investigation=investigation_id)
            if last is None:
                return History(None, 0)
            cached = self._cache.get((tenant, investigation_id), History(None, 0))
            if cached.seq != last.seq:
                cached = _follow(cached, last) or await self._read(tenant, investigation_id)
        except Impossible as error:
            # Written by a newer planner, or damaged: deciding without it would be deciding twice.
            raise UnreadableHistory(f"{investigation_id}: {error}") from error
        return self._keep(cached)

    async def append(self, history: History, event: InvestigationRecorded) -> History:
        """See Histories. No message id: compare-and-set is the guarantee.

        An id made of the number would let the server swallow the loser of a race as a repeat of the winner.
        """
        published = await self.bus.publish(
            INVESTIGATION_RECORDED,
            event,
            expect_last=history.seq,
            tenant=event.tenant,
            investigation=event.investigation_id,
        )
        return self._keep(History(apply(history.state, event), published.seq))

    async def _read(self, tenant: str, investigation_id: str) -> History:
        stored = await self.bus.read(INVESTIGATION_RECORDED, tenant=tenant, investigation=investigation_id)
        if stored and stored[0].message.is_remnant:
            return History(None, stored[-1].seq, is_archived=True)
        return History(fold(item.message for item in stored), stored[-1].seq if stored else 0)

    def _keep(self, history: History) -> History:
        if history.state is not None:
            key = (history.state.tenant, history.state.investigation_id)
            self._cache[key] = history
            self._cache.move_to_end(key)
            if len(self._cache) > self.cached_max:
                self._cache.popitem(last=False)
        return history


def _follow(cached: History, last: Stored[InvestigationRecorded]) -> History | None:
    """Return the history one event on, or None when more than one is missing."""
    known = cached.state.number if cached.state else 0
    return History(apply(cached.state, last.message), last.seq) if last.message.number == known + 1 else None
