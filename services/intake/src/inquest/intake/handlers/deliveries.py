"""A raw delivery becomes its signals."""

from dataclasses import dataclass

from inquest.bus.headers import CONTENT_TYPE
from inquest.bus.port import Delivery
from inquest.contracts import subjects as s
from inquest.contracts.codec import PROTOBUF, decode
from inquest.contracts.errors import Conflict, Impossible, NotFound
from inquest.contracts.v1.signal import Signal
from inquest.intake.domain.envelope import PAYLOAD_REF, VIA_WEBHOOK
from inquest.intake.domain.normalise import Context, to_signal
from inquest.intake.domain.reading import Reading, of_signal
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources import SOURCES
from inquest.intake.ports import Configuration, Deliveries, Publisher
from inquest.telemetry.logs import get_logger
from inquest.telemetry.metrics import DELIVERIES_RECEIVED

_log = get_logger("intake")


@dataclass(frozen=True)
class DeliveryHandlers:
    """Normalises what the webhooks, or producers on the bus, have stored."""

    publisher: Publisher
    deliveries: Deliveries
    configuration: Configuration

    async def on_delivery(self, message: bytes, delivery: Delivery) -> None:
        """Turn a raw delivery into its signals. Raises Impossible where it can never become any."""
        tenant, source = delivery.keys["tenant"], delivery.keys["source"]
        try:
            context = self._context(tenant, source, delivery)
            readings = await self._readings(context, message, delivery)
        except Impossible as error:
            _count_from_bus(source, delivery, error.outcome if isinstance(error, Refused) else "refused")
            raise
        acted_on = [reading for reading in readings if reading.kind is not None]
        _count_from_bus(source, delivery, "accepted" if acted_on else "ignored")
        if not acted_on:
            _log.info("delivery_ignored", tenant=tenant, source=source, reason="; ".join(r.reason for r in readings))
        for reading in acted_on:
            await self._receive(reading, context)

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

    async def _readings(self, context: Context, message: bytes, delivery: Delivery) -> tuple[Reading, ...]:
        raw = await self._raw(context.tenant, message, delivery)
        if VIA_WEBHOOK not in delivery.headers and _media_type(delivery) == PROTOBUF:
            return (of_signal(decode(PROTOBUF, raw, Signal), context.tenant),)
        source = SOURCES[context.source]
        settings = self.configuration.current.config.tenant(context.tenant).source(context.source)
        assert settings is not None  # noqa: S101 - `_context` has seen it
        return parse(raw, source, Delivered(source.kept(delivery.headers), settings, delivery.stored_at))

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

    async def _receive(self, reading: Reading, context: Context) -> None:
        tenant, source = context.tenant, context.source
        signal = to_signal(reading, context)
        for name in signal.unmatched:
            suggestion = context.catalogue.suggest(name)
            _log.warning("service_unmatched", tenant=tenant, source=source, name=name, suggestion=suggestion)
        subject, signal_id = s.SIGNAL_RECEIVED, signal.signal_id
        try:
            await self.publisher.publish(
                subject,
                signal,
                msg_id=f"{tenant}:{subject.name}:{signal_id}",
                expect_last=0,
                tenant=tenant,
                signal=signal_id,
            )
        except Conflict:
            _log.info("signal_repeated", tenant=tenant, source=source, signal=signal_id)


def _media_type(delivery: Delivery) -> str:
    found = (value for name, value in delivery.headers.items() if name.lower() == CONTENT_TYPE.lower())
    return next(found, "").partition(";")[0].strip().lower()


def _count_from_bus(source: str, delivery: Delivery, outcome: str) -> None:
    """Count a delivery that an outside producer put on the bus; webhooks were counted when they came in."""
    if VIA_WEBHOOK not in delivery.headers and delivery.attempt == 1:
        DELIVERIES_RECEIVED.labels(source if source in SOURCES else "other", outcome).inc()
