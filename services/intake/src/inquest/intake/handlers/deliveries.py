"""A raw delivery becomes its signals."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inquest.bus.headers import CONTENT_TYPE, handling
from inquest.bus.port import Delivery, Outgoing
from inquest.config.sources import SourceConfig
from inquest.contracts import subjects as s
from inquest.contracts.codec import PROTOBUF, decode
from inquest.contracts.errors import Conflict, Impossible, InquestError, NotFound
from inquest.contracts.message import ID_PATTERN
from inquest.contracts.v1.controls import TEST_HEADER
from inquest.contracts.v1.signal import Signal
from inquest.intake.domain.envelope import PAYLOAD_REF, RECEIVED_AT, VIA_WEBHOOK
from inquest.intake.domain.normalise import Context, to_signal
from inquest.intake.domain.reading import Reading, of_signal
from inquest.intake.domain.refusal import Refused, where
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources import SOURCES
from inquest.intake.handlers.arriving import Arriving, is_kept
from inquest.intake.ports import Configuration, Keeper, Publisher
from inquest.telemetry.logs import get_logger
from inquest.telemetry.metrics import DELIVERIES_RECEIVED

REASONS_MAX = 10  # in one line of the log
HELD_MAX = 500  # signals in memory at once: one delivery may hold a thousand alerts

_Found = tuple[int, Delivery, Signal]
_log = get_logger("intake")


class Unread(InquestError):
    """A reader has a bug. Named without what it stumbled over: that is part of a raw delivery."""


@dataclass(frozen=True)
class DeliveryHandlers:
    """Normalises what the webhooks, or producers on the bus, have stored."""

    publisher: Publisher
    keeper: Keeper
    arriving: Arriving
    configuration: Configuration

    async def on_deliveries(self, batch: Sequence[tuple[bytes, Delivery]]) -> dict[int, Exception]:
        """Turn raw deliveries into their signals. Returns by position what is wrong with those that failed.

        What producers sent in plain text is sealed first, and comes again.
        """
        plain = [index for index, (_, delivery) in enumerate(batch) if not is_kept(delivery)]
        wrong = await self.arriving.on_plain([batch[index] for index in plain]) if plain else {}
        errors: dict[int, Exception] = {plain[position]: error for position, error in wrong.items()}
        found: list[_Found] = []
        for index, (_, delivery) in enumerate(batch):
            if not is_kept(delivery):
                continue
            try:
                found += [(index, delivery, signal) for signal in await self._signals(delivery)]
            except Exception as error:  # noqa: BLE001 - the failure policy decides, for this one alone
                errors[index] = error
            if len(found) >= HELD_MAX:
                errors |= await self._publish(found)
                found.clear()
        return errors | await self._publish(found)

    async def _publish(self, found: Sequence[_Found]) -> dict[int, Exception]:
        errors: dict[int, Exception] = {}
        outcomes = await self.publisher.publish_each(_outgoing(found))
        for (index, _, signal), outcome in zip(found, outcomes, strict=True):
            if isinstance(outcome, Conflict):
                _log.info("signal_repeated", tenant=signal.tenant, source=signal.source, signal=signal.signal_id)
            elif isinstance(outcome, InquestError):
                errors[index] = outcome
        return errors

    async def _signals(self, kept: Delivery) -> list[Signal]:
        """Return the signals of one delivery. Raises Impossible where it can never become any."""
        delivery, raw = await self._opened(kept)
        tenant, source = delivery.keys["tenant"], delivery.keys["source"]
        try:
            context, settings = self._context(tenant, source, delivery)
            readings = _readings(context, settings, raw, delivery)
            hashed = {"payload_hash": self.keeper.hashed(tenant, raw), "payload_bytes": len(raw)}
            signals = [to_signal(one, context).model_copy(update=hashed) for one in readings if one.kind is not None]
        except Impossible as error:
            _count_from_bus(source, delivery, error.outcome if isinstance(error, Refused) else "refused")
            raise
        except InquestError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, its text may be a part of the delivery
            raise Unread(where(error)) from None
        _count_from_bus(source, delivery, "accepted" if signals else "ignored")
        if reasons := list(dict.fromkeys(reading.reason for reading in readings if reading.kind is None)):
            what = "alerts_ignored" if signals else "delivery_ignored"
            _log.info(what, tenant=tenant, source=source, reasons=reasons[:REASONS_MAX], of=len(readings))
        for name in dict.fromkeys(name for signal in signals for name in signal.unmatched):
            suggestion = context.catalogue.suggest(name)
            _log.warning("service_unmatched", tenant=tenant, source=source, name=name, suggestion=suggestion)
        return signals

    def _context(self, tenant: str, source: str, delivery: Delivery) -> tuple[Context, SourceConfig]:
        config = self.configuration.current.config
        try:
            owner = config.tenant(tenant)
        except NotFound as error:
            raise Impossible(str(error)) from error
        settings = owner.source(source)
        if source not in SOURCES or settings is None:
            raise Impossible(f"tenant {tenant} has no source {source}: add it under tenants.{tenant}.sources")
        context = Context(
            tenant=tenant,
            source=source,
            received_at=delivery.stored_at,
            payload_ref=delivery.headers.get(PAYLOAD_REF) or f"{delivery.stream}:{delivery.stream_seq}",
            catalogue=self.configuration.catalogue(tenant),
            rules=config.correlation,
            test=_test_of(delivery),
            recording=owner.recording,
        )
        return context, settings

    async def _opened(self, kept: Delivery) -> tuple[Delivery, bytes]:
        """Return the delivery as it came, and its body."""
        content = await self.keeper.opened(kept)
        headers = {**kept.headers, **content.headers}
        received = content.headers.get(RECEIVED_AT)
        stored_at = datetime.fromisoformat(received) if received else kept.stored_at
        return replace(kept, headers=headers, stored_at=stored_at), content.body


def _readings(context: Context, settings: SourceConfig, raw: bytes, delivery: Delivery) -> tuple[Reading, ...]:
    if VIA_WEBHOOK not in delivery.headers and _media_type(delivery) == PROTOBUF:
        return (of_signal(decode(PROTOBUF, raw, Signal), context.tenant),)
    source = SOURCES[context.source]
    return parse(raw, source, Delivered(source.kept(delivery.headers), settings, delivery.stored_at))


def _outgoing(found: Sequence[_Found]) -> Iterator[Outgoing]:
    """Yield the signals, each inside the trace of its own delivery and caused by it."""
    for _, delivery, signal in found:
        subject = s.CHANGE_RECEIVED if signal.kind == "change" else s.SIGNAL_RECEIVED
        keys = {"tenant": signal.tenant, "signal": signal.signal_id}
        with handling(delivery, "normalise"):
            # The subject may hold one message only, whatever the stream's window has forgotten.
            yield Outgoing(subject, signal, keys, f"{signal.tenant}:{subject.name}:{signal.signal_id}", expect_last=0)


def _media_type(delivery: Delivery) -> str:
    found = (value for name, value in delivery.headers.items() if name.lower() == CONTENT_TYPE.lower())
    return next(found, "").partition(";")[0].strip().lower()


def _test_of(delivery: Delivery) -> str:
    """Return the id of a test page; only what came in over HTTP, and was proved there, can be one."""
    sent = delivery.headers.get(TEST_HEADER.lower(), "") if VIA_WEBHOOK in delivery.headers else ""
    return sent if re.fullmatch(ID_PATTERN, sent) else ""


def _count_from_bus(source: str, delivery: Delivery, outcome: str) -> None:
    """Count a delivery that an outside producer put on the bus; webhooks were counted when they came in."""
    if VIA_WEBHOOK not in delivery.headers and delivery.attempt == 1:
        DELIVERIES_RECEIVED.labels(source if source in SOURCES else "other", outcome).inc()
