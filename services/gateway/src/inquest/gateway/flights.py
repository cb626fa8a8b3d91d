"""Identical reads at the same time become one: two steps of a round often ask the same of a domain."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

ResultT = TypeVar("ResultT")


class Flights(Generic[ResultT]):
    """Shares the result of work that is under way. Nothing is kept once it has landed."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Task[ResultT]] = {}

    async def share(self, key: Hashable, work: Callable[[], Awaitable[ResultT]]) -> ResultT:
        """Return the work's result, joining the one that is under way for this key.

        Whoever is cancelled leaves alone: the work goes on for the others.
        """
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.ensure_future(_run(work))
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(task)


async def _run(work: Callable[[], Awaitable[ResultT]]) -> ResultT:
    return await work()
