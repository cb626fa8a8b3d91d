"""What outside producers put on the bus in plain text is sealed, kept, and erased where it came in (ADR 0020)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from inquest.audit import AuditLog, Deed
from inquest.bus.advisory import dead_letter, parse_advisory
from inquest.bus.headers import handling
from inquest.bus.port import Delivery, Outgoing
from inquest.contracts.errors import InquestError
from inquest.contracts.subjects import DELIVERY_KEPT
from inquest.contracts.topology import RAW_STREAM
from inquest.intake.domain.envelope import RECEIVED_AT, VIA_WEBHOOK
from inquest.intake.domain.sealing import Content
from inquest.intake.ports import Keeper, Raw
from inquest.telemetry.logs import get_logger

HEADERS_MAX = 200

_Found = tuple[int, Delivery, Outgoing]
_log = get_logger("intake")


def is_kept(delivery: Delivery) -> bool:
    """Return whether intake itself kept it: nobody else may publish on that subject."""
    return DELIVERY_KEPT.parse(delivery.subject) is not None


@dataclass(frozen=True, slots=True)
class Arriving:
    """Takes in what outside producers sent.

    First the sealed copy is on disk, then the plain message is erased, then it is acked: whoever dies between finds it
    again. The copy has an id that follows from the message, and its signals have ids of their own: nothing is doubled.
    """

    raw: Raw
    keeper: Keeper
    audit: AuditLog

    async def on_plain(self, batch: Sequence[tuple[bytes, Delivery]]) -> dict[int, Exception]:
        """Seal, keep, erase. Returns by position what is wrong with those that failed; they are left as they are."""
        errors: dict[int, Exception] = {}
        found: list[_Found] = []
        for index, (payload, delivery) in enumerate(batch):
            try:
                found.append((index, delivery, await self._sealed(payload, delivery)))
            except InquestError as error:
                errors[index] = error
        outcomes = await self.raw.publish_each(_traced(found))
        for (index, delivery, _), outcome in zip(found, outcomes, strict=True):
            try:
                if isinstance(outcome, InquestError):
                    raise outcome
                await self.raw.remove(delivery.stream, delivery.stream_seq)
            except InquestError as error:
                errors[index] = error
            else:
                self._note(delivery, batch[index][0])
        return errors

    async def _sealed(self, payload: bytes, delivery: Delivery) -> Outgoing:
        headers = {RECEIVED_AT: delivery.stored_at.isoformat(), **_headers_of(delivery)}
        identity = f"{delivery.stream}:{delivery.stream_seq}:{delivery.stored_at.isoformat()}"
        tenant, source = delivery.keys.get("tenant", ""), delivery.keys.get("source", "")
        DELIVERY_KEPT.render(tenant=tenant, source=source)  # a subject of no tenant is Impossible, by itself
        return await self.keeper.sealed(tenant, source, identity, Content(payload, headers))

    def _note(self, delivery: Delivery, body: bytes) -> None:
        tenant = delivery.keys["tenant"]
        deed = Deed("delivery-accepted", tenant, delivery.keys["source"], about="bus")
        self.audit.note(deed, self.keeper.hashed(tenant, body))

    async def on_advisory(self, payload: bytes, _: Delivery) -> None:
        """Bury what the server gave up of INGEST: its handler hung, or its process died each time."""
        advisory = parse_advisory(payload)
        original = await self.raw.get(RAW_STREAM, advisory.stream_seq)
        if original is None:
            _log.warning("original_gone", stream=RAW_STREAM, seq=advisory.stream_seq)
            return
        letter = dead_letter(advisory, subject=original.subject, headers=original.headers, payload=b"")
        await self.raw.bury(letter)
        tenant = original.keys.get("tenant")
        _log.error("message_buried", subject=original.subject, consumer=advisory.consumer, tenant=tenant)


def _headers_of(delivery: Delivery) -> Mapping[str, str]:
    """Return the producer's own headers; those that mean something to the bus or to intake are not a producer's."""
    ours = {VIA_WEBHOOK.lower(), RECEIVED_AT.lower()}
    theirs = ((name, text) for name, text in delivery.headers.items() if not name.startswith("Nats-"))
    return dict([(name, text) for name, text in theirs if name.lower() not in ours][:HEADERS_MAX])


def _traced(found: Sequence[_Found]) -> Iterator[Outgoing]:
    """Yield the sealed copies, each inside the trace of what it is a copy of."""
    for _, delivery, item in found:
        with handling(delivery, "seal"):
            yield item
