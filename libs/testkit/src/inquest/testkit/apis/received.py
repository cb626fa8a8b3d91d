"""Changes and flags that came in through the doors, on a bus in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from inquest.contracts.latest import REQUESTS, Domain, Signal, SignalChange
from inquest.contracts.subjects import CHANGE_RECEIVED
from inquest.testkit.memory import MemoryBus
from inquest.testkit.providers import PLANTED, TENANT, ProviderCase, Source

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _signal(number: int) -> Signal:
    at = T0 + timedelta(minutes=number)
    kind = "flag" if number % 2 else "deploy"
    change = SignalChange(kind=kind, ref=f"{kind}-{number}", repository="acme/shop")
    return Signal(
        signal_id=f"s{number}",
        tenant=TENANT,
        source="github",
        kind="change",
        occurred_at=at,
        received_at=at,
        title=f"deploy {number} with {PLANTED}",
        services=(("cart", "checkout")[number // 2 % 2],),
        change=change,
    )


@asynccontextmanager
async def _start() -> AsyncIterator[Source]:
    bus = MemoryBus()
    bus.now = T0
    for number in range(20):
        one = _signal(number)
        await bus.publish(CHANGE_RECEIVED, one, tenant=TENANT, signal=one.signal_id)
    yield Source({"name": "doors", "kind": "received"}, bus)


_DOMAINS: tuple[Domain, ...] = ("changes", "flags")

CASES = tuple(
    ProviderCase(
        "received",
        domain,
        REQUESTS[domain].model_validate({"window": {"start": T0, "end": T0 + timedelta(minutes=18)}}),
        _start,
    )
    for domain in _DOMAINS
)
