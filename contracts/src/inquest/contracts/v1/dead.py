"""What could not be processed, kept with its reason."""

from pydantic import Field

from inquest.contracts.message import Id, Instant, Message


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
    """Ask the service that may publish a subject to publish the message of a dead letter on it again.

    Attributes:
        stream_seq: of the message that was given up, where its letter has no payload: it is taken from there.
    """

    seq: int
    subject: str
    stream: str
    stream_seq: int = 0
    headers: dict[str, str] = Field(default_factory=dict)
    payload_base64: str
    requested_by: str


class Redriven(Message):
    """What became of it: sent again on its subject, or why not."""

    subject: str
    error: str = ""


class LettersAsked(Message):
    """A service asks for the dead letters of its own consumers, newest first.

    Attributes:
        tenant: whose; `system`: of all, also letters of no tenant.
    """

    tenant: Id
    service: Id
    limit: int = Field(default=100, ge=1, le=1000)


class LetterLine(Message):
    """One dead letter without its content, redacted.

    Attributes:
        tenant: empty where it is of none.
        attempts: how often it was tried.
        redrivable: false where a second copy would falsify what was recorded.
    """

    seq: int
    tenant: str = ""
    subject: str
    stream: str
    stream_seq: int
    consumer: str
    reason: str
    error_type: str
    attempts: int
    dead_at: Instant
    trace_id: str = ""
    redrivable: bool


class LettersFound(Message):
    """The dead letters that were asked for."""

    letters: tuple[LetterLine, ...] = ()


class LettersRedrive(Message):
    """A service asks that messages its own consumers gave up are sent again.

    Attributes:
        tenant: as in LettersAsked.
        seqs: the numbers of the letters; none: all of that service that may be sent again, oldest first, up to 200.
        by: who asked the service.
    """

    tenant: Id
    service: Id
    seqs: tuple[int, ...] = Field(default=(), max_length=200)
    reason: str = ""
    by: str


class LetterSettled(Message):
    """What became of one: the subject it was sent on again, or why it was left."""

    seq: int
    subject: str = ""
    error: str = ""


class LettersSettled(Message):
    """What became of each."""

    letters: tuple[LetterSettled, ...] = ()
