"""What a service records and what it only counts, on a bus in memory."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from inquest.audit import AuditLog, Deed
from inquest.audit import log as recording
from inquest.audit.counts import OTHERS, REFUSALS_MAX
from inquest.audit.verify import Held, verify
from inquest.contracts import subjects as s
from inquest.contracts.errors import RetryLater
from inquest.testkit.fixtures import until
from inquest.testkit.memory import MemoryBus

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ACCEPTED = Deed("delivery-accepted", "acme", "generic")
REFUSED = Deed("delivery-refused", "acme", "generic", "unsigned", outcome="refused", peer="192.0.2.1")


@pytest.fixture
def log(memory_bus):
    return AuditLog(memory_bus, "intake", lambda: NOW)


def recorded(bus):
    return [(one.action, one.by, one.count, one.number) for one in bus.published(s.AUDIT_RECORDED)]


async def test_what_happens_all_the_time_is_one_record_with_a_count(memory_bus, log):
    for _ in range(1000):
        log.note(ACCEPTED)
    assert recorded(memory_bus) == []  # nothing was waited for
    await log.close()
    assert recorded(memory_bus) == [("delivery-accepted", "generic", 1000, 1)]
    (checkpoint,) = memory_bus.published(s.AUDIT_CHECKPOINT)
    assert (checkpoint.number, checkpoint.hash) == (1, memory_bus.published(s.AUDIT_RECORDED)[0].hash)


async def test_what_is_counted_keeps_its_hashes_or_where_they_are_many_their_digest(memory_bus, log):
    few, many = replace(ACCEPTED, about="few"), replace(ACCEPTED, about="many")
    for digest in ("b", "a"):
        log.note(few, digest)
    for n in range(65):
        log.note(many, f"{n:02}")
    await log.close()
    first, second = memory_bus.published(s.AUDIT_RECORDED)
    assert (first.count, first.hashes) == (2, ("a", "b"))
    assert first.hashes_digest == hashlib.sha256(b"a\nb").hexdigest()
    assert (second.count, second.hashes) == (65, ())
    assert second.hashes_digest == hashlib.sha256("\n".join(f"{n:02}" for n in range(65)).encode()).hexdigest()


async def test_a_refusal_is_on_disk_before_it_is_answered_and_its_repeats_are_counted(memory_bus, log):
    for _ in range(50):
        await log.refused(REFUSED)
    assert recorded(memory_bus) == [("delivery-refused", "generic", 1, 1)]
    await log.close()
    assert recorded(memory_bus)[1:] == [("delivery-refused", "generic", 49, 2)]


async def test_the_window_writes_what_was_counted(memory_bus, log, monkeypatch):
    monkeypatch.setattr(recording, "WINDOW_S", 0.01)
    log.note(ACCEPTED)
    await until(lambda: bool(recorded(memory_bus)))
    await log.close()


async def test_a_flood_of_different_strangers_is_bounded(memory_bus, log):
    for n in range(500):
        await log.refused(
            Deed("delivery-refused", "acme", "generic", "unsigned", outcome="refused", peer=f"10.0.0.{n}")
        )
    await log.close()
    found = memory_bus.published(s.AUDIT_RECORDED)
    assert len(found) <= REFUSALS_MAX + 2
    assert sum(one.count for one in found) == 500
    assert OTHERS in {one.by for one in found}


async def test_what_comes_from_outside_is_redacted_and_cut_before_it_is_hashed(memory_bus, log):
    await log.record(Deed("panic-on", "acme", "ada", "password=hunter2secret " + "x" * 5000))
    (record,) = memory_bus.published(s.AUDIT_RECORDED)
    assert "hunter2" not in record.reason
    assert len(record.reason) <= recording.TEXT_CHARS_MAX
    await log.close()


class AwayBus(MemoryBus):
    """Refuses everything until it is back."""

    def __init__(self):
        super().__init__()
        self.is_away = True

    async def publish(self, subject, message, **rest):
        if self.is_away:
            raise RetryLater("away")
        return await super().publish(subject, message, **rest)

    async def publish_batch(self, items):
        if self.is_away:
            raise RetryLater("away")
        return await super().publish_batch(items)


async def test_what_does_not_fit_in_memory_while_the_bus_is_away_is_counted_as_lost(monkeypatch):
    monkeypatch.setattr(recording, "WAITING_MAX", 10)
    monkeypatch.setattr(recording, "WRITTEN_S_MAX", 0.05)
    monkeypatch.setattr(recording, "RETRY_S", 0.01)
    bus = AwayBus()
    log = AuditLog(bus, "api", lambda: NOW)
    asked = await asyncio.gather(
        *(log.record(Deed("panic-on", "acme", f"p{n}")) for n in range(15)), return_exceptions=True
    )
    assert all(isinstance(one, RetryLater) for one in asked)
    bus.is_away = False
    await log.record(Deed("panic-off", "acme", "ada"))
    await log.close()
    found = bus.published(s.AUDIT_RECORDED)
    lost = [one.count for one in found if one.action == "records-lost"]
    assert len(found) - len(lost) + sum(lost) == 16
    held = [Held(seq, "", one.model_dump_json().encode()) for seq, one in enumerate(found, 1)]
    assert verify(held).findings == ()
