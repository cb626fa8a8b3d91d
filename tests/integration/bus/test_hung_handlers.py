import asyncio
import dataclasses
from collections.abc import Sequence
from typing import Any

from inquest.bus.bus import Bus
from inquest.bus.dead import read_letters
from inquest.bus.port import Delivery
from inquest.contracts import subjects as s
from inquest.contracts.topology import Consumer, consumer
from inquest.testkit.fixtures import running, until
from inquest.testkit.signals import signal

# Twenty ack waits of 50 ms: a handler that runs longer than 1 s hangs. Three deliveries: the first is the last try.
QUICK: dict[str, Any] = {"ack_wait_s": 0.05, "handle_s_max": 1.0, "deliver_max": 3}


def quick(durable: str) -> Consumer:
    return dataclasses.replace(consumer(durable), **QUICK)


async def reasons(bus: Bus) -> list[str]:
    return [one.letter.error_type async for one in read_letters(bus.connection, 10)]


async def test_a_handler_that_hangs_is_cancelled_and_its_message_buried_while_others_go_on(bus: Bus) -> None:
    seen: list[bytes] = []

    async def handler(message: bytes, delivery: Delivery) -> None:
        if message == b"hang":
            await asyncio.Event().wait()
        seen.append(message)

    bus.handle(quick("intake-deliveries"), handler)
    async with running(bus):
        for body in (b"hang", b"one", b"two"):
            await bus.publish(s.INGEST_DELIVERY, body, source="generic", tenant="acme")
        await until(lambda: _settled(bus))
        assert sorted(seen) == [b"one", b"two"]
    assert await reasons(bus) == ["HandlerHung"]


async def test_a_batch_that_hangs_is_cancelled_and_the_runner_goes_on(bus: Bus) -> None:
    calls: list[int] = []

    async def handler(batch: Sequence[tuple[Any, Delivery]]) -> None:
        calls.append(len(batch))
        if len(calls) == 1:
            await asyncio.Event().wait()

    bus.handle_batch(quick("tracestore-signals"), handler)
    async with running(bus):
        await bus.publish(s.SIGNAL_RECEIVED, signal("one", 0), tenant="acme", signal="one")
        await until(lambda: _settled(bus))
        await bus.publish(s.SIGNAL_RECEIVED, signal("two", 0), tenant="acme", signal="two")
        await until(lambda: _called(calls, 2))
    assert await reasons(bus) == ["HandlerHung"]


async def _settled(bus: Bus) -> bool:
    return bool(await reasons(bus))


async def _called(calls: list[int], wanted: int) -> bool:
    return len(calls) >= wanted
