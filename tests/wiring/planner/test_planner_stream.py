import pytest
from inquest.contracts.errors import Conflict, RetryLater
from inquest.contracts.subjects import INVESTIGATION_RECORDED
from inquest.planner.adapters.histories import StreamHistories
from inquest.planner.domain.state import UnreadableHistory


class Counting:
    """Passes on to a bus and counts how often the whole history is read."""

    def __init__(self, bus):
        self.bus = bus
        self.reads = 0

    def __getattr__(self, name):
        return getattr(self.bus, name)

    async def read(self, *args, **keys):
        self.reads += 1
        return await self.bus.read(*args, **keys)


@pytest.fixture
async def keys(world):
    world.silent = {"trace-failure-path"}
    await world.page()
    return ("acme", world.state.investigation_id)


async def test_nothing_recorded_is_an_empty_history(memory_bus):
    history = await StreamHistories(memory_bus, 10).load("acme", "never-opened")
    assert (history.state, history.seq) == (None, 0)


async def test_a_folded_history_is_read_once_and_then_followed(world, keys):
    bus = Counting(world.bus)
    histories = StreamHistories(bus, 10)
    first = await histories.load(*keys)
    assert (await histories.load(*keys)) == first
    world.later(1)
    await world.finish(world.kept[0])
    await world.bus.settle()
    assert (await histories.load(*keys)).state == world.state
    assert bus.reads == 2  # more than one event had come in
    next_event = world.events[-1].model_copy(update={"number": world.state.number + 1})
    appended = await histories.append(await histories.load(*keys), next_event)
    assert (await StreamHistories(bus, 10).load(*keys)).state == appended.state
    assert bus.reads == 3


async def test_one_event_more_is_followed_without_reading(world, keys):
    bus = Counting(world.bus)
    mine, other = StreamHistories(bus, 10), StreamHistories(world.bus, 10)
    await mine.load(*keys)
    history = await other.load(*keys)
    event = world.events[-1].model_copy(update={"number": history.state.number + 1})
    appended = await other.append(history, event)
    assert await mine.load(*keys) == appended
    assert bus.reads == 1


async def test_an_append_on_an_old_history_is_refused(world, keys):
    mine, other = StreamHistories(world.bus, 10), StreamHistories(world.bus, 10)
    old, history = await mine.load(*keys), await other.load(*keys)
    event = world.events[-1].model_copy(update={"number": history.state.number + 1})
    await other.append(history, event)
    with pytest.raises(Conflict):
        await mine.append(old, event)


async def test_the_cache_is_bounded(world, keys):
    histories = StreamHistories(world.bus, 1)
    await histories.load(*keys)
    event = world.events[0].model_copy(update={"investigation_id": "another"})
    await world.bus.publish(INVESTIGATION_RECORDED, event, tenant="acme", investigation="another")
    await histories.load("acme", "another")
    assert list(histories._cache) == [("acme", "another")]


async def test_damage_is_waited_out_not_decided_upon(world, keys):
    tenant, investigation = keys
    await world.bus.publish(INVESTIGATION_RECORDED, b"{", tenant=tenant, investigation=investigation)
    with pytest.raises(UnreadableHistory) as raised:
        await StreamHistories(world.bus, 10).load(*keys)
    assert isinstance(raised.value, RetryLater)
