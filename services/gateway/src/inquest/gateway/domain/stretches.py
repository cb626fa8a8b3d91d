"""Many rows of a source that answers in order of time: read in pages, or taken evenly where there are too many.

Reading from the start of a window until a limit would show the baseline and nothing of the fault. Each stretch has its
share of the rows instead, and what was not read is what the cursor leads to. Times are whole numbers of the source's
own unit.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise

from inquest.gateway.domain.failure import ProviderError

Stretch = tuple[int, int]
"""Start and end; the end is outside."""

Read = Callable[[Stretch, int], Awaitable[tuple[int, Stretch | None]]]
"""Takes up to so many rows from the start of a stretch; returns how many it took, and what is left of the stretch."""

_CURSOR = re.compile(r"(?:\d{1,19}-\d{1,19})(?:,\d{1,19}-\d{1,19})*")


async def collect(
    read: Read, stretches: Sequence[Stretch], *, rows_max: int, page_max: int, slices: int, requests_max: int
) -> list[Stretch]:
    """Read the stretches in turn, each its share; return those that were not read to their end.

    Args:
        read: one request.
        stretches: in order of time.
        rows_max: most rows of all.
        page_max: most rows of one request.
        slices: into how many parts a stretch is cut that has more rows than its share.
        requests_max: most requests.
    """
    todo, taken, requests = list(stretches), 0, 0
    while todo and taken < rows_max and requests < requests_max:
        share = max(1, (rows_max - taken) // len(todo))
        rest: list[Stretch] = []
        for stretch in todo:
            limit = min(share, rows_max - taken, max(1, page_max))
            if limit < 1 or requests >= requests_max:
                rest.append(stretch)
                continue
            requests += 1
            count, unread = await read(stretch, limit)
            taken += count
            rest += split(unread, slices) if unread else ()
        todo, slices = rest, 1
    return todo


def split(stretch: Stretch, slices: int) -> list[Stretch]:
    """Return the parts of a stretch, as equal as whole numbers allow."""
    start, end = stretch
    bounds = [start + (end - start) * number // slices for number in range(slices + 1)]
    return [(one, two) for one, two in pairwise(bounds) if one < two]


def cursor_of(left: Sequence[Stretch]) -> str:
    """Return the cursor that leads to what was not read; empty where nothing is left."""
    return ",".join(f"{start}-{end}" for start, end in left)


def of_cursor(cursor: str, asked: Sequence[Stretch]) -> list[Stretch]:
    """Return the stretches of a cursor. Raises ProviderError where they are not of the window that is asked for."""
    pairs = (part.split("-") for part in cursor.split(",")) if _CURSOR.fullmatch(cursor) else ()
    found = [(int(start), int(end)) for start, end in pairs]
    if not found or any(not any(one[0] <= start < end <= one[1] for one in asked) for start, end in found):
        raise ProviderError("malformed", "the cursor is not one that this provider gave")
    return found
