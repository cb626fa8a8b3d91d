"""Works off what outside producers sent: one stream for each tenant that has any, found while the service runs."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError, ServiceUnavailableError

from inquest.bus.connection import API_S_MAX, BusUnavailable, Connection
from inquest.bus.flights import Work
from inquest.bus.port import BatchHandler
from inquest.bus.runner import Runner
from inquest.bus.tls import TlsFiles
from inquest.bus.topology import TopologyRefused, consumer_config, stream_config
from inquest.bus.users import Producer
from inquest.contracts.doorsteps import doorstep, doorstep_consumer
from inquest.contracts.errors import RetryLater
from inquest.contracts.subjects import DOORSTEP_DELIVERY, INGEST_DELIVERY
from inquest.contracts.topology import RAW_STREAM
from inquest.telemetry.logs import get_logger

LOOK_S = 5.0
OPEN_S_MAX = 1.0
READY_S_MAX = 15.0
READY_LOOK_S = 0.2
AnswerT = TypeVar("AnswerT")
_FRONT = doorstep("").name


async def tenants(connection: Connection) -> set[str]:
    """Return the tenants whose producers have a stream. Raises RetryLater."""
    found: set[str] = set()
    total, seen = 1, 0
    while seen < total:  # the server lists 1,024 at a time
        asked = {"subject": DOORSTEP_DELIVERY.pattern(), "offset": seen}
        try:
            reply = await connection.client.request(
                "$JS.API.STREAM.NAMES", json.dumps(asked).encode(), timeout=API_S_MAX
            )
        except (NatsError, TimeoutError) as error:
            raise RetryLater(f"cannot list the streams of producers: {error or type(error).__name__}") from error
        page = json.loads(reply.data)
        names = page.get("streams") or []
        found |= {name.removeprefix(_FRONT) for name in names if name.startswith(_FRONT)}
        seen, total = seen + len(names), page.get("total", 0) if names else 0
    return found


@dataclass(frozen=True, slots=True)
class DoorstepUse:
    """What lies in the stream of a tenant's producers."""

    tenant: str
    messages: int
    size_bytes: int
    bytes_max: int


async def open_doorstep(connection: Connection, tenant: str, bytes_max: int) -> bool:
    """Make a tenant's stream and its durable, or have them as they should be; returns whether anything changed.

    It is kept as often as INGEST is. Raises TopologyRefused.
    """
    js, row, durable = connection.js, doorstep(tenant, bytes_max), doorstep_consumer(tenant)
    try:
        replicas = (await js.stream_info(RAW_STREAM)).config.num_replicas or 1
        try:
            present = (await js.stream_info(row.name)).config
        except NotFoundError:
            await js.add_stream(stream_config(row, replicas))
            await js.add_consumer(row.name, consumer_config(durable))
            return True
        await js.add_consumer(row.name, consumer_config(durable))
        if (present.max_bytes, present.num_replicas) == (bytes_max, replicas):
            return False
        await js.update_stream(stream_config(row, replicas))
    except (NatsError, TimeoutError) as error:
        raise TopologyRefused(f"nats-server refused the stream of {tenant}'s producers: {error}") from error
    return True


async def close_doorstep(connection: Connection, tenant: str, *, although_full: bool = False) -> int:
    """Remove a tenant's stream, where it is empty or that does not matter; returns how much still lies there."""
    name = doorstep(tenant).name
    try:
        messages = (await _patiently(lambda: connection.js.stream_info(name))).state.messages
        if messages and not although_full:
            return int(messages)
        await _patiently(lambda: connection.js.delete_stream(name))
    except NotFoundError:
        return 0
    except (NatsError, TimeoutError) as error:
        raise TopologyRefused(f"nats-server did not remove the stream of {tenant}'s producers: {error}") from error
    return 0


async def _patiently(ask: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
    """Ask until the server answers: for a moment after it read its accounts again, nobody there serves JetStream."""
    end = time.monotonic() + READY_S_MAX
    while True:
        try:
            return await ask()
        except ServiceUnavailableError:
            if time.monotonic() > end:
                raise
        await asyncio.sleep(READY_LOOK_S)


async def use(connection: Connection, tenant: str) -> DoorstepUse:
    """Return what lies in a tenant's stream. Raises RetryLater."""
    try:
        info = await connection.js.stream_info(doorstep(tenant).name)
    except (NatsError, TimeoutError) as error:
        raise RetryLater(f"cannot look at the stream of {tenant}'s producers: {error}") from error
    return DoorstepUse(tenant, info.state.messages, info.state.bytes, info.config.max_bytes or 0)


async def is_open(url: str, producer: Producer, tls: TlsFiles | None = None) -> bool:
    """Say whether a producer can publish now. It sends what its stream must refuse, so that nothing is kept."""
    login = f"nats://{producer.user}:{producer.password}@{url.rpartition('@')[2].removeprefix('nats://')}"
    connection = Connection(login, producer.inbox.removeprefix("_INBOX."), tls=tls)
    source = producer.sources[0] if producer.sources else "generic"
    subject = INGEST_DELIVERY.render(source=source, tenant=producer.tenant)
    try:
        await connection.open(OPEN_S_MAX)
        await connection.client.request(subject, b"", timeout=OPEN_S_MAX, headers={"Nats-Expected-Stream": "none"})
    except (BusUnavailable, RetryLater, NatsError, TimeoutError):
        return False
    finally:
        await connection.close()
    return True


class Doorsteps:
    """A runner for each of these streams; they come and go with `inquest tenant add` and `remove`."""

    def __init__(self, connection: Connection, service: str, handler: BatchHandler) -> None:
        self._connection = connection
        self._service = service
        self._handler = handler
        self._runners: dict[str, Runner] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._draining = False
        self._log = get_logger(service)

    def runners(self) -> Iterator[Runner]:
        """Yield those that work now."""
        return iter(list(self._runners.values()))

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                try:
                    await self._look()
                except RetryLater as error:  # those that are known go on
                    self._log.warning("producers_unlisted", error=str(error))
                await asyncio.sleep(LOOK_S)
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _look(self) -> None:
        present = await tenants(self._connection)
        for tenant in list(self._tasks):
            if self._tasks[tenant].done() or tenant not in present:
                self._tasks[tenant].cancel()
                await asyncio.gather(self._tasks.pop(tenant), return_exceptions=True)
                del self._runners[tenant]
                self._log.info("producers_left", tenant=tenant)
        for tenant in sorted(present - self._tasks.keys()):
            runner = Runner(self._connection, self._service, doorstep_consumer(tenant), None, self._handler)
            if self._draining:
                await runner.drain(0)
            self._runners[tenant] = runner
            self._tasks[tenant] = asyncio.create_task(runner.run())
            self._log.info("producers_found", tenant=tenant)

    @property
    def work(self) -> list[Work]:
        """What each has in hand."""
        return [runner.work for runner in self.runners()]

    async def drain(self, limit_s: float) -> int:
        """See Runner.drain; what is found later does not begin either."""
        self._draining = True
        return sum(await asyncio.gather(*(runner.drain(limit_s) for runner in self.runners())))

    def resume(self) -> None:
        """Take messages again."""
        self._draining = False
        for runner in self.runners():
            runner.resume()
