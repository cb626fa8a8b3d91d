"""Signals become incidents."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inquest.bus.headers import serving
from inquest.bus.port import Delivery
from inquest.contracts import subjects as s
from inquest.contracts.errors import Conflict, RetryLater
from inquest.contracts.payloads import decode, encode
from inquest.contracts.v1.signal import Signal
from inquest.intake.domain.correlation import Effect, Incidents, Rules, coalesced, fold, forgotten
from inquest.intake.ports import Configuration, Publisher, States
from inquest.telemetry.logs import get_logger

_ONCE = {"opened": s.INCIDENT_OPENED, "resolved": s.INCIDENT_RESOLVED}
_log = get_logger("intake")


@dataclass(frozen=True)
class IncidentHandlers:
    """Correlates."""

    publisher: Publisher
    states: States
    configuration: Configuration
    tries_max: int = 8

    async def _publish_once(self, subject: s.Subject, message: Any, cause: str, **keys: Any) -> None:
        """Publish the one message that its subject may ever have."""
        msg_id = f"{keys['tenant']}:{subject.name}:{cause}"
        try:
            await self.publisher.publish(subject, message, msg_id=msg_id, expect_last=0, **keys)
        except Conflict:
            _log.info("message_repeated", tenant=keys["tenant"], subject=subject.name, id=cause)

    async def on_signals(self, batch: Sequence[tuple[Any, Delivery]]) -> None:
        """Correlate a batch: one compare-and-set per tenant, then what follows from it."""
        by_tenant: dict[str, list[tuple[Signal, Delivery]]] = defaultdict(list)
        for signal, delivery in batch:
            by_tenant[delivery.keys["tenant"]].append((signal, delivery))
        for tenant, pairs in by_tenant.items():
            effects = await self._commit(tenant, [signal for signal, _ in pairs])
            headers = {signal.signal_id: delivery.headers for signal, delivery in pairs}
            for effect in effects:
                with serving(headers[effect.signal_id], "correlate"):  # each signal's own trace goes on
                    await self._announce(tenant, effect)

    async def _commit(self, tenant: str, signals: Sequence[Signal]) -> list[Effect]:
        """Fold the signals into the tenant's state. Raises RetryLater when other replicas keep writing first."""
        for _ in range(self.tries_max):
            entry = await self.states.get(tenant)
            before = decode(entry.value, Incidents) if entry else Incidents()
            after, effects = self._folded(tenant, before, signals)
            if after == before:
                return effects
            try:
                if entry:
                    await self.states.update(tenant, encode(after).data, entry.revision)
                else:
                    await self.states.create(tenant, encode(after).data)
            except Conflict:
                continue
            if lost := forgotten(before, after):
                _log.warning("incidents_forgotten", tenant=tenant, incidents=lost)
            return effects
        raise RetryLater(f"correlation of {tenant}: {self.tries_max} tries lost against other replicas")

    def _folded(self, tenant: str, state: Incidents, signals: Sequence[Signal]) -> tuple[Incidents, list[Effect]]:
        rules = Rules(self.configuration.current.config.correlation, self.configuration.catalogue(tenant))
        effects: list[Effect] = []
        for signal in signals:
            state, more = fold(state, signal, rules)
            effects.extend(more)
        return state, coalesced(effects)

    async def _announce(self, tenant: str, effect: Effect) -> None:
        incident = effect.incident
        keys: dict[str, Any] = {"tenant": tenant, "incident": incident.incident_id}
        _log.info(
            f"incident_{effect.what}",
            **keys,
            signal=effect.signal_id,
            severity=incident.severity,
            services=incident.services,
        )
        if effect.what == "updated":
            msg_id = f"{tenant}:incident:{incident.incident_id}:updated:{effect.signal_id}"
            await self.publisher.publish(s.INCIDENT_UPDATED, incident, msg_id=msg_id, **keys)
        else:
            await self._publish_once(_ONCE[effect.what], incident, incident.incident_id, **keys)
