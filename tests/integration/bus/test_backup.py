"""Backups of a real nats-server: what is kept, what is refused, and what an interruption leaves."""

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from inquest.bus.backup import backup, restore
from inquest.bus.backup_files import BackupInvalid, read_verified
from inquest.bus.backup_hold import held
from inquest.bus.backup_wire import BackupRefused
from inquest.bus.bus import Bus
from inquest.bus.server import NatsServer
from inquest.bus.topology import apply, drift
from inquest.contracts.errors import InquestError
from inquest.testkit.fixtures import until
from nats.js.errors import KeyWrongLastSequenceError

LINES: list[str] = []


def quiet(line):
    LINES.append(line)


@pytest_asyncio.fixture
async def source(bus_factory):
    """A server with something of everything: half-worked queue, revisions, an object, a counter, a deadline."""
    js = (await bus_factory("cli")).connection.js
    for number in range(5):
        await js.publish("ingest.pagerduty.acme", f"{number}".encode(), headers={"Inquest-Case": f"h{number}"})
    worked = await js.pull_subscribe_bind("intake-deliveries", "INGEST")
    for message in (await worked.fetch(3))[:2]:
        await message.ack_sync()
    await worked.unsubscribe()
    for value in (b"1", b"2"):
        await (await js.key_value("planner-admission")).put("acme", value)
    await (await js.object_store("payloads")).put("big", b"z" * 1_000_000)
    await js.publish("budget.acme.inv", b"", headers={"Nats-Incr": "+5"})
    due = datetime.now(UTC) + timedelta(seconds=3)
    await js.publish(
        "timer.deadline.set.v1.acme.inv.round-1",
        b"due",
        headers={
            "Nats-Schedule": f"@at {due:%Y-%m-%dT%H:%M:%SZ}",
            "Nats-Schedule-Target": "evt.deadline.reached.v1.acme.inv.round-1",
        },
    )
    return await bus_factory("cli")


@pytest_asyncio.fixture
async def target(tmp_path):
    server = NatsServer(tmp_path / "target")
    await server.start()
    bus = Bus(server.url, "cli")
    await bus.connect()
    yield bus
    await bus.close()
    await server.stop()


@pytest.mark.slow  # waits for a message in flight to come again, and for a deadline
async def test_a_restored_bus_goes_on_where_the_old_one_was(source, target, tmp_path):
    manifest = await backup(source.connection, tmp_path / "b", quiet)
    await restore(target.connection, tmp_path / "b", quiet)
    assert {row.state for row in await drift(target.connection)} == {"same"}
    js = target.connection.js
    message = await js.get_msg("INGEST", seq=4)
    assert (message.data, message.headers["Inquest-Case"]) == (b"3", "h3")
    assert message.time == (await source.connection.js.get_msg("INGEST", seq=4)).time
    # What was settled is not worked again; what was in flight and what waited is.
    info = await js.consumer_info("INGEST", "intake-deliveries")
    assert (info.ack_floor.stream_seq, info.num_pending, bool(info.paused)) == (2, 2, False)
    again = await js.pull_subscribe_bind("intake-deliveries", "INGEST")
    got: list[bytes] = []

    async def all_came() -> bool:
        with suppress(TimeoutError):
            for one in await again.fetch(5, timeout=1):
                got.append(one.data)
                await one.ack_sync()
        return len(got) == 3

    await until(all_came)
    await again.unsubscribe()
    assert sorted(got) == [b"2", b"3", b"4"]
    # Compare-and-set knows the last revision: the old one loses, the next one wins.
    bucket = await js.key_value("planner-admission")
    entry = await bucket.get("acme")
    assert (entry.value, entry.revision) == (b"2", 2)
    with pytest.raises(KeyWrongLastSequenceError):
        await bucket.update("acme", b"3", last=1)
    assert await bucket.update("acme", b"3", last=2) == 3
    assert len((await (await js.object_store("payloads")).get("big")).data or b"") == 1_000_000
    assert (await js.publish("budget.acme.inv", b"", headers={"Nats-Incr": "+1"})).val == "6"

    # A deadline that was pending fires.
    async def fired() -> bool:
        return (await js.stream_info("TIMERS")).state.last_seq > 1

    await until(fired)
    assert (await js.get_msg("TIMERS", seq=2)).subject == "evt.deadline.reached.v1.acme.inv.round-1"
    assert {row.what for row in manifest.left_out} >= {"trace index", "inquest.yaml, secrets, keys"}
    assert any(row.in_flight == 1 for entry in manifest.entries for row in entry.positions)


