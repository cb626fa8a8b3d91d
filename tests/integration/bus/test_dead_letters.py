import base64
import os
from datetime import UTC, datetime

import pytest
from inquest.bus.bus import Bus
from inquest.bus.dead import PAYLOAD_BYTES_MAX, Buried, read_letters, redrive
from inquest.bus.port import Delivery
from inquest.contracts import subjects as s
from inquest.contracts.errors import Impossible, NotFound
from inquest.contracts.topology import consumer
from inquest.contracts.v1.dead import DeadLetter
from inquest.testkit.fixtures import running, until

INCIDENT = "evt.incident.opened.v1.acme.i1"
COMMAND = "cmd.investigation.start.v1.acme.i1"


async def letters(bus: Bus) -> list[Buried]:
    return [one async for one in read_letters(bus.connection, 50)]


async def refuse(message: object, delivery: Delivery) -> None:
    raise Impossible("always")


def letter(subject: str, stream: str, seq: int, payload: bytes) -> DeadLetter:
    return DeadLetter(
        subject=subject,
        stream=stream,
        stream_seq=seq,
        consumer="planner-commands",
        reason="x",
        error_type="MaxDeliveries",
        deliveries=10,
        dead_at=datetime.now(UTC),
        headers={"Nats-Msg-Id": "c1", "Content-Type": "application/json"},
        payload_base64=base64.b64encode(payload).decode(),
    )


async def test_a_payload_that_fits_no_letter_is_buried_without_it(bus: Bus) -> None:
    bus.handle(consumer("planner-incidents"), refuse)
    body = b"{" + os.urandom(PAYLOAD_BYTES_MAX + 500_000)
    async with running(bus):
        await bus.connection.js.publish(INCIDENT, body)
        await until(lambda: _count(bus, 1))
    (buried,) = await letters(bus)
    assert buried.letter.payload_base64 == ""
    assert "too large for a dead letter" in buried.letter.reason
    assert await redrive(bus.connection, buried.seq) == INCIDENT  # the stream still holds the original
    again = await bus.get("INCIDENTS", buried.letter.stream_seq + 1)
    assert again is not None
    assert again.payload == body


async def test_a_raw_delivery_is_never_copied_and_is_sent_again_from_where_it_lies(bus: Bus) -> None:
    bus.handle(consumer("intake-deliveries"), refuse)
    async with running(bus):
        sent = await bus.publish(s.INGEST_DELIVERY, b"body", headers={"ce-id": "1"}, source="generic", tenant="acme")
        await until(lambda: _count(bus, 1))
    (buried,) = await letters(bus)
    assert buried.letter.payload_base64 == ""
    assert set(buried.letter.headers) <= {"traceparent", "Inquest-Tenant", "Inquest-Cause"}
    assert await redrive(bus.connection, buried.seq) == "ingest.generic.acme"
    assert await bus.get("INGEST", sent.seq) is None
    again = await bus.get("INGEST", sent.seq + 1)
    assert again is not None
    assert (again.payload, again.headers["ce-id"]) == (b"body", "1")


async def _count(bus: Bus, wanted: int) -> bool:
    return len(await letters(bus)) == wanted


async def test_a_subject_outside_the_table_is_dead_at_once(bus: Bus) -> None:
    seen: list[Delivery] = []

    async def handler(message: object, delivery: Delivery) -> None:
        seen.append(delivery)

    bus.handle(consumer("intake-deliveries"), handler)
    async with running(bus):
        await bus.connection.js.publish("ingest.no-tenant", b"{}")
        await until(lambda: _count(bus, 1))
    (buried,) = await letters(bus)
    assert "ingest.no-tenant" in buried.letter.reason
    assert seen == []


async def test_redriving_reaches_the_handler_and_removes_the_letter(bus: Bus) -> None:
    mended = False
    seen: list[bytes] = []

    async def handler(message: bytes, delivery: Delivery) -> None:
        if not mended:
            raise Impossible("not yet")
        seen.append(message)

    bus.handle(consumer("intake-deliveries"), handler)
    async with running(bus):
        await bus.publish(s.INGEST_DELIVERY, b"{}", msg_id="d1", source="generic", tenant="acme")
        await until(lambda: _count(bus, 1))
        mended = True
        await redrive(bus.connection, (await letters(bus))[0].seq)
        await until(lambda: _seen(seen))
    assert seen == [b"{}"]
    assert await letters(bus) == []
    with pytest.raises(NotFound):
        await redrive(bus.connection, 1)


async def _seen(seen: list[bytes]) -> bool:
    return bool(seen)


async def test_a_truth_stream_gets_no_second_copy(bus: Bus) -> None:
    await bus.bury(letter("evt.verdict.reached.v1.acme.i1", "VERDICTS", 3, b"{}"))
    (buried,) = await letters(bus)
    with pytest.raises(Impossible, match="falsify"):
        await redrive(bus.connection, buried.seq)
    assert len(await letters(bus)) == 1


async def test_what_the_server_gave_up_leaves_its_work_queue(bus: Bus) -> None:
    await bus.connection.js.publish(COMMAND, b"poison")
    await bus.bury(letter(COMMAND, "COMMANDS", 1, b"poison"))
    await bus.bury(letter(COMMAND, "COMMANDS", 1, b"poison"))  # a repeat
    assert await bus.get("COMMANDS", 1) is None
    (buried,) = await letters(bus)
    assert await redrive(bus.connection, buried.seq) == COMMAND
    again = await bus.get("COMMANDS", 2)
    assert again is not None
    assert again.headers["Nats-Msg-Id"] == f"redrive:{buried.seq}"
    assert again.payload == b"poison"


async def test_what_is_no_letter_is_passed_over(bus: Bus) -> None:
    await bus.connection.js.publish("dead.x", b"somebody else's")
    assert await letters(bus) == []
