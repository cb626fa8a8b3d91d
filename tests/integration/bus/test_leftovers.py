"""What a server leaves behind in a work queue is handled once more and removed; what waits or is new is not touched."""

import pytest
from inquest.bus import leftovers, runner
from inquest.bus.bus import Bus
from inquest.bus.leftovers import LOOK_S, SEEN_S, Leftovers
from inquest.contracts import subjects as s
from inquest.contracts.errors import Impossible, RetryLater
from inquest.contracts.latest import DeadLetter, StartInvestigation
from inquest.contracts.topology import Consumer, consumer
from inquest.telemetry.logs import get_logger
from inquest.testkit.fixtures import running, until

ROW: Consumer = consumer("planner-commands")


def start(number: int) -> StartInvestigation:
    return StartInvestigation.model_validate(
        {
            "tenant": "acme",
            "investigation_id": f"i{number}",
            "title": "slow checkout",
            "focus": {},
            "window": {"start": "2026-01-01T12:00:00Z", "end": "2026-01-01T12:05:00Z"},
            "requested_by": "ann",
        }
    )


class World:
    """A queue with one message that the server gave up unseen, one delivered and not acked, and one that waits."""

    def __init__(self, bus: Bus) -> None:
        self.bus, self.now_s, self.handled, self.error = bus, 1000.0, [], None
        self.leftovers = Leftovers(bus.connection, ROW, self.handle, get_logger("planner"), lambda: self.now_s)

    async def handle(self, delivery) -> None:
        self.handled.append((delivery.stream_seq, delivery.subject, delivery.attempt_max))
        if self.error:
            raise self.error

    async def fill(self) -> None:
        js = self.bus.connection.js
        config = (await js.consumer_info(ROW.stream, ROW.durable)).config
        await js.add_consumer(ROW.stream, config.evolve(max_deliver=1, ack_wait=0.1))
        subscription = await js.pull_subscribe_bind(ROW.durable, ROW.stream)
        await self.publish(1)
        await subscription.fetch(1)
        await until(self._is_given_up)
        await js.add_consumer(ROW.stream, config)
        await self.publish(2)
        [message] = await subscription.fetch(1)
        await message.ack()  # whereby the consumer's floor passes the first
        await until(self._is_passed)
        await self.publish(3)
        await subscription.fetch(1)
        await self.publish(4)

    async def publish(self, number: int) -> None:
        keys = {"tenant": "acme", "investigation": f"i{number}"}
        await self.bus.publish(s.INVESTIGATION_START, start(number), msg_id=f"start-{number}", **keys)

    async def _is_given_up(self) -> bool:
        return (await self._info()).num_ack_pending == 0

    async def _is_passed(self) -> bool:
        return (await self._info()).ack_floor.stream_seq == 2

    async def _info(self):
        return await self.bus.connection.js.consumer_info(ROW.stream, ROW.durable)

    async def look(self, *, later_s: float = LOOK_S) -> list[int]:
        self.now_s += later_s
        await self.leftovers.look((await self._info()).ack_floor.stream_seq)
        return [seq for seq in (1, 2, 3, 4) if await self.bus.get(ROW.stream, seq)]


@pytest.fixture
async def world(bus) -> World:
    world = World(bus)
    await world.fill()
    return world


async def test_what_the_server_left_is_handled_once_more_and_removed(world):
    assert await world.look() == [1, 3, 4]
    assert world.handled == []  # it may be about to go
    assert await world.look(later_s=SEEN_S) == [3, 4]
    assert world.handled == [(1, "cmd.investigation.start.v1.acme.i1", ROW.deliver_max)]
    assert await world.look(later_s=SEEN_S) == [3, 4]
    assert len(world.handled) == 1


async def test_it_is_looked_for_now_and_then_alone(world):
    await world.look()
    assert await world.look(later_s=LOOK_S / 2) == [1, 3, 4]
    await world.look(later_s=SEEN_S)
    assert len(world.handled) == 1


async def test_what_cannot_be_handled_now_stays_for_the_next_look(world):
    world.error = RetryLater("the bus is away")
    await world.look()
    assert await world.look(later_s=SEEN_S) == [1, 3, 4]
    world.error = None
    assert await world.look(later_s=SEEN_S) == [3, 4]


async def test_what_is_impossible_becomes_a_dead_letter(world):
    world.error = Impossible("nobody can do that")
    await world.look()
    assert await world.look(later_s=SEEN_S) == [3, 4]
    [[(letter, _)]] = [batch async for batch in world.bus.replay("DEAD")]
    letter = DeadLetter.model_validate_json(letter) if isinstance(letter, bytes) else letter
    assert (letter.consumer, letter.stream_seq, letter.reason) == (ROW.durable, 1, "nobody can do that")


async def test_a_running_consumer_takes_what_was_left(world, bus_factory, monkeypatch):
    monkeypatch.setattr(runner, "CHECK_S", 0.05)
    monkeypatch.setattr(leftovers, "LOOK_S", 0.0)
    monkeypatch.setattr(leftovers, "SEEN_S", 0.0)
    planner = await bus_factory("planner")
    titles: list[str] = []

    async def handle(message, _delivery) -> None:
        titles.append(message.investigation_id)

    planner.handle(ROW, handle)

    async def is_taken() -> bool:
        return await world.bus.get(ROW.stream, 1) is None

    async with running(planner):
        await until(is_taken)
    assert titles.count("i1") == 1
