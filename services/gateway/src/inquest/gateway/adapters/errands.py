"""What one call under way has asked, met and left out; many asks of it at once."""

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from inquest.contracts.latest import DomainRequest, DomainResponse
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.ports import Context

PROBE_S = 5.0
PROBE_BYTES_MAX = 1024 * 1024

ResultT = TypeVar("ResultT")


@dataclass(slots=True)
class Errand:
    """One call under way: `start` and `end` in epoch seconds."""

    request: DomainRequest
    context: Context
    start: float = 0.0
    end: float = 0.0
    asked: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    cuts: list[str] = field(default_factory=list)

    @classmethod
    def over(cls, request: DomainRequest, context: Context) -> "Errand":
        """Return the errand over all the time that is asked, from the first range to the last; 0 to 0 where none is."""
        asked = ranges(request)
        return cls(request, context, asked[0].start, asked[-1].end) if asked else cls(request, context)

    def fetched(self, response: DomainResponse, left: int) -> Fetched:
        """Return the answer; what was cut shows in it."""
        more = [f"{left} more rows: the cursor leads to them"] if left else []
        partial = "; ".join([*sorted(set(self.cuts)), *more])
        response = response.model_copy(update={"truncated": bool(partial)})
        return Fetched(response, "; ".join(sorted(self.asked)) or "nothing", tuple(sorted(self.problems)), partial)


async def together(asks: Iterable[Awaitable[ResultT]]) -> list[ResultT]:
    """Return all results in order. Where one fails the others are ended: none outlives the call."""
    tasks = [asyncio.ensure_future(one) for one in asks]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
