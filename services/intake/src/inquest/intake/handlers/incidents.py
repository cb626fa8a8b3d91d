"""Signals, timers and what people say become incidents."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from inquest.bus.headers import serving
from inquest.bus.port import Delivery
from inquest.contracts import subjects as s
from inquest.contracts.errors import Conflict, Impossible, RetryLater
from inquest.contracts.payloads import decode, encode
from inquest.contracts.v1.grouping import IncidentDue, MergeIncidents, SplitIncident
from inquest.contracts.v1.signal import Signal
from inquest.intake.domain.correlation import (
    Book,
    Effect,
    Folded,
    Incidents,
    Rules,
    finish,
    fold,
    fold_due,
    merge,
    split,
)
from inquest.intake.ports import Configuration, IncidentBus, States
from inquest.telemetry.logs import get_logger

TRACEPARENT = "traceparent"
YEARS = range(1970, 9000)  # what lies outside leaves no room for a time before or after it
_log = get_logger("intake")

Change = Callable[[Incidents, Rules], Folded]


@dataclass(frozen=True)
class IncidentHandlers:
    """Correlates. All changes of a tenant's incidents go through one compare-and-set, and only then is it told."""

    bus: IncidentBus
    states: States
    configuration: Configuration
    tries_max: int = 8
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # replicas race each other, not a process itself
    _known: dict[str, tuple[int, Incidents]] = field(default_factory=dict)  # decoded, by tenant, with its revision

    async def on_signals(self, batch: Sequence[tuple[Signal, Delivery]]) -> dict[int, Exception]:
        """Correlate a batch: one compare-and-set per tenant, then what follows from it.

        Returns by position the signals whose times nothing can be added to: they must not spoil the others.
        """
        errors: dict[int, Exception] = {}
        by_tenant: dict[str, list[tuple[Signal, Delivery]]] = defaultdict(list)
        for index, (signal, delivery) in enumerate(batch):
            if signal.occurred_at.year not in YEARS or signal.received_at.year not in YEARS:
                errors[index] = Impossible(
                    f"signal {signal.signal_id}: a time is outside {YEARS.start} to {YEARS.stop}"
                )
                continue
            by_tenant[delivery.keys["tenant"]].append((signal, delivery))
        for tenant, pairs in by_tenant.items():
            signals = [signal for signal, _ in pairs]
            traces = {signal.signal_id: delivery.headers.get(TRACEPARENT, "") for signal, delivery in pairs}
            await self._change(tenant, partial(fold, signals=signals, traces=traces))
        return errors

    async def on_due(self, batch: Sequence[tuple[IncidentDue, Delivery]]) -> None:
        """Announce what was held, and close what flapped and is quiet."""
        by_tenant: dict[str, list[IncidentDue]] = defaultdict(list)
        for due, _ in batch:
            by_tenant[due.tenant].append(due)
        at = max(delivery.stored_at for _, delivery in batch)
        for tenant, dues in by_tenant.items():
            await self._change(tenant, partial(fold_due, due=dues, at=at))

    async def on_command(self, command: MergeIncidents | SplitIncident, delivery: Delivery) -> None:
        """Do what a person says about which signals are one incident. Raises Impossible where that cannot be."""
        signals = await self._signals(command) if isinstance(command, SplitIncident) else []

        def change(state: Incidents, rules: Rules) -> Folded:
            book = Book.of(state)
            if isinstance(command, MergeIncidents):
                merge(book, command, delivery.stored_at, rules)
            else:
                split(book, command, signals, delivery.stored_at, rules)
            return finish(book, delivery.stored_at, rules)

        await self._change(command.tenant, change)

    async def _signals(self, command: SplitIncident) -> list[Signal]:
        found = [
            await self.bus.last(s.SIGNAL_RECEIVED, tenant=command.tenant, signal=one) for one in command.signal_ids
        ]
        if missing := [one for one, stored in zip(command.signal_ids, found, strict=True) if stored is None]:
            raise Impossible(f"there is no signal {', '.join(missing)}")
        return [stored.message for stored in found if stored]

    async def _change(self, tenant: str, change: Change) -> None:
        async with self._turn:
            folded = await self._commit(tenant, change)
        for due in folded.timers:
            keys: dict[str, Any] = {"tenant": tenant, "incident": due.incident_id, "timer": due.timer}
            await self.bus.schedule(s.INCIDENT_TIMER_SET, s.INCIDENT_DUE, due, due_at=due.due_at, **keys)
        by_incident: dict[str, list[Effect]] = defaultdict(list)
        for effect in folded.effects:
            by_incident[effect.incident.incident_id].append(effect)
        await asyncio.gather(*(self._tell(tenant, effects) for effects in by_incident.values()))

    async def _commit(self, tenant: str, change: Change) -> Folded:
        """Write the changed state. Raises RetryLater when other replicas keep writing first."""
        rules = Rules(self.configuration.current.config.correlation, self.configuration.catalogue(tenant))
        for _ in range(self.tries_max):
            entry = await self.states.get(tenant)
            revision, before = self._known.get(tenant, (0, Incidents()))
            if entry is None:
                before = Incidents()
            elif entry.revision != revision:
                before = decode(entry.value, Incidents)
            # Pure, and tens of milliseconds for a storm's batch: the door goes on accepting meanwhile.
            folded = await asyncio.to_thread(change, before, rules)
            if folded.state is None:
                return folded
            try:
                value = encode(folded.state).data
                revision = await (
                    self.states.update(tenant, value, entry.revision) if entry else self.states.create(tenant, value)
                )
            except Conflict:
                continue
            self._known[tenant] = (revision, folded.state)
            return folded
        raise RetryLater(f"correlation of {tenant}: {self.tries_max} tries lost against other replicas")

    async def _tell(self, tenant: str, effects: Sequence[Effect]) -> None:
        """Publish what happened to one incident, in order, in the trace of the signal that opened it."""
        for effect in effects:
            incident = effect.incident
            keys: dict[str, Any] = {"tenant": tenant, "incident": incident.incident_id}
            _log.info(
                f"incident_{effect.what}",
                **keys,
                number=incident.number,
                priority=incident.priority,
                services=incident.services,
                decisions=[f"{one.what}: {one.why}" for one in incident.taken[:5]],
                more=max(0, len(incident.taken) - 5),
            )
            with serving({TRACEPARENT: effect.trace} if effect.trace else {}, "correlate"):
                await self._publish(effect, keys)

    async def _publish(self, effect: Effect, keys: dict[str, Any]) -> None:
        incident = effect.incident
        msg_id = f"{incident.tenant}:incident:{incident.incident_id}"
        if effect.what == "opened":
            with suppress(Conflict):
                once = {"msg_id": f"{msg_id}:opened", "expect_last": 0, **keys}
                if not (await self.bus.publish(s.INCIDENT_OPENED, incident, **once)).duplicate:
                    return
            # It was told before: what is new, if anything is, goes out as an update.
            told = [await self.bus.last(subject, **keys) for subject in (s.INCIDENT_OPENED, s.INCIDENT_UPDATED)]
            if any(stored and stored.message == incident for stored in told):
                return
        subject = s.INCIDENT_RESOLVED if effect.what == "resolved" else s.INCIDENT_UPDATED
        await self.bus.publish(subject, incident, msg_id=f"{msg_id}:{subject.name}:{effect.cause}", **keys)
