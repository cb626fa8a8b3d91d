"""What a hostile or broken publisher can do on the bus, on a real server: each of these was found by `make fuzz`."""

import os
import signal
from pathlib import Path

import pytest
from inquest.bus import reader
from inquest.bus.bus import Bus
from inquest.bus.gets import BACK_FIRST
from inquest.bus.port import Outgoing
from inquest.bus.publisher import BATCH_MESSAGES_MAX
from inquest.bus.server import NatsServer
from inquest.contracts import subjects as s
from inquest.contracts import topology
from inquest.contracts.codec import PROTOBUF, encode
from inquest.contracts.errors import Impossible, RetryLater
from inquest.testkit.fixtures import running, until
from inquest.testkit.stories import InvestigationBuilder
from inquest.tracestore.handlers import _json


async def test_a_subject_outside_the_table_is_a_dead_letter_of_a_batch(bus: Bus) -> None:
    taken: list[object] = []

    async def handler(batch):
        taken.extend(batch)

    bus.handle_batch(topology.consumer("intake-deliveries"), handler)
    await bus.connection.js.publish("ingest.generic", b"{}")
    await bus.publish(s.INGEST_DELIVERY, b"{}", source="generic", tenant="acme")
    async with running(bus):
        await until(lambda: len(taken) == 1)
        letters = [one async for one in bus.newest("DEAD", f"{s.DEAD_PREFIX}.>", back_max=5)]
    assert [one.subject for one in letters] == ["dead.ingest.generic"]


async def test_what_the_client_refuses_is_impossible_and_no_bug(bus: Bus) -> None:
    one = InvestigationBuilder().signal()
    with pytest.raises(Impossible, match="header"):
        await bus.publish(s.SIGNAL_RECEIVED, one, headers={"a\x01b": "c"}, tenant="acme", signal="one")
    with pytest.raises(Impossible):
        await bus.publish(s.SIGNAL_RECEIVED, bytes(3 * 1024 * 1024), tenant="acme", signal="one")


async def test_a_batch_has_a_size(bus: Bus) -> None:
    one = Outgoing(s.SIGNAL_RECEIVED, b"{}", {"tenant": "acme", "signal": "one"})
    with pytest.raises(Impossible, match=str(BATCH_MESSAGES_MAX)):
        await bus.publish_batch([one] * (BATCH_MESSAGES_MAX + 1))


async def test_a_list_of_letters_ends(bus: Bus) -> None:
    count = 2 * BACK_FIRST
    for number in range(count):
        await bus.connection.js.publish(f"dead.evt.x.{number}", str(number).encode())
    pattern = f"{s.DEAD_PREFIX}.>"
    seqs = [one.stream_seq async for one in bus.newest("DEAD", pattern, back_max=10 * count)]
    assert seqs == list(range(count, 0, -1))
    assert len([one async for one in bus.newest("DEAD", pattern, back_max=5)]) == 5
    assert [one async for one in bus.newest("AUDIT", "evt.>", back_max=5)] == []


def test_protobuf_and_garbage_are_kept_as_json() -> None:
    builder = InvestigationBuilder()
    sent = builder.notice_sent()

    class Envelope:
        def __init__(self, headers, payload):
            self.headers, self.payload = headers, payload

    kept = _json(sent, Envelope({"Content-Type": PROTOBUF}, encode(sent)))
    assert type(sent).model_validate_json(kept) == sent
    assert _json(b"\xff{", Envelope({}, b"\xff{")) == '"\ufffd{"'.encode()
    assert _json(b'{"a": 1}', Envelope({}, b'{"a": 1}')) == b'{"a": 1}'


async def test_reading_back_has_an_end(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "READ_MESSAGES_MAX", 3)
    one = InvestigationBuilder().signal()
    for number in range(4):
        await bus.publish(s.SIGNAL_RECEIVED, one, tenant="acme", signal=f"s{number}")
    with pytest.raises(Impossible, match="more than 3"):
        await bus.read(s.SIGNAL_RECEIVED, tenant="acme")


@pytest.mark.slow
async def test_a_late_answer_to_a_ping_breaks_no_connection(bus: Bus, nats_server: NatsServer) -> None:
    lost: list[str] = []
    bus.connection.on_reconnect.append(lambda: lost.append("reconnected"))
    assert nats_server.pid is not None
    os.kill(nats_server.pid, signal.SIGSTOP)
    await until(lambda: Path(f"/proc/{nats_server.pid}/stat").read_text().split()[2] == "T")
    try:
        with pytest.raises(RetryLater):
            await bus.ping()
    finally:
        os.kill(nats_server.pid, signal.SIGCONT)
    await bus.ping()
    await bus.connection.client.flush()
    assert lost == []
