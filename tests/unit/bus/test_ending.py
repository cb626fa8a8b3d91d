"""Waits that nobody can make endless, and cancellations that meet an answer."""

import asyncio
from typing import Any

import pytest
from inquest.bus.ending import end, obedient, within


async def ask(reply: asyncio.Future[str]) -> str:
    return await asyncio.wait_for(reply, 30)  # as nats-py does


async def met_by_its_answer(call: Any) -> asyncio.Task[str]:
    """Cancel a task in the same turn of the loop in which its answer comes."""
    reply: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(call(reply))
    await asyncio.sleep(0)
    reply.set_result("yes")
    task.cancel()
    await asyncio.wait({task})
    return task


async def test_a_cancellation_that_meets_the_answer_is_not_lost() -> None:
    assert (await met_by_its_answer(obedient(ask))).cancelled()


async def test_a_time_limit_that_meets_the_answer_is_one() -> None:
    async def limited(reply: asyncio.Future[str]) -> str:
        async with asyncio.timeout(0):
            return await obedient(ask)(reply)

    reply: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(reply.set_result, "yes")
    with pytest.raises(TimeoutError):
        await limited(reply)


async def test_answers_and_errors_pass() -> None:
    async def fail() -> None:
        raise ValueError("no")

    reply: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    reply.set_result("yes")
    assert await obedient(ask)(reply) == "yes"
    with pytest.raises(ValueError, match="no"):
        await obedient(fail)()
    with pytest.raises(ValueError, match="no"):
        await within(1, fail())
    assert await within(1, ask(reply)) == "yes"


async def deaf(times: int) -> None:
    while times:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            times -= 1


async def test_a_loop_that_swallows_a_cancellation_is_cancelled_again() -> None:
    tasks = [asyncio.create_task(deaf(times)) for times in (1, 2, 3)]
    await asyncio.sleep(0)
    assert await end(tasks, 5) == set()
    assert all(task.done() for task in tasks)


async def test_what_never_ends_is_left() -> None:
    task = asyncio.create_task(deaf(10))
    await asyncio.sleep(0)
    assert await end([task], 0.01) == {task}
    with pytest.raises(TimeoutError):
        await within(0.01, task)
    assert await end([task], 5) == set()
    assert await end([], 5) == set()


async def test_who_waits_can_be_cancelled() -> None:
    inner = asyncio.create_task(deaf(1))
    waiting = asyncio.create_task(within(5, inner))
    await asyncio.sleep(0.01)
    assert await end([waiting], 5) == set()
    assert await end([inner], 5) == set()
