"""Loops that begin work: they stop while a service is drained, and begin anew."""

import asyncio
from collections.abc import Sequence

from inquest.contracts.errors import InquestError
from inquest.runtime.service import Action


class Chores:
    """Runs loops together. Whatever one raises ends all of them, and is raised by `run`."""

    def __init__(self, actions: Sequence[Action]) -> None:
        self._actions = tuple(actions)
        self._allowed = asyncio.Event()
        self._allowed.set()
        self._closing = asyncio.Event()
        self._stopped = asyncio.Event()
        self._stopped.set()

    async def run(self) -> None:
        """Run until cancelled, but for the time of a pause."""
        while True:
            await self._allowed.wait()
            if not self._actions:
                await asyncio.Event().wait()
            self._stopped.clear()
            working = asyncio.create_task(_together(self._actions))
            closing = asyncio.create_task(self._closing.wait())
            try:
                await asyncio.wait({working, closing}, return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    await working
                    raise InquestError("a loop that should not end did")
            finally:
                for task in (working, closing):
                    task.cancel()
                await asyncio.gather(working, closing, return_exceptions=True)
                self._stopped.set()

    async def pause(self) -> None:
        """Return when no loop runs any more. What was begun is as after a crash: the next run makes it good."""
        self._allowed.clear()
        self._closing.set()
        await self._stopped.wait()

    def resume(self) -> None:
        """Begin anew."""
        self._closing.clear()
        self._allowed.set()


async def _together(actions: Sequence[Action]) -> None:
    async with asyncio.TaskGroup() as group:
        for action in actions:
            group.create_task(_run(action))


async def _run(action: Action) -> None:
    await action()
