"""Who goes first when deliveries crowd in: accepting them, then what is critical among them, then the rest in order."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from inquest.bus.port import BatchHandler, Delivery
from inquest.telemetry.logs import get_logger

CROWD = 16  # requests at once; at 200/s and 5 ms each there is one
YIELD_S_MAX = 2.0  # so that what was accepted moves on, a batch at a time, however long the crowd lasts
BEHIND_S = 1.0
EXPRESS_MAX = 16  # more at once are no exception any more
ENDED_MAX = 10_000
MARGIN_S = 5.0  # the lag may have grown since it was taken

_log = get_logger("intake")


class Door:
    """Stands between what is accepted and the handler that works it off in order."""

    def __init__(self, handler: BatchHandler) -> None:
        self.in_flight = 0
        self.lag_s = 0.0  # of the batch worked off last
        self._handler = handler
        self._calm = asyncio.Event()
        self._calm.set()
        self._express: set[asyncio.Task[None]] = set()
        self._ended: dict[tuple[str, str], float] = {}  # tenant and dedup key of resolutions, with when they came

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Count a request while inside."""
        self.in_flight += 1
        if self.in_flight == CROWD:
            self._calm.clear()
        try:
            yield
        finally:
            self.in_flight -= 1
            if self.in_flight == CROWD - 1:
                self._calm.set()

    async def in_order(self, batch: Sequence[tuple[Any, Delivery]]) -> Any:
        """Work off a batch, letting a crowd of requests go first for at most YIELD_S_MAX seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(YIELD_S_MAX):
                await self._calm.wait()
        self.lag_s = (datetime.now(UTC) - batch[0][1].stored_at).total_seconds()
        return await self._handler(batch)

    def ends(self, tenant: str, keys: Iterable[str]) -> None:
        """Note that resolutions of these dedup keys are on their way: no alert of theirs may overtake them."""
        now = asyncio.get_running_loop().time()
        for key in keys:
            self._ended.pop((tenant, key), None)
            self._ended[tenant, key] = now
        while len(self._ended) > ENDED_MAX:
            del self._ended[next(iter(self._ended))]

    def _is_waiting(self, tenant: str, key: str) -> bool:
        came = self._ended.get((tenant, key))
        return came is not None and asyncio.get_running_loop().time() - came < self.lag_s + MARGIN_S

    def overtake(self, payload: bytes, delivery: Delivery, keys: Iterable[str]) -> None:
        """Work off at once a critical delivery that is stored, where others would hold it up.

        Its turn comes again, which changes nothing; so whatever goes wrong here is only told.
        """
        if any(self._is_waiting(delivery.keys["tenant"], key) for key in keys):
            return
        if self.lag_s > BEHIND_S and len(self._express) < EXPRESS_MAX:
            task = asyncio.create_task(self._overtake(payload, delivery))
            self._express.add(task)
            task.add_done_callback(self._express.discard)

    async def _overtake(self, payload: bytes, delivery: Delivery) -> None:
        try:
            errors = await self._handler([(payload, delivery)])
        except Exception as error:  # noqa: BLE001 - the durable comes to it in order, and then the policy decides
            errors = {0: error}
        _log.info(
            "delivery_overtook", tenant=delivery.keys["tenant"], lag_s=round(self.lag_s, 1), errors=len(errors or {})
        )
