"""The streams of truth that a verdict is read from, and the one that it is appended to."""

import asyncio
from dataclasses import dataclass
from typing import Any

from inquest.bus import BusPort
from inquest.contracts.errors import Conflict
from inquest.contracts.latest import InvestigationRecorded, Verdict
from inquest.contracts.subjects import (
    EVIDENCE_COLLECTED,
    INVESTIGATION_RECORDED,
    STEP_FINISHED,
    TOOL_CALLED,
    VERDICT_REACHED,
)
from inquest.verifier.domain.case import Recorded
from inquest.verifier.domain.fold import is_superseded

APPENDS_MAX = 5


@dataclass(frozen=True, slots=True)
class BusRecord:
    """Reads one investigation from INVESTIGATIONS, EVIDENCE and TOOLCALLS."""

    bus: BusPort

    async def read(self, event: InvestigationRecorded) -> Recorded:
        """Return all of it, in the order of the streams."""
        keys: dict[str, Any] = {"tenant": event.tenant, "investigation": event.investigation_id}
        events, finished, evidence, calls = await asyncio.gather(
            self.bus.read(INVESTIGATION_RECORDED, **keys),
            self.bus.read(STEP_FINISHED, **keys),
            self.bus.read(EVIDENCE_COLLECTED, **keys),
            self.bus.read(TOOL_CALLED, **keys),
        )
        return Recorded(
            [one.message for one in events],
            [one.message for one in finished],
            [one.message for one in evidence],
            len({one.message.call_id for one in calls if one.message.repeated}),
        )


@dataclass(frozen=True, slots=True)
class VerdictStream:
    """One literal subject per investigation, appended to by compare-and-set."""

    bus: BusPort

    async def append(self, verdict: Verdict) -> bool:
        """Append as the next revision, unless it is there; a lost race is decided anew. Raises Conflict at the end."""
        for _ in range(APPENDS_MAX):
            present = await self.bus.read(
                VERDICT_REACHED, tenant=verdict.tenant, investigation=verdict.investigation_id
            )
            known = [one.message for one in present]
            if any(is_superseded(verdict, one) for one in known):
                return False
            try:
                published = await self.bus.publish(
                    VERDICT_REACHED,
                    verdict.model_copy(update={"revision": len(known) + 1}),
                    msg_id=f"{verdict.tenant}:verdict:{verdict.verdict_id}",
                    expect_last=present[-1].seq if present else 0,
                    tenant=verdict.tenant,
                    investigation=verdict.investigation_id,
                )
            except Conflict:
                continue
            return not published.duplicate
        raise Conflict(f"verdict {verdict.verdict_id}: lost {APPENDS_MAX} races in a row")
