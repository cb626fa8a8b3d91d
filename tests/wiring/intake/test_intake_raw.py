"""Raw deliveries: sealed as they come, waiting for a key that is gone, and never told."""

import json
from datetime import UTC, datetime

import pytest
from inquest.bus.redrive import send_again
from inquest.config.keyring import Keyring
from inquest.contracts import subjects as s
from inquest.contracts.errors import Conflict, RetryLater
from inquest.contracts.latest import Redrive
from inquest.contracts.topology import DELIVERIES, consumer
from inquest.intake.domain.source import Source
from inquest.intake.domain.sources import SOURCES
from inquest.intake.settings import Settings
from pydantic import ValidationError
from structlog.testing import capture_logs

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "planted-hunter2"
KEPT = "evt.delivery.kept.v1.acme.generic"


@pytest.fixture
def ring(monkeypatch):
    """The keyring that intake has, and how to change it."""

    def put(ring: Keyring) -> Keyring:
        monkeypatch.setenv("RING", ring.render())
        return ring

    monkeypatch.setenv("INQUEST_RAW_KEYS_REF", "env:RING")
    return put


def ages(intake) -> None:
    """Let the time pass after which a changed keyring is noticed."""
    intake.webhooks.keeper.vault._looked_at -= 60


async def test_a_delivery_whose_key_is_gone_waits_is_given_up_and_can_be_sent_again(ring, make_intake):
    first = ring(Keyring.begin(NOW))
    intake = await make_intake()
    promised = (await intake.post(intake.generic(note=[SECRET]), "gen", source="generic")).json()["signal_ids"]
    ring(first.rotated(NOW).without(first.current))
    ages(intake)
    await intake.bus.settle()
    assert intake.bus.published(s.SIGNAL_RECEIVED) == []
    ((subject, reason),) = intake.bus.dead
    assert subject == KEPT
    assert reason.startswith(f"raw key {first.current} is not in the keyring: put it back")
    ring(first)
    ages(intake)
    request = Redrive(seq=1, subject=KEPT, stream="INGEST", stream_seq=1, payload_base64="", requested_by="ann")
    await send_again(intake.bus, "intake", request)
    await intake.bus.settle()
    assert [one.signal_id for one in intake.bus.published(s.SIGNAL_RECEIVED)] == promised


async def test_a_rotation_changes_no_signal_and_a_repeat_is_the_same_signal(ring, make_intake):
    first = ring(Keyring.begin(NOW))
    intake = await make_intake()
    body = intake.generic()
    promised = [(await intake.post(body, "gen", source="generic")).json()["signal_ids"] for _ in range(2)]
    ring(first.rotated(NOW))
    ages(intake)
    promised.append((await intake.post(body, "gen", source="generic")).json()["signal_ids"])
    await intake.bus.settle()
    assert [one.signal_id for one in intake.bus.published(s.SIGNAL_RECEIVED)] == promised[0]
    assert promised[0] == promised[1] == promised[2]
    keys = {row.headers["Inquest-Raw-Key"] for row in intake.bus._rows if row.subject == KEPT}
    assert len(keys) == 2


async def test_while_no_key_can_be_had_senders_are_asked_to_come_again(ring, make_intake, monkeypatch):
    ring(Keyring.begin(NOW))
    intake = await make_intake()
    vault = intake.webhooks.keeper.vault
    vault._ring = None
    monkeypatch.setenv("RING", "")
    answer = await intake.post(intake.generic(), "gen", source="generic")
    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
    with pytest.raises(RetryLater, match="keyring of raw deliveries"):
        await intake.service.pings["raw-keys"]()
    await intake.deliver(intake.generic())
    assert {subject for subject, _ in intake.bus.dead} == {"ingest.generic.acme"}
    assert intake.bus.published(s.INGEST_DELIVERY) == [intake.generic()]  # where it was, to be sent again


