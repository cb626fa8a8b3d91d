"""Request/reply, served by FastStream. An error of the replier travels back as a header, not as silence."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from faststream.nats import NatsResponse
from faststream.nats.annotations import NatsMessage
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError

from inquest.bus import headers as h
from inquest.bus.codec import decode, encode
from inquest.bus.connection import Connection
from inquest.bus.flights import Flights, Work
from inquest.bus.port import Replier
from inquest.contracts.errors import Impossible, InquestError, RetryLater
from inquest.contracts.message import Message
from inquest.contracts.subjects import Subject
from inquest.telemetry.logs import get_logger
from inquest.telemetry.metrics import HANDLE_SECONDS

WORKERS_MAX = 64
INBOX = "_INBOX."
LEAVE_S_MAX = 2.0


class Answering:
    """The requests of one subject, answered in the service's queue group. Takes effect when the broker starts."""

    def __init__(self, connection: Connection, service: str, subject: Subject, replier: Replier) -> None:
        self._service = service
        self._subject = subject
        self._replier = replier
        self._flights = Flights()
        self._log = get_logger(service)
        self._seconds = HANDLE_SECONDS.labels(service, subject.name)
        self._subscriber: Any = connection.broker.subscriber(subject.pattern(), queue=service, max_workers=WORKERS_MAX)
        self._subscriber(self._answer)

    @property
    def work(self) -> Work:
        """What it has in hand."""
        return Work(self._subject.name, "", self._flights.open)

    async def drain(self, limit_s: float) -> int:
        """Leave the queue group, so that other replicas are asked; wait, at most `limit_s`, for the answers begun.

        Returns how many had not ended: they are answered all the same, unless the process ends before.
        """
        subscription, self._subscriber.subscription = self._subscriber.subscription, None
        if subscription is not None:
            with suppress(NatsError, TimeoutError):  # the server is away: nobody asks
                async with asyncio.timeout(LEAVE_S_MAX):
                    await subscription.drain()
        return 0 if await self._flights.idle_within(limit_s) else self._flights.open

    async def resume(self) -> None:
        """Join the queue group again."""
        if self._subscriber.subscription is None:
            await self._subscriber.stop()
            await self._subscriber.start()

    async def _answer(self, message: NatsMessage) -> NatsResponse:
        if not message.reply_to.startswith(INBOX):
            # Whoever asks must not have us publish where they may not; the work itself is as good as any.
            self._log.warning("answer_withheld", subject=self._subject.name, reply_to=message.reply_to)
            message.reply_to = ""
        try:
            request = decode(self._subject, {}, message.body)
            check_keys(self._subject, message.raw_message.subject, request)
            with self._flights.taken(1), self._seconds.time(), h.serving(message.headers, self._subject.name):
                reply = await self._replier(request)
            return NatsResponse(encode(reply), headers={h.CONTENT_TYPE: "application/json"})
        except InquestError as error:
            return NatsResponse(b"", headers={h.ERROR: f"{type(error).__name__}: {error}"[:1000]})
        except Exception as error:  # noqa: BLE001 - who asked is told, not left waiting
            self._log.exception("request_failed", subject=self._subject.name)
            return NatsResponse(b"", headers={h.ERROR: f"bug in {self._service}: {type(error).__name__}"})


def check_keys(subject: Subject, concrete: str, request: Any) -> None:
    """Raise Impossible when a request says another tenant (or other key) than its subject, which permissions guard."""
    for key, token in (subject.parse(concrete) or {}).items():
        if getattr(request, key, token) != token:
            raise Impossible(f"{concrete}: the request says {key}={getattr(request, key)!r}")


async def request(
    connection: Connection, subject: Subject, message: Message, timeout_s: float, keys: Mapping[str, str]
) -> Any:
    """See BusPort.request."""
    concrete = subject.render(**keys)
    try:
        reply = await connection.client.request(
            concrete, encode(message), timeout=timeout_s, headers=h.outgoing(keys, None, None, {})
        )
    except NoRespondersError as error:
        raise RetryLater(f"{concrete}: nobody answers; is the service up?") from error
    except (NatsError, TimeoutError) as error:
        raise RetryLater(f"{concrete}: no answer within {timeout_s} s") from error
    failure = (reply.headers or {}).get(h.ERROR)
    if failure is not None:
        raise (Impossible if failure.startswith("Impossible") else RetryLater)(f"{concrete}: {failure}")
    if subject.reply is None:
        return reply.data
    return subject.reply.model_validate_json(reply.data)
