"""One function per durable: load, call the domain, publish."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inquest.bus.headers import CONTENT_TYPE, serving
from inquest.bus.port import Delivery
from inquest.contracts import subjects as s
from inquest.contracts.codec import PROTOBUF
from inquest.contracts.codec import decode as decode_as
from inquest.contracts.errors import Conflict, Impossible, NotFound, RetryLater
from inquest.contracts.payloads import decode, encode
from inquest.contracts.v1.signal import Signal
from inquest.intake.domain.correlation import Effect, Incidents, Rules, coalesced, fold, forgotten
from inquest.intake.domain.envelope import PAYLOAD_REF, VIA_WEBHOOK
from inquest.intake.domain.normalise import Context, to_signal
from inquest.intake.domain.reading import Reading, of_signal
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources import SOURCES
from inquest.intake.ports import Configuration, Deliveries, Publisher, States
from inquest.telemetry.logs import get_logger
from inquest.telemetry.metrics import DELIVERIES_RECEIVED

_ONCE = {"opened": s.INCIDENT_OPENED, "resolved": s.INCIDENT_RESOLVED}
_log = get_logger("intake")


@dataclass(frozen=True)
class Handlers:
    """The work of intake behind its webhooks."""

    publisher: Publisher
    deliveries: Deliveries
    states: States
    configuration: Configuration
    tries_max: int = 8

    async def on_delivery(self, message: bytes, delivery: Delivery) -> None:
        """Turn a raw delivery into a signal. Raises Impossible where it can never become one."""
        tenant, source = delivery.keys["tenant"], delivery.keys["source"]
        try:
            context = self._context(tenant, source, delivery)
            readings = await self._readings(tenant, source, message, delivery)
        except Impossible as error:
            _count_from_bus(source, delivery, error.outcome if isinstance(error, Refused) else "refused")
            raise
        acted_on = [reading for reading in readings if reading.kind is not None]
        _count_from_bus(source, delivery, "accepted" if acted_on else "ignored")
        if not acted_on:
            _log.info("delivery_ignored", tenant=tenant, source=source, reason="; ".join(r.reason for r in readings))
        for reading in acted_on:
            await self._receive(reading, context)

    async def _receive(self, reading: Reading, context: Context) -> None:
        signal = to_signal(reading, context)
        for name in signal.unmatched:
            suggestion = context.catalogue.suggest(name)
            _log.warning(
                "service_unmatched", tenant=context.tenant, source=context.source, name=name, suggestion=suggestion
            )
        keys = {"tenant": context.tenant, "signal": signal.signal_id}
        await self._publish_once(s.SIGNAL_RECEIVED, signal, signal.signal_id, **keys)

    def _context(self, tenant: str, source: str, delivery: Delivery) -> Context:
        config = self.configuration.current.config
        try:
            settings = config.tenant(tenant)
        except NotFound as error:
            raise Impossible(str(error)) from error
        if source not in SOURCES or settings.source(source) is None:
            raise Impossible(f"tenant {tenant} has no source {source}: add it under tenants.{tenant}.sources")
        return Context(
            tenant=tenant,
            source=source,
            received_at=delivery.stored_at,
            payload_ref=delivery.headers.get(PAYLOAD_REF) or f"{delivery.stream}:{delivery.stream_seq}",
            catalogue=self.configuration.catalogue(tenant),
            rules=config.correlation,
            recording=settings.recording,
        )

    async def _readings(self, tenant: str, source: str, message: bytes, delivery: Delivery) -> tuple[Reading, ...]:
        raw = await self._raw(tenant, message, delivery)
        if delivery.headers.get(CONTENT_TYPE) == PROTOBUF:
            return (of_signal(decode_as(PROTOBUF, raw, Signal), tenant),)
        settings = self.configuration.current.config.tenant(tenant).source(source)
        assert settings is not None
        return parse(
            raw, SOURCES[source], Delivered(SOURCES[source].kept(delivery.headers), settings, delivery.stored_at)
        )

    async def _raw(self, tenant: str, message: bytes, delivery: Delivery) -> bytes:
        ref = delivery.headers.get(PAYLOAD_REF)
        if ref is None:
            return message
        if not ref.startswith(f"{tenant}/"):  # an outside producer must not read another tenant's delivery
            raise Impossible(f"{PAYLOAD_REF} names an object of another tenant")
        try:
            return await self.deliveries.get(ref)
        except NotFound as error:
            raise Impossible(f"the raw delivery {ref} is gone") from error

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


def _count_from_bus(source: str, delivery: Delivery, outcome: str) -> None:
    """Count a delivery that an outside producer put on the bus; webhooks were counted when they came in."""
    if VIA_WEBHOOK not in delivery.headers and delivery.attempt == 1:
        DELIVERIES_RECEIVED.labels(source if source in SOURCES else "other", outcome).inc()
