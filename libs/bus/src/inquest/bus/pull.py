"""The pull loop: keeps a bounded number of messages on their way, and notices when the server forgets.

FastStream's pull subscriber is built on `fetch`, which asks, waits and asks again; this one keeps requests
standing, so that the next messages are under way while the present ones are handled (ADR 0003).
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from inquest.telemetry.logs import get_logger

EXPIRES_S = 5.0
GRACE_S = 2.0
_NS = 1_000_000_000


@dataclass(slots=True)
class _Pull:
    remaining: int
    drop_at: float  # loop time after which the server is taken to have forgotten this pull


class PullLoop:
    """Feeds `queue` with messages of one durable; never more than `capacity` are queued or requested."""

    def __init__(self, client: Client, stream: str, durable: str, capacity: int) -> None:
        self.queue: asyncio.Queue[Msg] = asyncio.Queue()
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._capacity = capacity
        self._inbox = ""
        self._pulls: dict[str, _Pull] = {}
        self._number = 0
        self._busy = 0
        self._wake = asyncio.Event()
        self._subscription: Subscription | None = None
        self._open = asyncio.Event()
        self._open.set()
        self._log = get_logger("bus").bind(consumer=durable)

    def done(self, count: int = 1) -> None:
        """Tell that so many messages taken from the queue have been settled."""
        self._busy -= count
        self._wake.set()

    def reset(self) -> None:
        """Forget standing requests, as after a reconnect: the server has forgotten them too."""
        self._pulls.clear()
        self._wake.set()

    async def pause(self) -> None:
        """Ask for nothing more. What the server had sent is in `queue` when it returns, and nothing follows."""
        self._open.clear()
        self._wake.set()
        # Without interest the server drops the standing requests, and sends what it has to other replicas.
        with suppress(NatsError, TimeoutError):  # the server is away: it has forgotten them anyway
            if self._subscription is not None:
                async with asyncio.timeout(GRACE_S):
                    await self._subscription.drain()  # type: ignore[no-untyped-call]
        self._subscription = None
        self._pulls.clear()

    def resume(self) -> None:
        """Ask again."""
        self._open.set()
        self._wake.set()

    async def run(self) -> None:
        """Keep requests standing until cancelled, but for the time of a pause."""
        try:
            while True:
                await self._open.wait()
                await self._subscribe()
                await self._request()
                self._wake.clear()
                # Not wait_for: before Python 3.12 it swallows a cancellation that meets a wake-up.
                with suppress(TimeoutError):
                    async with asyncio.timeout(EXPIRES_S):
                        await self._wake.wait()
        finally:
            await self._stop()

    async def _stop(self) -> None:
        with suppress(NatsError):  # a connection that is closing has dropped the subscription already
            if self._subscription is not None:
                await self._subscription.unsubscribe()

    async def _subscribe(self) -> None:
        if self._subscription is None:
            self._inbox = self._client.new_inbox()
            self._subscription = await self._client.subscribe(
                f"{self._inbox}.*", cb=self._on_message, pending_msgs_limit=-1, pending_bytes_limit=-1
            )

    async def _request(self) -> None:
        if not self._open.is_set():  # paused while this was subscribing
            return
        now = asyncio.get_running_loop().time()
        self._pulls = {key: pull for key, pull in self._pulls.items() if pull.drop_at > now}
        wanted = self._capacity - self._busy - sum(pull.remaining for pull in self._pulls.values())
        # Asking for a few at a time would double the traffic; half the capacity keeps the line busy.
        if wanted <= 0 or (self._pulls and wanted < self._capacity / 2):
            return
        self._number += 1
        reply = f"{self._inbox}.{self._number}"
        self._pulls[reply] = _Pull(wanted, now + EXPIRES_S + GRACE_S)
        body = json.dumps({"batch": wanted, "expires": int(EXPIRES_S * _NS)}).encode()
        await self._client.publish(self._subject, body, reply=reply)

    async def _on_message(self, msg: Msg) -> None:
        status = msg.headers.get("Status") if msg.headers else None
        if status is None or msg.reply:
            self._count()
            self._busy += 1
            self.queue.put_nowait(msg)
            return
        if status != "100":  # 404, 408: nothing there; 409: the consumer changed, moved or is gone
            self._pulls.pop(msg.subject, None)
            if status == "409":
                self._log.info("pull_ended", reason=(msg.headers or {}).get("Description", ""))
                await asyncio.sleep(GRACE_S / 10)  # a lost consumer must not make us spin; readiness decides
            self._wake.set()

    def _count(self) -> None:
        # A delivered message carries its own subject, not the pull's; the server serves pulls in order.
        for key, pull in self._pulls.items():
            pull.remaining -= 1
            if pull.remaining <= 0:
                del self._pulls[key]
                self._wake.set()
            return
