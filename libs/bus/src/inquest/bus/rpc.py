"""Request/reply, served by FastStream. An error of the replier travels back as a header, not as silence."""

from collections.abc import Mapping
from typing import Any

from faststream.nats import NatsResponse
from faststream.nats.annotations import NatsMessage
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError

from inquest.bus import headers as h
from inquest.bus.codec import decode, encode
from inquest.bus.connection import Connection
from inquest.bus.port import Replier
from inquest.contracts.errors import Impossible, InquestError, RetryLater
from inquest.contracts.message import Message
from inquest.contracts.subjects import Subject
from inquest.telemetry.logs import get_logger
from inquest.telemetry.metrics import HANDLE_SECONDS

WORKERS_MAX = 64


def serve(connection: Connection, service: str, subject: Subject, replier: Replier) -> None:
    """Subscribe a replier in the service's queue group. Takes effect when the broker starts."""
    log = get_logger(service)
    seconds = HANDLE_SECONDS.labels(service, subject.name)

    async def answer(message: NatsMessage) -> NatsResponse:
        try:
            request = decode(subject, {}, message.body)
            check_keys(subject, message.raw_message.subject, request)
            with seconds.time(), h.serving(message.headers, subject.name):
                reply = await replier(request)
            return NatsResponse(encode(reply), headers={h.CONTENT_TYPE: "application/json"})
        except InquestError as error:
            return NatsResponse(b"", headers={h.ERROR: f"{type(error).__name__}: {error}"[:1000]})
        except Exception as error:
            log.exception("request_failed", subject=subject.name)
            return NatsResponse(b"", headers={h.ERROR: f"bug in {service}: {type(error).__name__}"})

    connection.broker.subscriber(subject.pattern(), queue=service, max_workers=WORKERS_MAX)(answer)


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
