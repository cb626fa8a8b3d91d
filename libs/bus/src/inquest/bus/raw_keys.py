"""Which keys the raw deliveries that are kept were sealed under; for operators, who may make a consumer."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig

from inquest.bus.bus import Bus
from inquest.bus.connection import API_S_MAX
from inquest.bus.port import Delivery
from inquest.bus.reader import envelope
from inquest.contracts.errors import RetryLater
from inquest.contracts.subjects import DELIVERY_KEPT
from inquest.contracts.topology import RAW_KEY_HEADER, RAW_STREAM

INACTIVE_S = 30.0
FETCH_MAX = 1000


@dataclass(slots=True)
class Use:
    """What is kept under one key."""

    deliveries: int
    newest_at: datetime


async def uses(bus: Bus) -> dict[str, Use]:
    """Return by key id what is kept in INGEST. Raises RetryLater."""
    found: dict[str, Use] = {}
    async for delivery in _headers(bus):
        key_id = delivery.headers.get(RAW_KEY_HEADER, "")
        use = found.setdefault(key_id, Use(0, delivery.stored_at))
        use.deliveries += 1
        use.newest_at = max(use.newest_at, delivery.stored_at)
    return found


async def _headers(bus: Bus) -> AsyncIterator[Delivery]:
    """Yield what is kept, without the sealed bytes."""
    js = bus.connection.js
    config = ConsumerConfig(
        ack_policy=AckPolicy.NONE,
        filter_subject=DELIVERY_KEPT.pattern(),
        headers_only=True,
        inactive_threshold=INACTIVE_S,
        mem_storage=True,
        num_replicas=1,
    )
    try:
        info = await js.add_consumer(RAW_STREAM, config)
        pending = info.num_pending or 0
        subscription = await js.pull_subscribe_bind(stream=RAW_STREAM, consumer=info.name)
        while pending > 0:
            batch = await subscription.fetch(min(pending, FETCH_MAX), timeout=API_S_MAX)
            pending -= len(batch)
            for msg in batch:
                yield envelope(msg, 1)
        await subscription.unsubscribe()
        await js.delete_consumer(RAW_STREAM, info.name)
    except (NatsError, TimeoutError) as error:
        raise RetryLater(f"cannot look at {RAW_STREAM}: {error or type(error).__name__}") from error
