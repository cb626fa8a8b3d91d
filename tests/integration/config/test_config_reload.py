"""Applied configuration on a real server: races, reload, and a server that was restarted."""

import asyncio
from datetime import UTC, datetime

import pytest
from inquest.bus.server import NatsServer
from inquest.config import Config, ConfigCache, ConfigStore
from inquest.contracts.errors import Conflict, RetryLater
from inquest.contracts.topology import CONFIG
from inquest.testkit.fixtures import BusFactory, until

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def config(name: str) -> Config:
    return Config.model_validate({"tenants": {name: {}}})


async def test_of_two_who_apply_at_once_one_wins_and_nothing_is_lost(bus_factory: BusFactory) -> None:
    stores = [ConfigStore((await bus_factory("cli")).kv(CONFIG)) for _ in range(2)]
    for number in range(5):
        results = await asyncio.gather(
            *(store.apply(config(f"t{number}-{index}"), "ann", NOW) for index, store in enumerate(stores)),
            return_exceptions=True,
        )
        assert [type(result) for result in results if isinstance(result, BaseException)] in ([], [Conflict])
    newest = await stores[0].current()
    revisions = [await stores[1].at(number) for number in range(newest.number + 1)]
    assert [revision.number for revision in revisions] == list(range(newest.number + 1))
    assert revisions[-1] == newest


@pytest.mark.slow
async def test_a_change_is_seen_at_once_and_after_a_restart_of_the_server(
    bus_factory: BusFactory, nats_server: NatsServer
) -> None:
    store = ConfigStore((await bus_factory("cli")).kv(CONFIG))
    cache = ConfigCache(ConfigStore((await bus_factory("intake")).kv(CONFIG)), poll_s=0.1)
    await store.apply(config("one"), "ann", NOW)
    await cache.start()
    assert cache.current.number == 1
    follower = asyncio.create_task(cache.follow())
    await store.apply(config("two"), "ann", NOW)
    await until(lambda: cache.current.number == 2)

    await nats_server.stop()
    await nats_server.start()

    async def applied() -> bool:
        try:
            return (await store.apply(config("three"), "ann", NOW)).number == 3
        except RetryLater:
            return False

    await until(applied)
    await until(lambda: cache.current.number == 3)
    assert not follower.done()
    follower.cancel()
    with pytest.raises(asyncio.CancelledError):
        await follower
