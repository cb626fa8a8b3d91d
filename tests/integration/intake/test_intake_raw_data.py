"""Raw deliveries on a real server: nothing of them can be read on its disk, and no death loses or doubles one."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from inquest.bus.bus import Bus
from inquest.bus.crashpoints import CRASH_AT
from inquest.bus.dead import read_letters
from inquest.bus.server import NatsServer
from inquest.config import Config, ConfigStore
from inquest.config.keyring import Keyring, write
from inquest.contracts import subjects as s
from inquest.contracts import topology
from inquest.intake.domain.signature import sign
from inquest.testkit.fixtures import until

CONFIG = {"tenants": {"acme": {"sources": [{"kind": "generic", "secret": "env:GENERIC_SECRET"}]}}}
PLANTED = "planted-hunter2-7f3a"
NOW = datetime.now(UTC)


class Intake:
    """Intake in processes of its own, one at a time."""

    def __init__(self, server: NatsServer, directory: Path) -> None:
        self.keys = directory / "keys.json"
        self.process: Process | None = None
        self._address = directory / "run/intake.json"
        self._env = {
            **os.environ,
            "GENERIC_SECRET": "gen",
            "INQUEST_NATS_URL": server.url,
            "INQUEST_DATA_DIR": str(directory),
            "INQUEST_RAW_KEYS_REF": f"file:{self.keys}",
        }

    async def start(self, crash_at: str = "") -> None:
        self._address.unlink(missing_ok=True)
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "inquest.intake", env={**self._env, CRASH_AT: crash_at}, stderr=DEVNULL
        )
        await until(lambda: self._address.exists() and bool(self._address.read_text()))

    async def post(self, body: bytes) -> list[str]:
        url = json.loads(self._address.read_text())["url"]
        async with httpx.AsyncClient() as http:
            answer = await http.post(
                f"{url}/webhooks/generic/acme", content=body, headers={"X-Inquest-Signature": sign("gen", body)}
            )
        return list(answer.json()["signal_ids"])

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            await self.process.wait()


@pytest.fixture
async def intake(nats_server: NatsServer, bus: Bus, tmp_path: Path) -> AsyncIterator[Intake]:
    await ConfigStore(bus.kv(topology.CONFIG)).apply(Config.model_validate(CONFIG), "test", NOW)
    found = Intake(nats_server, tmp_path / "intake")
    write(found.keys, Keyring.begin(NOW))
    yield found
    if found.process is not None and found.process.returncode is None:
        found.process.kill()
        await found.process.wait()


def body(service: str, **more: str) -> bytes:
    return json.dumps({"fired_at": NOW.isoformat(), "service": service, "ignored": [PLANTED, more]}).encode()


async def signals(bus: Bus) -> list[str]:
    return [stored.message.signal_id for stored in await bus.read(s.SIGNAL_RECEIVED)]


def signals_are(bus: Bus, count: int) -> Callable[[], Awaitable[bool]]:
    async def reached() -> bool:
        return len(await signals(bus)) == count

    return reached


def emptied(bus: Bus) -> Callable[[], Awaitable[bool]]:
    """Nothing is left that intake has not acked."""

    async def reached() -> bool:
        info = await bus.connection.js.consumer_info("INGEST", "intake-deliveries")
        return not (info.num_pending or info.num_ack_pending)

    return reached


async def plain(bus: Bus) -> dict[str, int]:
    return await bus.subjects(s.INGEST_DELIVERY)


def on_disk(server_directory: Path, text: str) -> list[str]:
    """Return the files below that hold the text; the server may replace one of them meanwhile."""
    read = {}
    for one in server_directory.rglob("*"):
        with suppress(FileNotFoundError, IsADirectoryError):
            read[str(one.relative_to(server_directory))] = one.read_bytes()
    assert read
    return [name for name, content in read.items() if text.encode() in content]


@pytest.mark.slow
async def test_nothing_of_a_delivery_can_be_read_on_disk(
    intake: Intake, bus: Bus, nats_server: NatsServer, tmp_path: Path
) -> None:
    await bus.publish(s.INGEST_DELIVERY, body("bus"), headers={"X-Planted": PLANTED}, source="generic", tenant="acme")
    await bus.publish(s.INGEST_DELIVERY, b"garbage " + PLANTED.encode(), source="generic", tenant="acme")
    assert on_disk(tmp_path / "nats", PLANTED)  # it was there in plain text
    await intake.start()
    await intake.post(body("http"))
    await intake.post(body("large", more="x" * 400_000))
    await until(signals_are(bus, 3))
    await until(emptied(bus))
    assert await plain(bus) == {}
    assert on_disk(tmp_path / "nats", PLANTED) == []
    ((letter),) = [one.letter async for one in read_letters(bus.connection, 10)]
    assert (letter.subject, letter.payload_base64) == ("evt.delivery.kept.v1.acme.generic", "")
    await intake.stop()
    await nats_server.stop()
    assert on_disk(tmp_path / "nats", PLANTED) == []
    assert on_disk(tmp_path / "nats", "hunter2") == []


@pytest.mark.parametrize(
    "point",
    [
        "pipeline.evt.delivery.kept.v1.before:1",
        "pipeline.after:1",
        "remove.INGEST.before:1",
        "remove.INGEST.after:1",
        "handle.intake-deliveries.after:1",
        "ack.intake-deliveries.before:1",
        "ack.intake-deliveries.after:1",
    ],
)
@pytest.mark.slow
async def test_a_death_while_sealing_loses_and_doubles_nothing(intake: Intake, bus: Bus, point: str) -> None:
    for service in ("a", "b"):
        await bus.publish(s.INGEST_DELIVERY, body(service), source="generic", tenant="acme")
    await intake.start(point)
    assert intake.process is not None
    assert await intake.process.wait() == -signal.SIGKILL
    await intake.start()
    await until(signals_are(bus, 2))
    await until(emptied(bus))
    assert len(set(await signals(bus))) == 2
    assert await plain(bus) == {}
    assert len(await bus.read(s.DELIVERY_KEPT)) == 2  # one sealed copy each
    assert (await bus.connection.js.stream_info("DEAD")).state.messages == 0


@pytest.mark.slow
async def test_a_missing_key_makes_a_delivery_wait_and_loses_nothing(intake: Intake, bus: Bus) -> None:
    await bus.connection.js.pause_consumer("INGEST", "intake-deliveries", "2100-01-01T00:00:00Z")
    await intake.start()
    promised = await intake.post(body("a"))
    first = Keyring.parse(intake.keys.read_text())
    write(intake.keys, first.rotated(NOW).without(first.current))
    await intake.stop()
    await intake.start()
    await bus.connection.js.resume_consumer("INGEST", "intake-deliveries")

    async def given_up() -> bool:
        info = await bus.connection.js.consumer_info("INGEST", "intake-deliveries")
        return bool(info.num_redelivered or info.num_ack_pending)

    await until(given_up)
    assert await signals(bus) == []
    write(intake.keys, first)
    await intake.stop()
    await intake.start()
    (stored,) = await bus.read(s.DELIVERY_KEPT)
    await bus.connection.js.publish(stored.subject, stored.message, headers=await _headers(bus, stored.seq))
    await until(lambda: _promised(bus, promised))


async def _headers(bus: Bus, seq: int) -> dict[str, str]:
    delivery = await bus.get("INGEST", seq)
    assert delivery is not None
    return {name: text for name, text in delivery.headers.items() if not name.startswith("Nats-")}


async def _promised(bus: Bus, promised: list[str]) -> bool:
    return await signals(bus) == promised
