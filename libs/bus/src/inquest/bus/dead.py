"""Dead letters: kept with their reason, listed, and sent again (ADR 0005)."""

import base64
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from nats.errors import Error as NatsError
from nats.js.api import RawStreamMsg
from nats.js.errors import APIError, NotFoundError
from pydantic import ValidationError

from inquest.bus import headers as h
from inquest.bus.connection import Connection
from inquest.bus.port import Delivery
from inquest.contracts.errors import Impossible, NotFound, RetryLater
from inquest.contracts.streams import WORK_QUEUES
from inquest.contracts.subjects import DEAD_PREFIX
from inquest.contracts.topology import RAW_STREAM
from inquest.contracts.v1.dead import DeadLetter

DEAD_STREAM = "DEAD"
HEADERS_MAX = 40
REASON_CHARS_MAX = 2000
# As base64 inside JSON it must still fit one message of the server (`max_payload`, 2 MB).
PAYLOAD_BYTES_MAX = 1024 * 1024

# What may be published a second time: work, and facts whose readers know a repeat by its id. A second copy in a truth
# stream would be a second event of an aggregate, and in a record of what happened a thing that did not happen.
REDRIVABLE = WORK_QUEUES | {"INGEST", "SIGNALS", "INCIDENTS", "TIMERS"}
# What intake alone may read is not copied: the letter names the message, which is deleted with the rest (ADR 0020).
BY_REFERENCE = frozenset({RAW_STREAM})
_HEADERS_SHOWN = ("traceparent", h.TENANT, h.CAUSE)


@dataclass(frozen=True, slots=True)
class Buried:
    """A dead letter at its place in stream DEAD."""

    seq: int
    letter: DeadLetter


def letter_of(delivery: Delivery, durable: str, error: BaseException | None, now: datetime) -> DeadLetter:
    """Return the dead letter of a delivery that is given up; a payload over PAYLOAD_BYTES_MAX is left out of it."""
    return DeadLetter(
        subject=delivery.subject,
        stream=delivery.stream,
        stream_seq=delivery.stream_seq,
        consumer=durable,
        reason=str(error)[:REASON_CHARS_MAX],
        error_type=type(error).__name__,
        deliveries=delivery.attempt,
        dead_at=now,
        headers=dict(list(delivery.headers.items())[:HEADERS_MAX]),
        payload_base64=base64.b64encode(delivery.payload).decode(),
    )


async def bury(connection: Connection, letter: DeadLetter) -> None:
    """Store a dead letter under `dead.<subject>`, once per message and consumer; waits for the ack."""
    await connection.js.publish(
        f"{DEAD_PREFIX}.{letter.subject.removeprefix('$')}",
        _fitting(letter).model_dump_json().encode(),
        headers={h.MSG_ID: f"dead:{letter.consumer}:{letter.stream}:{letter.stream_seq}"},
    )


def _fitting(letter: DeadLetter) -> DeadLetter:
    if letter.stream in BY_REFERENCE:
        note = f"{letter.reason} (its content stays in {letter.stream} as message {letter.stream_seq})"
        headers = {name: text for name, text in letter.headers.items() if name in _HEADERS_SHOWN}
        return letter.model_copy(update={"payload_base64": "", "reason": note, "headers": headers})
    size = len(letter.payload_base64) * 3 // 4
    if size <= PAYLOAD_BYTES_MAX:
        return letter
    note = f"{letter.reason} (the payload of {size} bytes is too large for a dead letter and is left out)"
    return letter.model_copy(update={"payload_base64": "", "reason": note})


async def remove_original(connection: Connection, letter: DeadLetter) -> None:
    """Delete the original from a work queue, where it would lie for ever once the server has given it up."""
    if letter.stream not in WORK_QUEUES:
        return
    try:
        await connection.js.delete_msg(letter.stream, letter.stream_seq)
    except APIError:
        if await _stored(connection, letter.stream, letter.stream_seq) is not None:
            raise


async def read_letters(connection: Connection, count_max: int) -> AsyncIterator[Buried]:
    """Yield the dead letters, newest first, at most `count_max`. Raises RetryLater."""
    try:
        state = (await connection.js.stream_info(DEAD_STREAM)).state
        found, seq = 0, state.last_seq
        while seq >= max(state.first_seq, 1) and found < count_max:
            if (letter := await _letter(connection, seq)) is not None:
                found += 1
                yield Buried(seq, letter)
            seq -= 1
    except (NatsError, TimeoutError) as error:
        raise _unread(error) from error


async def letter(connection: Connection, seq: int) -> DeadLetter:
    """Return one dead letter. Raises NotFound, RetryLater."""
    try:
        found = await _letter(connection, seq)
    except (NatsError, TimeoutError) as error:
        raise _unread(error) from error
    if found is None:
        raise NotFound(f"there is no dead letter {seq}; `inquest dead list` shows those there are")
    return found


async def redrive(connection: Connection, seq: int) -> str:
    """Publish the message of a dead letter again and remove the letter; returns the subject.

    Raises NotFound where there is no such letter, Impossible where a second copy would falsify a record, RetryLater.
    """
    found = await letter(connection, seq)
    try:
        if found.stream not in REDRIVABLE:
            raise Impossible(
                f"dead letter {seq}: a second copy in {found.stream} would falsify what was recorded; "
                f"the original still lies there as message {found.stream_seq}"
            )
        payload, kept = await _message(connection, found)
        # A fresh id: under its own the server would drop it as a repeat. Conditions held at another time.
        headers = {name: value for name, value in kept.items() if not name.startswith("Nats-")}
        headers[h.MSG_ID] = f"redrive:{seq}"
        await connection.js.publish(found.subject, payload, headers=headers)
        if found.stream in BY_REFERENCE and await _stored(connection, found.stream, found.stream_seq):
            await connection.js.delete_msg(found.stream, found.stream_seq)  # it lies there anew
        await connection.js.delete_msg(DEAD_STREAM, seq)
    except (NatsError, TimeoutError) as error:
        raise _unread(error) from error
    return found.subject


async def _message(connection: Connection, letter: DeadLetter) -> tuple[bytes, Mapping[str, str]]:
    """Return the payload and headers of the message that was given up, where these are."""
    if letter.payload_base64:
        return base64.b64decode(letter.payload_base64), letter.headers
    original = await _stored(connection, letter.stream, letter.stream_seq)
    if original is None:
        raise Impossible(f"its content was not copied to its dead letter, and {letter.stream} no longer holds it")
    return original.data or b"", (original.headers or {}) if letter.stream in BY_REFERENCE else letter.headers


async def _letter(connection: Connection, seq: int) -> DeadLetter | None:
    stored = await _stored(connection, DEAD_STREAM, seq)
    try:
        return DeadLetter.model_validate_json(stored.data or b"") if stored else None
    except ValidationError:  # somebody else's message: no letter of ours
        return None


async def _stored(connection: Connection, stream: str, seq: int) -> RawStreamMsg | None:
    try:
        return await connection.js.get_msg(stream, seq)
    except NotFoundError:
        return None


def _unread(error: BaseException) -> RetryLater:
    return RetryLater(f"stream {DEAD_STREAM}: {error or type(error).__name__}")
