import asyncio

import pytest
from inquest.gateway.flights import Flights


async def test_identical_work_at_the_same_time_is_done_once() -> None:
    flights: Flights[int] = Flights()
    go = asyncio.Event()
    runs: list[str] = []

    async def work() -> int:
        runs.append("ran")
        await go.wait()
        return 7

    first, second = (asyncio.create_task(flights.share("key", work)) for _ in range(2))
    other = asyncio.create_task(flights.share("other", work))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    go.set()
    assert (await second, await other) == (7, 7)
    assert len(runs) == 2
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await flights.share("key", work) == 7
    assert len(runs) == 3


async def test_a_failure_reaches_all_and_is_not_kept() -> None:
    flights: Flights[int] = Flights()

    async def broken() -> int:
        raise ValueError("no")

    async def well() -> int:
        return 1

    results = await asyncio.gather(*(flights.share("k", broken) for _ in range(2)), return_exceptions=True)
    assert [type(one) for one in results] == [ValueError, ValueError]
    assert await flights.share("k", well) == 1
