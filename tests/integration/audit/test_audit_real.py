"""The audit on a real server: chains of several writers, batches, lost acks, what a restart and an edit leave."""

import asyncio

import pytest
from inquest.audit import AuditLog, Deed
from inquest.audit import log as recording
from inquest.audit.verify import Checkpoint, Held, verify
from inquest.contracts import subjects as s
from inquest.contracts.errors import RetryLater

DEED = Deed("panic-on", "acme", "ada", "wrong people", "*")


async def report(bus):
    held = [Held(d.stream_seq, d.subject, d.payload) async for batch in bus.replay("AUDIT") for _, d in batch]
    marks = [
        Checkpoint(m.tenant, m.service, m.chain, m.number, m.hash)
        async for batch in bus.replay("CHECKPOINTS")
        for m, _ in batch
    ]
    return verify(held, marks, await bus.last_seq("AUDIT"))


async def test_many_at_once_from_two_replicas_and_two_tenants_make_whole_chains(bus_factory):
    buses = [await bus_factory("api"), await bus_factory("api")]
    replicas = [AuditLog(bus, "api") for bus in buses]
    deeds = [Deed("panic-on", tenant, f"p{n}") for n in range(60) for tenant in ("acme", "beta")]
    await asyncio.gather(*(replica.record(deed) for replica in replicas for deed in deeds))
    for replica in replicas:
        await replica.close()
    found = await report(buses[0])
    assert (found.records, found.chains, found.checkpoints, found.findings) == (240, 4, 4, ())


async def test_a_restart_begins_another_chain_and_the_old_one_keeps_its_checkpoint(bus):
    for _ in range(2):
        recorder = AuditLog(bus, "api")
        await recorder.record(DEED)
        await recorder.record(DEED)
        await recorder.close()
    found = await report(bus)
    assert (found.records, found.chains, found.checkpoints, found.findings) == (4, 2, 2, ())
    first = await bus.read(s.AUDIT_RECORDED, tenant="acme")
    assert [one.message.number for one in first] == [1, 2, 1, 2]


async def test_a_chain_that_somebody_else_wrote_on_is_left_and_nothing_is_lost(bus):
    recorder = AuditLog(bus, "api")
    await recorder.record(DEED)
    (stored,) = await bus.read(s.AUDIT_RECORDED, tenant="acme")
    intruder = stored.message.model_copy(update={"number": 2, "by": "mallory"})
    keys = {"tenant": "acme", "service": "api", "chain": stored.message.chain}
    await bus.publish(s.AUDIT_RECORDED, intruder, **keys)
    await recorder.record(DEED)
    await recorder.close()
    last = (await bus.read(s.AUDIT_RECORDED, tenant="acme"))[-1].message
    assert last.number == 1
    assert last.follows == f"{stored.message.chain}:1:{stored.message.hash}"
    found = await report(bus)
    assert {(one.kind, one.seq) for one in found.findings} == {("changed", 2), ("changed", 1)}


async def test_a_removed_record_is_named_by_chain_and_stream(bus):
    recorder = AuditLog(bus, "api")
    for _ in range(3):
        await recorder.record(DEED)
    await recorder.close()
    await bus.connection.js.delete_msg("AUDIT", 2)
    found = await report(bus)
    assert [one.kind for one in found.findings] == ["missing", "missing"]
    assert "record 2 is missing" in found.findings[0].text
    assert found.findings[1].text == "message 2 of stream AUDIT is gone"
    await bus.connection.js.delete_msg("AUDIT", 3)
    assert any("records 2 to 3 are missing" in one.text for one in (await report(bus)).findings)


@pytest.mark.slow
async def test_what_is_recorded_while_the_server_is_away_is_written_when_it_is_back(nats_server, bus, monkeypatch):
    recorder = AuditLog(bus, "api")
    await recorder.record(DEED)
    monkeypatch.setattr(recording, "WRITTEN_S_MAX", 0.5)
    await nats_server.stop()
    with pytest.raises(RetryLater):
        await recorder.record(DEED)
    await recorder.refused(Deed("access-refused", "acme", "eve", outcome="refused"))
    await nats_server.start()
    monkeypatch.setattr(recording, "WRITTEN_S_MAX", 15.0)
    await recorder.record(DEED)
    await recorder.close()
    actions = [one.message.action for one in await bus.read(s.AUDIT_RECORDED, tenant="acme")]
    assert actions == ["panic-on", "panic-on", "access-refused", "panic-on"]
    assert (await report(bus)).findings == ()
