"""How much the process logs: for a while, or until it ends."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from inquest.contracts.errors import Impossible
from inquest.telemetry.logs import current_level, set_level

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
DURATION_S_MAX = 24 * 3600.0


@dataclass(slots=True)
class _Lent:
    """A level that returns to the one before."""

    home: str
    until: datetime
    timer: asyncio.TimerHandle


class LogLevel:
    """The level of one process. What was set for a while returns to what was set for good, however often it was set."""

    def __init__(self) -> None:
        self._lent: _Lent | None = None

    @property
    def level(self) -> str:
        """The level now."""
        return current_level()

    @property
    def until(self) -> datetime | None:
        """When the level before returns; None: it stays."""
        return self._lent.until if self._lent else None

    def set(self, level: str, duration_s: float | None = None) -> None:
        """Set the level, for `duration_s` seconds where given. Raises Impossible."""
        wanted = level.upper()
        if wanted not in LEVELS:
            raise Impossible(f"level: {level[:20]!r} is none of {', '.join(LEVELS)}")
        if duration_s is not None and not 0 < duration_s <= DURATION_S_MAX:
            raise Impossible(f"duration_s: between 0 and {DURATION_S_MAX:.0f}")
        home = self._lent.home if self._lent else self.level
        self._forget()
        if duration_s is not None:
            timer = asyncio.get_running_loop().call_later(duration_s, self._return)
            self._lent = _Lent(home, datetime.now(UTC) + timedelta(seconds=duration_s), timer)
        set_level(wanted)

    def _return(self) -> None:
        if self._lent is not None:
            home = self._lent.home
            self._forget()
            set_level(home)

    def _forget(self) -> None:
        if self._lent is not None:
            self._lent.timer.cancel()
            self._lent = None


PROCESS = LogLevel()  # one for all services of a process, as its log is
