"""What could not be processed, kept with its reason."""

from pydantic import Field

from inquest.contracts.message import Instant, Message


class DeadLetter(Message):
    """A copy of a message that was given up, made before the original was terminated."""

    subject: str
    stream: str
    stream_seq: int
    consumer: str
    reason: str
    error_type: str
    deliveries: int
    dead_at: Instant
    headers: dict[str, str] = Field(default_factory=dict)
    payload_base64: str


class Redrive(Message):
    """Ask the service that may publish a subject to publish the message of a dead letter on it again."""

    seq: int
    subject: str
    stream: str
    headers: dict[str, str] = Field(default_factory=dict)
    payload_base64: str
    requested_by: str


class Redriven(Message):
    """What became of it: sent again on its subject, or why not."""

    subject: str
    error: str = ""
