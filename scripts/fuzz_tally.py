"""What came of fuzzed inputs, counted alike for every door."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field
from typing import Any

HANG_S = 20.0
WORKERS = 24
SHOWN_MAX = 20
INTERNAL = 500
BUSY = 503  # says that it is busy or that something is away: allowed, and counted


@dataclass(slots=True)
class Tally:
    """Counts of one door, and the first inputs that were taken badly, in words."""

    inputs: int = 0
    hangs: int = 0
    internal: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def status(self, status: int, said: str) -> None:
        """Count an HTTP answer."""
        self.outcomes[str(status)] += 1
        if status >= INTERNAL and status != BUSY:
            self.bad(f"status {status}: {said}")

    def bad(self, what: str) -> None:
        """Count what may never happen."""
        self.internal += 1
        self._show(what)

    def hung(self, what: str) -> None:
        """Count an input that nothing came of in time."""
        self.hangs += 1
        self._show(f"no answer in {HANG_S:.0f} s: {what}")

    def told(self) -> dict[str, Any]:
        """Return everything, for another process."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {**values, "outcomes": dict(self.outcomes)}

    def _show(self, what: str) -> None:
        if len(self.problems) < SHOWN_MAX:
            self.problems.append(what[:600])


async def spread(works: Iterator[Awaitable[None]], workers: int = WORKERS) -> None:
    """Do all of it, so many at a time."""

    async def worker() -> None:
        for work in works:
            await work

    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(worker())
