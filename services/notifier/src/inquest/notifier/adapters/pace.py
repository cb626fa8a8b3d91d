"""Keeps requests to a back end apart, so that a storm of notices does not become a storm of requests."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from inquest.notifier.ports import NotDelivered

BURST = 5
WAIT_S_MAX = 2.0  # longer, and the notice goes back to its queue: a handler must not be held up for others
PLACES_MAX = 10_000
PLACE_KEPT_S = 120.0


class Pace:
    """Lets through so many requests a minute and back end, in the order of asking, after a short burst.

    This is the generic cell rate algorithm (ITU-T I.371): one time for each back end says when it is idle again. Who
    has to wait longer than WAIT_S_MAX is told when to come back, and keeps the place that is theirs then.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._idle_at: dict[str, float] = {}
        self._places: dict[tuple[str, str], float] = {}
        self._forget_at = 0.0

    async def turn(self, back_end: str, who: str, per_minute: int) -> None:
        """Return when it is the turn of `who`. Raises NotDelivered with `after_s` when that is too long to wait for."""
        # Asked again after each wait: meanwhile the back end may have asked for a pause.
        while (wait_s := self._wait_s(back_end, who, 60 / per_minute)) > 0:
            if wait_s > WAIT_S_MAX:
                raise NotDelivered(f"{back_end}: others are before it, or it asked for a pause", after_s=wait_s)
            await self._sleep(wait_s)
        self._places.pop((back_end, who), None)

    def hold(self, back_end: str, for_s: float, per_minute: int) -> None:
        """Let nothing through for so many seconds, as the back end asked, and one after the other from then on."""
        until = self._now() + for_s
        burst_s = (BURST - 1) * 60 / per_minute
        self._idle_at[back_end] = max(self._idle_at.get(back_end, 0.0), until + burst_s)
        self._places = {key: at for key, at in self._places.items() if key[0] != back_end or at >= until}

    def _wait_s(self, back_end: str, who: str, interval_s: float) -> float:
        """Return how long it is until the turn of `who`, who keeps an earlier place."""
        now = self._now()
        self._forget(now)
        held = self._places.get((back_end, who))
        if held is not None:
            return held - now
        idle_at = max(self._idle_at.get(back_end, 0.0), now)
        at = max(now, idle_at - (BURST - 1) * interval_s)
        if len(self._places) < PLACES_MAX:  # past that, they come back in disorder, but no more often
            self._idle_at[back_end] = idle_at + interval_s
            self._places[back_end, who] = at
        return at - now

    def _forget(self, now: float) -> None:
        """Drop the places of those who did not come back, and back ends that are idle."""
        if now >= self._forget_at:
            self._forget_at = now + PLACE_KEPT_S
            self._places = {key: at for key, at in self._places.items() if at + PLACE_KEPT_S > now}
            self._idle_at = {key: at for key, at in self._idle_at.items() if at > now}
