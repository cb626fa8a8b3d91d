"""The server's acks of publishes in flight, all on one subscription, so that any number can be awaited at once.

nats-py's own `publish_async` never completes a publish that the server refuses.
"""

import asyncio
from collections.abc import Mapping

from nats.aio.msg import Msg
from nats.errors import BadHeaderError, BadSubjectError, MaxPayloadError, NoRespondersError

from inquest.bus.connection import Connection
from inquest.contracts.errors import Impossible

_NO_RESPONDERS = "503"
UNSENDABLE = (BadHeaderError, BadSubjectError, MaxPayloadError)  # what the client refuses: it would never be taken


class Acks:
    """Publishes with a reply subject of its own for each message."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: dict[str, asyncio.Future[bytes]] = {}
        self._inbox: asyncio.Task[str] | None = None
        self._sent = 0

    async def send(self, subject: str, data: bytes, headers: Mapping[str, str]) -> asyncio.Future[bytes]:
        """Publish; the future becomes the server's answer, NoRespondersError or Denied. It does not end by itself."""
        if self._inbox is None or (self._inbox.done() and self._inbox.exception()):
            self._inbox = asyncio.create_task(self._subscribe())
        inbox = await asyncio.shield(self._inbox)
        self._sent += 1
        reply = f"{inbox}.{self._sent}"
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[reply] = future
        self._connection.denials.tell(subject, future)
        future.add_done_callback(lambda _: self._waiting.pop(reply, None))
        try:
            await self._connection.client.publish(subject, data, reply, dict(headers))
        except UNSENDABLE as error:
            future.cancel()
            raise Impossible(f"{subject} cannot be sent: {error}") from error
        except BaseException:
            future.cancel()
            raise
        return future

    async def _subscribe(self) -> str:
        inbox = self._connection.client.new_inbox()
        await self._connection.client.subscribe(f"{inbox}.*", cb=self._on_ack)
        return inbox

    async def _on_ack(self, msg: Msg) -> None:
        future = self._waiting.get(msg.subject)
        if future is None or future.done():
            return  # it came after we had stopped waiting
        if msg.headers and msg.headers.get("Status") == _NO_RESPONDERS:
            future.set_exception(NoRespondersError())
        else:
            future.set_result(msg.data)
