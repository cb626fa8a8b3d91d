"""Holds every durable still while a backup is taken, so that the snapshots of many streams show one moment.

Messages keep coming in and are kept; nobody is given any. A hold ends by itself after HOLD_S_MAX when its holder dies.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo, StorageType, StreamInfo

from inquest.bus.backup_wire import BackupRefused

HOLD_S_MAX = 60.0
RENEW_S = 20.0
SETTLE_S_MAX = 15.0
STILL_S = 1.5  # nothing moved for so long: what is in flight waits for a later try, or its worker is gone
POLL_S = 0.1
DURABLES_PAGE = 256

Durables = dict[tuple[str, str], ConsumerInfo]


async def read_streams(js: JetStreamContext) -> list[StreamInfo]:
    """Return every stream that the server keeps on disk, those below buckets included."""
    found: list[StreamInfo] = []
    while page := await js.streams_info(len(found)):
        found += page
    # What is kept in memory alone may be lost at any time; the server cannot copy it.
    return [one for one in found if one.config.storage != StorageType.MEMORY]


async def read_durables(js: JetStreamContext, streams: list[str]) -> Durables:
    """Return every durable by stream and name; the short-lived consumers of readers are none."""
    found: Durables = {}
    for stream in streams:
        seen = 0
        while page := await js.consumers_info(stream, seen):
            seen += len(page)
            found |= {(stream, info.name): info for info in page if info.config and info.config.durable_name}
            if len(page) < DURABLES_PAGE:
                break
    return found


def standing(durables: Durables) -> dict[tuple[str, str], tuple[int, int, int]]:
    """Return what moves when a durable is worked off: delivered, settled, in flight."""
    return {key: (*_floors(info), info.num_ack_pending or 0) for key, info in durables.items()}


def _floors(info: ConsumerInfo) -> tuple[int, int]:
    delivered, floor = info.delivered, info.ack_floor
    return (delivered.consumer_seq if delivered else 0), (floor.stream_seq if floor else 0)


@asynccontextmanager
async def held(js: JetStreamContext, streams: list[str], progress: Callable[[str], None]) -> AsyncIterator[None]:
    """Hold every durable of these streams inside, with what was in flight settled or known to come again."""
    keys = list(await read_durables(js, streams))
    renewing: asyncio.Task[None] | None = None
    try:
        await _pause(js, keys)
        renewing = asyncio.create_task(_renew(js, keys))
        await _settle(js, streams, progress)
        yield
        if renewing.done():  # the hold may have lapsed: what was read is not of one moment
            raise BackupRefused("the hold on the consumers was lost; try again")
    finally:
        if renewing is not None:
            renewing.cancel()
        await asyncio.shield(release(js, keys))


async def _pause(js: JetStreamContext, keys: list[tuple[str, str]]) -> None:
    until = f"{datetime.now(UTC) + timedelta(seconds=HOLD_S_MAX):%Y-%m-%dT%H:%M:%SZ}"
    for stream, durable in keys:
        await js.pause_consumer(stream, durable, until)


async def _renew(js: JetStreamContext, keys: list[tuple[str, str]]) -> None:
    while True:
        await asyncio.sleep(RENEW_S)
        await _pause(js, keys)


async def _settle(js: JetStreamContext, streams: list[str], progress: Callable[[str], None]) -> None:
    """Wait until nothing is in flight; what waits for a later try stays so, and comes again after a restore."""
    loop = asyncio.get_running_loop()
    give_up_at, still_at, last = loop.time() + SETTLE_S_MAX, loop.time() + STILL_S, None
    while loop.time() < min(give_up_at, still_at):
        now = standing(await read_durables(js, streams))
        busy = sum(in_flight for _, _, in_flight in now.values())
        if not busy:
            return
        if last is None:
            progress(f"waiting for {busy} messages in flight, {SETTLE_S_MAX:.0f} s at most")
        elif now != last:
            still_at = loop.time() + STILL_S
        last = now
        await asyncio.sleep(POLL_S)


async def release(js: JetStreamContext, keys: list[tuple[str, str]]) -> None:
    """Let the durables go on. One that cannot be told goes on by itself after HOLD_S_MAX."""
    for stream, durable in keys:
        try:
            await js.resume_consumer(stream, durable)
        except (NatsError, TimeoutError):
            continue
