"""A notifier that is killed between sending and recording, and a panic switch that outlives it; all of it real."""

import asyncio
import os
import sys
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from inquest.bus.port import Outgoing
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts.latest import PanicState, PanicSwitch
from inquest.contracts.topology import CONFIG, NOTIFIER_CLAIMS, SWITCHES
from inquest.contracts.v1.controls import EVERYWHERE, PANIC_KEY
from inquest.testkit.backends import HANG, Reply
from inquest.testkit.fixtures import until
from inquest.testkit.stories import InvestigationBuilder

ONE = InvestigationBuilder()
ACK_WAIT_S = 1.0  # how soon the server gives a dead notifier's message to the next
NOTES = "/incidents/Q1ABC/notes"


@asynccontextmanager
async def process(server, directory):
    """A notifier in its own process, killed without warning at the end."""
    settings = {"INQUEST_NATS_URL": server.url, "INQUEST_DATA_DIR": str(directory), "TOKEN": "t0ken"}
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "inquest.notifier", env=os.environ | settings, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield child
    finally:
        child.kill()
        await child.wait()


async def prepare(bus, **channel):
    given = {"id": "out", "live": True, "timeout_ms": 30_000, **channel}
    config = Config.model_validate({"tenants": {"acme": {"channels": [given]}}})
    await ConfigStore(bus.kv(CONFIG)).apply(config, "test", datetime.now(UTC))
    present = (await bus.connection.js.consumer_info("NOTICES", "notifier-notices")).config
    eager = present.evolve(ack_wait=ACK_WAIT_S)
    await bus.connection.js.add_consumer("NOTICES", eager)


def story(*others):
    paged = ONE.signal().model_copy(update={"dedup_key": "pagerduty:Q1ABC"})
    for item in ONE.messages():
        if item.subject is s.SIGNAL_RECEIVED:
            yield Outgoing(item.subject, paged, item.keys)
        elif item.subject not in (s.NOTICE_SENT, s.FEEDBACK_GIVEN):
            yield item
    yield from others


async def publish(bus):
    for item in story():
        await bus.publish(item.subject, item.message, **item.keys)


async def outcomes(bus):
    return [stored.message for stored in await bus.read(s.NOTICE_SENT, tenant="acme")]


@pytest.mark.slow
async def test_a_receiver_that_knows_a_repeat_by_its_id_acts_once(bus, nats_server, backend, tmp_path):
    await prepare(bus, kind="webhook", url=f"{backend.url}/hook")
    backend.replies = [HANG]
    await publish(bus)
    async with process(nats_server, tmp_path):
        await until(lambda: bool(backend.received))
    assert await outcomes(bus) == []  # it had left, and nobody had written it down
    async with process(nats_server, tmp_path):
        await until(lambda: recorded(bus))
    ids = {one.headers["x-inquest-notice-id"] for one in backend.received}
    assert (len(backend.received), len(ids)) == (2, 1)
    (record,) = await outcomes(bus)
    assert record.outcome == "may-have-been-sent"
    assert "may have arrived twice" in record.reason


@pytest.mark.slow
async def test_a_channel_that_can_be_asked_is_written_to_once(bus, nats_server, backend, tmp_path):
    notes = []

    def serve(received):
        if received.method == "POST":
            notes.append(received.json()["note"])
            return HANG  # the note is there, the answer never comes
        return Reply(body={"notes": notes})

    backend.serve = serve
    await prepare(bus, kind="pagerduty", url=backend.url, token="env:TOKEN", from_email="ops@example.com")
    await publish(bus)
    async with process(nats_server, tmp_path):
        await until(lambda: bool(notes))
    async with process(nats_server, tmp_path):
        await until(lambda: recorded(bus))
    assert backend.calls() == [f"POST {NOTES}", f"GET {NOTES}"]
    assert len(notes) == 1
    (record,) = await outcomes(bus)
    assert (record.outcome, record.thread) == ("sent", "Q1ABC")


async def recorded(bus) -> bool:
    return bool(await outcomes(bus))


@pytest.mark.parametrize("is_under_way", [True, False])
@pytest.mark.slow
async def test_the_panic_switch_holds_within_a_second_and_outlives_the_process(
    bus, nats_server, backend, tmp_path, is_under_way
):
    await prepare(bus, kind="webhook", url=f"{backend.url}/hook")
    backend.replies = [HANG]
    on = PanicSwitch(tenant=EVERYWHERE, on=True, by="ada", at=datetime.now(UTC), reason="wrong people")
    state = PanicState(switches=(on,)).model_dump_json().encode()
    async with process(nats_server, tmp_path):
        if is_under_way:
            await publish(bus)
            await until(lambda: bool(backend.received))
        pressed = time.monotonic()
        await bus.kv(SWITCHES).put(PANIC_KEY, state)
        if is_under_way:
            await until(lambda: recorded(bus))
            assert time.monotonic() - pressed < 1
    if is_under_way:
        return
    await publish(bus)
    async with process(nats_server, tmp_path):
        await until(lambda: recorded(bus))
    (record,) = await outcomes(bus)
    assert (record.outcome, record.held_by, backend.received) == ("recorded", "panic", [])
    assert await bus.kv(NOTIFIER_CLAIMS).get(f"acme.{record.notice_id}")
