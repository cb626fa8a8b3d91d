"""Sending the message of a dead letter again, by the service that may publish on its subject."""

import base64
from collections.abc import Mapping

from inquest.bus.dead import BY_REFERENCE, REDRIVABLE
from inquest.bus.port import BusPort, Outgoing, Replier
from inquest.contracts.errors import Impossible, InquestError
from inquest.contracts.latest import Redrive, Redriven
from inquest.contracts.subjects import REDRIVES, match


def publisher_of(subject: str) -> str:
    """Return the service that may send messages on a subject again. Raises Impossible where none may."""
    found = match(subject)
    stream = found[0].stream if found else None
    if found is None or stream not in REDRIVABLE:
        raise Impossible(f"{subject}: a second copy in {stream or 'its stream'} would falsify what was recorded")
    ours = [one for one in found[0].publishers if one in REDRIVES or one == "api"]
    if not ours:
        raise Impossible(f"{subject}: no service publishes it")
    return ours[0]


async def send_again(bus: BusPort, service: str, request: Redrive) -> None:
    """Publish the message once more. Raises Impossible where this service may not, RetryLater."""
    found = match(request.subject)
    if found is None or publisher_of(request.subject) != service:
        raise Impossible(f"{request.subject} is not sent by {service}")
    payload, kept = await _message(bus, request)
    row, keys = found
    # A fresh id: under its own the server would drop it as a repeat. Conditions held at another time.
    headers = {name: value for name, value in kept.items() if not name.startswith("Nats-")}
    await bus.publish_many([Outgoing(row, payload, keys, f"redrive:{request.seq}", headers=headers)])
    if _is_by_reference(request):
        await bus.remove(request.stream, request.stream_seq)  # it lies there anew


def _is_by_reference(request: Redrive) -> bool:
    return request.stream in BY_REFERENCE and not request.payload_base64


async def _message(bus: BusPort, request: Redrive) -> tuple[bytes, Mapping[str, str]]:
    """Return the payload and headers of the message that was given up."""
    if _is_by_reference(request):
        original = await bus.get(request.stream, request.stream_seq)
        if original is None or original.subject != request.subject:
            raise Impossible(f"dead letter {request.seq}: {request.stream} no longer holds its content")
        return original.payload, original.headers
    try:
        return base64.b64decode(request.payload_base64, validate=True), request.headers
    except ValueError as error:  # letters that are no ASCII too
        raise Impossible(f"dead letter {request.seq}: its payload is not base64") from error


def replier(bus: BusPort, service: str) -> Replier:
    """Return what answers the requests to send messages of this service again."""

    async def on_redrive(request: Redrive) -> Redriven:
        try:
            await send_again(bus, service, request)
        except InquestError as error:
            return Redriven(subject=request.subject, error=str(error))
        return Redriven(subject=request.subject)

    return on_redrive
