"""What the server says of a message that nobody managed to settle. Pure."""

import base64
from collections.abc import Mapping

from pydantic import ValidationError

from inquest.contracts.errors import Impossible
from inquest.contracts.latest import DeadLetter, Instant, Message
from inquest.contracts.text import flaws

# Their own failures must not raise advisories about advisories.
IGNORED_STREAMS = frozenset({"ADVISORIES", "DEAD"})


class MaxDeliveries(Message):
    """The fields we need of `io.nats.jetstream.advisory.v1.max_deliver`, as nats-server documents it."""

    stream: str
    consumer: str
    stream_seq: int
    deliveries: int
    timestamp: Instant


def parse_advisory(payload: bytes) -> MaxDeliveries:
    """Return the advisory. Raises Impossible on anything else."""
    try:
        return MaxDeliveries.model_validate_json(payload)
    except ValidationError as error:
        raise Impossible(f"not a max-deliveries advisory: {flaws(error)}") from error


def dead_letter(advisory: MaxDeliveries, *, subject: str, headers: Mapping[str, str], payload: bytes) -> DeadLetter:
    """Return the dead letter of the message that the advisory is about."""
    return DeadLetter(
        subject=subject,
        stream=advisory.stream,
        stream_seq=advisory.stream_seq,
        consumer=advisory.consumer,
        reason=(
            f"delivered {advisory.deliveries} times and never settled: its handler hung or its process died each time"
        ),
        error_type="MaxDeliveries",
        deliveries=advisory.deliveries,
        dead_at=advisory.timestamp,
        headers=dict(headers),
        payload_base64=base64.b64encode(payload).decode(),
    )
