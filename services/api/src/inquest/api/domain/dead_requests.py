"""Bodies, parameters and answers of the operations on dead letters, and their table. Pure."""

from pydantic import Field

from inquest.api.domain.operation import Operation
from inquest.api.domain.requests import Answer, Asked, TenantQuery, Words
from inquest.contracts.latest import Instant

LETTERS_MAX = 200  # in one request
DEAD = "/v1/dead"


class DeadQuery(TenantQuery):
    """Which dead letters to list."""

    limit: int = Field(default=100, ge=1, le=1000, description="How many, newest first.")
    consumer: str = Field(default="", max_length=100, description="Only what this consumer gave up.")


class DeadLine(Answer):
    """One message that could not be processed."""

    seq: int = Field(description="Its number.")
    tenant: str = Field(description="Empty: of no tenant.")
    subject: str
    stream: str
    stream_seq: int
    consumer: str
    reason: str
    error_type: str
    attempts: int = Field(description="How often it was tried.")
    dead_at: Instant
    trace_id: str = Field(default="", description="`inquest trace` and the tracing system know it.")
    redrivable: bool = Field(description="False: a second copy would falsify what was recorded.")


class DeadLetters(Answer):
    """Newest first."""

    letters: tuple[DeadLine, ...]


class DeadDetail(DeadLine):
    """One message with what it holds."""

    headers: dict[str, str] = Field(description="Redacted.")
    payload: str = Field(description="As text, redacted and cut; empty where it was too large to keep.")
    payload_bytes: int


class RedriveBody(Asked):
    """Which messages to send again."""

    seqs: tuple[int, ...] = Field(min_length=1, max_length=LETTERS_MAX)
    reason: Words = Field(default="", max_length=500)


class DiscardBody(Asked):
    """Which messages to give up for good, and why."""

    seqs: tuple[int, ...] = Field(min_length=1, max_length=LETTERS_MAX)
    reason: Words = Field(min_length=1, max_length=500)


class Settled(Answer):
    """What became of one: the subject it was sent on again (empty: discarded), or why it was left."""

    seq: int
    subject: str = ""
    error: str = ""


class SettledAll(Answer):
    """What became of each, in the order in which they were asked for."""

    letters: tuple[Settled, ...]


DEAD_OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "list_dead_letters",
        "GET",
        DEAD,
        "Messages that could not be processed, newest first",
        "dead.read",
        "DeadLetterService.List",
        DeadQuery,
        None,
        DeadLetters,
    ),
    Operation(
        "get_dead_letter",
        "GET",
        f"{DEAD}/{{seq}}",
        "One of them, with reason, attempts, trace and content",
        "dead.read",
        "DeadLetterService.Get",
        TenantQuery,
        None,
        DeadDetail,
    ),
    Operation(
        "redrive_dead_letters",
        "POST",
        f"{DEAD}/redrive",
        "Send one or many again, once their fault is mended",
        "dead.settle",
        "DeadLetterService.Redrive",
        TenantQuery,
        RedriveBody,
        SettledAll,
    ),
    Operation(
        "discard_dead_letters",
        "POST",
        f"{DEAD}/discard",
        "Give one or many up for good",
        "dead.settle",
        "DeadLetterService.Discard",
        TenantQuery,
        DiscardBody,
        SettledAll,
    ),
)
