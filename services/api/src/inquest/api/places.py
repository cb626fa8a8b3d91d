"""How many long reads of streams there may be at once: each costs the bus as much as thousands of short ones."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from inquest.api.errors import Busy

READS_MAX = 4


@dataclass(slots=True)
class Places:
    """Places for readers; who finds none is told to come back."""

    left: int = READS_MAX

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place while inside. Raises Busy."""
        if not self.left:
            raise Busy("too many lists are being read; try again in a moment")
        self.left -= 1
        try:
            yield
        finally:
            self.left += 1
