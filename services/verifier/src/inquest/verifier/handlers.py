"""One function per subject."""

import asyncio
from dataclasses import dataclass

from inquest.bus import Delivery
from inquest.contracts.latest import InvestigationRecorded, Verdict
from inquest.telemetry.logs import get_logger
from inquest.verifier.domain.case import Recorded, case_of
from inquest.verifier.domain.fold import decide
from inquest.verifier.ports import Clock, Record, Stopwatch, Verdicts

_log = get_logger("verifier")


@dataclass(frozen=True, slots=True)
class Handlers:
    """What the verifier does with its messages."""

    record: Record
    verdicts: Verdicts
    clock: Clock
    stopwatch: Stopwatch

    async def on_recorded(self, event: InvestigationRecorded, delivery: Delivery) -> None:
        """When a round closes, fold everything found so far into a verdict and append it once."""
        del delivery
        if event.type != "round-closed":
            return
        recorded = await self.record.read(event)
        if any(event.is_remnant for event in recorded.events[:1]):
            _log.warning("investigation_is_archived", tenant=event.tenant, investigation=event.investigation_id)
            return
        verdict = await asyncio.to_thread(self._fold, recorded, event)  # CPU-bound: the event loop stays free
        appended = await self.verdicts.append(verdict)
        _log.info(
            "verdict_reached" if appended else "verdict_repeated",
            tenant=event.tenant,
            investigation=event.investigation_id,
            verdict=verdict.verdict_id,
            band=verdict.band,
        )

    def _fold(self, recorded: Recorded, event: InvestigationRecorded) -> Verdict:
        began_s = self.stopwatch()
        verdict = decide(case_of(recorded, event), now=self.clock())
        fold_ms = (self.stopwatch() - began_s) * 1000
        return verdict.model_copy(update={"timings": verdict.timings.model_copy(update={"fold_ms": fold_ms})})