async def test_a_changed_or_missing_file_is_named_and_nothing_is_touched(source, target, tmp_path):
    folder = tmp_path / "b"
    await backup(source.connection, folder, quiet)
    snapshot = folder / "streams" / "INGEST.snapshot"
    whole = snapshot.read_bytes()
    snapshot.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    (folder / "streams" / "STEPS.snapshot").unlink()
    with pytest.raises(BackupInvalid, match=r"INGEST\.snapshot was changed.*|STEPS\.snapshot is missing") as told:
        await restore(target.connection, folder, quiet)
    assert "streams/INGEST.snapshot was changed" in str(told.value)
    assert "streams/STEPS.snapshot is missing" in str(told.value)
    assert await target.connection.js.streams_info() == []
    snapshot.write_bytes(whole)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"format": 2}))
    with pytest.raises(BackupInvalid, match=r"manifest\.json was changed"):
        read_verified(folder, quiet)
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(BackupInvalid, match="no whole backup"):
        read_verified(folder, quiet)


@pytest.mark.slow
async def test_a_target_with_something_is_refused_unless_told(source, target, tmp_path):
    await backup(source.connection, tmp_path / "b", quiet)
    await apply(target.connection)  # streams without messages are an empty target
    await restore(target.connection, tmp_path / "b", quiet)
    await target.connection.js.publish("ingest.pagerduty.acme", b"newer")
    with pytest.raises(BackupRefused, match=r"not empty: .*INGEST.*--replace"):
        await restore(target.connection, tmp_path / "b", quiet)
    await restore(target.connection, tmp_path / "b", quiet, replace=True)
    assert (await target.connection.js.stream_info("INGEST")).state.last_seq == 5


@pytest.mark.slow
async def test_a_target_where_services_work_is_refused(source, target, tmp_path):
    await backup(source.connection, tmp_path / "b", quiet)
    await apply(target.connection)
    js = target.connection.js
    waiting = asyncio.create_task((await js.pull_subscribe_bind("planner-steps", "EVIDENCE")).fetch(1, timeout=20))

    async def seen() -> bool:
        return bool((await js.consumer_info("EVIDENCE", "planner-steps")).num_waiting)

    await until(seen)
    with pytest.raises(BackupRefused, match=r"at work on the target \(planner-steps"):
        await restore(target.connection, tmp_path / "b", quiet, replace=True)
    waiting.cancel()


async def test_an_interrupted_backup_leaves_nothing_and_holds_nobody(source, tmp_path):
    reached = asyncio.Event()

    def stop_at_kv(line: str) -> None:
        if line.startswith("saved KV_"):
            reached.set()

    task = asyncio.create_task(backup(source.connection, tmp_path / "b", stop_at_kv))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("b")] == []

    async def all_go_on() -> bool:
        return not any(info.paused for info in await source.connection.js.consumers_info("STEPS"))

    await until(all_go_on)


@pytest.mark.slow
async def test_an_interrupted_restore_leaves_no_half_bus(source, target, tmp_path):
    await backup(source.connection, tmp_path / "b", quiet)
    reached = asyncio.Event()

    def stop_at_evidence(line: str) -> None:
        if line.startswith("restored EVIDENCE"):
            reached.set()

    task = asyncio.create_task(restore(target.connection, tmp_path / "b", stop_at_evidence))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await target.connection.js.streams_info() == []


@pytest.mark.slow
async def test_consumers_that_move_during_the_backup_are_noticed(source, tmp_path):
    """Somebody resumes and works while snapshots are taken: the picture would not be of one moment."""
    js = source.connection.js
    work = await js.pull_subscribe_bind("intake-deliveries", "INGEST")
    held_back = list(await work.fetch(1))
    tasks = []

    def settle_one(line: str) -> None:
        if line.startswith("saved KV_") and held_back:
            tasks.append(asyncio.create_task(held_back.pop().ack_sync()))

    lines: list[str] = []
    manifest = await backup(source.connection, tmp_path / "b", lambda line: (lines.append(line), settle_one(line))[0])
    assert any("taken again (1 of" in line for line in lines)
    assert (tmp_path / "b" / "SHA256SUMS").exists()
    await work.unsubscribe()
    assert manifest.entries


async def test_a_hold_gives_nothing_out_and_ends(source):
    js = source.connection.js
    work = await js.pull_subscribe_bind("planner-commands", "COMMANDS")
    async with held(js, ["COMMANDS"], quiet):
        await js.publish("cmd.investigation.start.v1.acme.inv", b"{}")
        with pytest.raises(TimeoutError):
            await work.fetch(1, timeout=0.3)
    assert len(await work.fetch(1)) == 1
    await work.unsubscribe()


async def test_a_folder_with_something_in_it_is_left_alone(source, tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "mine").write_text("")
    with pytest.raises(InquestError, match="not empty"):
        await backup(source.connection, tmp_path / "b", quiet)
    assert (tmp_path / "b" / "mine").exists()
