"""Taking no more work, and taking it again, against a real server under load."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from inquest.bus.bus import Bus
from inquest.bus.port import Delivery
from inquest.contracts import subjects as s
from inquest.contracts.errors import RetryLater
from inquest.contracts.latest import Redrive, Redriven
from inquest.contracts.subjects import REDRIVES
from inquest.contracts.topology import consumer
from inquest.testkit.fixtures import BusFactory, running, until
from inquest.testkit.signals import signal

DELIVERIES = consumer("intake-deliveries")
SIGNALS = consumer("tracestore-signals")


class Reader:
    """A replica that counts what it handled."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.seen: Counter[bytes] = Counter()
        self.gate = asyncio.Event()
        self.gate.set()

    async def handle(self, message: bytes, _: Delivery) -> None:
        await asyncio.sleep(0.002)
        await self.gate.wait()
        self.seen[message] += 1

    async def handle_batch(self, batch: Sequence[tuple[Any, Delivery]]) -> None:
        await self.gate.wait()
        for _, delivery in batch:
            self.seen[delivery.subject.encode()] += 1


async def post(bus: Bus, numbers: range) -> None:
    for number in numbers:
        await bus.publish(s.INGEST_DELIVERY, str(number).encode(), source="generic", tenant="acme")


async def replicas(bus_factory: BusFactory) -> tuple[Reader, Reader]:
    one, other = Reader(await bus_factory("intake")), Reader(await bus_factory("intake"))
    for reader in (one, other):
        reader.bus.handle(DELIVERIES, reader.handle)
    return one, other


async def test_of_two_replicas_under_load_one_drains_and_the_other_takes_over(bus_factory: BusFactory) -> None:
    one, other = await replicas(bus_factory)
    async with running(one.bus, other.bus):
        posting = asyncio.create_task(post(await bus_factory("intake"), range(600)))
        await until(lambda: len(one.seen) > 50)
        await one.bus.drain(5)
        assert [(work.in_flight, work.queued) for work in one.bus.work] == [(0, 0)]
        handled, rest = sum(one.seen.values()), len(other.seen)
        await posting
        await until(lambda: len(one.seen + other.seen) == 600)
        assert sum(one.seen.values()) == handled
        assert len(other.seen) > rest
        await until(lambda: _settled(one.bus))
        assert set((one.seen + other.seen).values()) == {1}  # handed back before it was begun: nothing is done twice

        assert await one.bus.drain(5) == 0  # twice is no harm
        await one.bus.resume()
        await one.bus.resume()
        await post(one.bus, range(600, 800))
        await until(lambda: len(one.seen + other.seen) == 800)
        assert sum(one.seen.values()) > handled


async def test_what_takes_too_long_is_handed_back_at_once(bus_factory: BusFactory) -> None:
    one, other = await replicas(bus_factory)
    one.gate.clear()
    async with running(one.bus):
        await post(one.bus, range(20))
        await until(lambda: one.bus.work[0].in_flight == DELIVERIES.workers_max)
        async with running(other.bus):
            assert await one.bus.drain(0.05) >= DELIVERIES.workers_max
            async with asyncio.timeout(DELIVERIES.ack_wait_s / 2):  # not after the ack wait
                await until(lambda: len(other.seen) == 20)
    assert not one.seen


async def test_a_batch_is_handed_back_whole(bus_factory: BusFactory) -> None:
    one, other = Reader(await bus_factory("tracestore")), Reader(await bus_factory("tracestore"))
    for reader in (one, other):
        reader.bus.handle_batch(SIGNALS, reader.handle_batch)
    one.gate.clear()
    async with running(one.bus):
        for number in range(5):
            await one.bus.publish(s.SIGNAL_RECEIVED, signal("s", 0), tenant="acme", signal=f"s-{number}")
        await until(lambda: one.bus.work[0].in_flight > 0)
        async with running(other.bus):
            assert await one.bus.drain(0.05) == 5
            await until(lambda: len(other.seen) == 5)


async def test_a_drained_consumer_that_starts_takes_nothing_until_it_resumes(bus_factory: BusFactory) -> None:
    one = Reader(await bus_factory("intake"))
    one.bus.handle(DELIVERIES, one.handle)
    await one.bus.drain(1)
    async with running(one.bus):
        await post(one.bus, range(3))
        await one.bus.connection.client.flush()
        assert not one.seen
        await one.bus.resume()
        await until(lambda: len(one.seen) == 3)


async def test_requests_go_to_the_other_replica_and_back(bus_factory: BusFactory) -> None:
    answered: Counter[int] = Counter()

    async def replica(number: int) -> Bus:
        made = Bus((await bus_factory("x")).connection._url, "planner")

        async def replier(request: Redrive) -> Redriven:
            answered[number] += 1
            return Redriven(subject=request.subject)

        made.reply(REDRIVES["planner"], replier)
        await made.connect()
        return made

    one, other = await replica(1), await replica(2)
    api = await bus_factory("api")
    ask = Redrive(seq=1, subject="x", stream="X", payload_base64="", requested_by="ada")

    async def asked(times: int) -> None:
        for _ in range(times):
            await api.request(REDRIVES["planner"], ask, timeout_s=10, tenant="acme")

    await asked(20)
    before = answered[1]
    assert before > 0
    await one.drain(1)
    await asked(20)
    assert answered[1] == before
    await other.drain(1)
    with pytest.raises(RetryLater, match="nobody answers"):
        await asked(1)
    await one.resume()
    await one.resume()
    await api.connection.client.flush()
    await asked(3)
    assert answered[1] == before + 3
    await one.close()
    await other.close()


async def _settled(bus: Bus) -> bool:
    info = await bus.connection.js.consumer_info(DELIVERIES.stream, DELIVERIES.durable)
    return info.num_ack_pending == 0 and info.num_pending == 0