async def test_what_came_in_plain_text_is_sealed_as_it_came_and_erased(intake):
    headers = {"ce-subject": SECRET, "Inquest-Via": "webhook", "Inquest-Received-At": "2001-01-01T00:00:00Z"}
    await intake.deliver(intake.generic(note=[SECRET]), **headers)
    assert intake.bus.published(s.INGEST_DELIVERY) == []
    (row,) = [row for row in intake.bus._rows if row.subject == KEPT]
    assert SECRET not in json.dumps(row.headers)
    assert SECRET.encode() not in row.payload
    (content,) = await intake.kept()
    assert content.headers["ce-subject"] == SECRET
    assert "Inquest-Via" not in content.headers  # nobody outside says that it came over HTTP
    (signal,) = intake.bus.published(s.SIGNAL_RECEIVED)
    assert (signal.received_at, signal.payload_bytes) == (NOW, len(intake.generic(note=[SECRET])))
    assert len(signal.payload_hash) == 40


async def test_the_same_plain_message_twice_is_sealed_once(intake):
    remove = intake.bus.remove
    intake.bus.remove = _lost
    await intake.bus.publish(s.INGEST_DELIVERY, intake.generic(), source="generic", tenant="acme")
    handler = next(queue for queue in intake.bus._queues if queue.consumer.durable == "intake-deliveries").batch_handler
    delivery = await intake.bus.get("INGEST", 1)
    assert isinstance((await handler([(delivery.payload, delivery)]))[0], Conflict)
    intake.bus.remove = remove
    await intake.bus.settle()
    assert len(await intake.kept()) == 1
    assert len(intake.bus.published(s.SIGNAL_RECEIVED)) == 1


async def _lost(*_: object) -> None:
    raise Conflict("the server is away")


async def test_a_large_one_from_the_bus_is_sealed_in_the_object_store(intake):
    await intake.deliver(intake.generic(note=[SECRET * 30_000]))
    (signal,) = intake.bus.published(s.SIGNAL_RECEIVED)
    assert SECRET.encode() not in await intake.bus.objects(DELIVERIES).get(signal.payload_ref)


async def test_a_reader_with_a_bug_tells_nothing_of_what_it_read(intake, monkeypatch):
    def read(body, _):
        raise KeyError(body["note"])

    monkeypatch.setitem(SOURCES, "generic", Source("generic", read))
    with capture_logs() as logs:
        answer = await intake.post(intake.generic(note=SECRET), "gen", source="generic")
        await intake.bus.settle()
    assert answer.json()["status"] == "accepted"
    ((_, reason),) = intake.bus.dead
    assert reason.startswith("KeyError at test_intake_raw.py:")
    assert SECRET not in json.dumps(logs, default=str)
    assert SECRET not in "".join(map(str, intake.bus.errors))


async def test_what_the_server_gave_up_is_buried_without_its_content(intake, monkeypatch):
    buried = []

    async def bury(letter):
        buried.append(letter)

    monkeypatch.setattr(intake.bus, "bury", bury)
    await intake.post(intake.generic(note=[SECRET]), "gen", source="generic")
    handler = next(one for one in intake.bus._queues if one.consumer == consumer("intake-advisories")).handler
    said = {"stream": "INGEST", "consumer": "intake-deliveries", "deliveries": 10, "timestamp": NOW.isoformat()}
    for seq in (1, 2, 99):
        await handler(json.dumps({**said, "stream_seq": seq}).encode(), None)
    (letter,) = [one for one in buried if one.stream == "INGEST" and one.subject == KEPT]
    assert (letter.payload_base64, letter.error_type) == ("", "MaxDeliveries")


def test_without_a_keyring_intake_does_not_start(monkeypatch, tmp_path):
    monkeypatch.delenv("INQUEST_RAW_KEYS_REF")
    with pytest.raises(ValidationError, match="INQUEST_RAW_KEYS_REF is not set: `inquest raw-keys new`"):
        Settings(data_dir=tmp_path)
    with pytest.raises(ValidationError, match="held by reference"):
        Settings(data_dir=tmp_path, raw_keys_ref="hunter2")
    assert Settings(data_dir=tmp_path, raw_keys_ref="none").keyring == "none"
