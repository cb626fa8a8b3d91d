"""A real intake process is killed between accepting and normalising: nothing that was answered 202 is lost."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from inquest.bus.bus import Bus
from inquest.bus.server import NatsServer
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts import topology
from inquest.intake.domain.signature import sign
from inquest.testkit.fixtures import until

CONFIG = {"tenants": {"acme": {"sources": [{"kind": "generic", "secret": "env:GENERIC_SECRET"}]}}}
DURABLE = ("INGEST", "intake-deliveries")

Start = Callable[[], Awaitable[tuple[Process, str]]]


@pytest.fixture
async def start(nats_server: NatsServer, bus: Bus, tmp_path: Path) -> AsyncIterator[Start]:
    """Starts intake in a process of its own; yields it with its URL."""
    await ConfigStore(bus.kv(topology.CONFIG)).apply(Config.model_validate(CONFIG), "test", datetime.now(UTC))
    address = tmp_path / "run/intake.json"
    env = {
        **os.environ,
        "GENERIC_SECRET": "gen",
        "INQUEST_NATS_URL": nats_server.url,
        "INQUEST_DATA_DIR": str(tmp_path),
    }
    processes: list[Process] = []

    async def started() -> tuple[Process, str]:
        address.unlink(missing_ok=True)
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "inquest.intake", env=env, stderr=DEVNULL)
        processes.append(process)
        await until(address.exists)
        await until(lambda: bool(address.read_text()))
        return process, json.loads(address.read_text())["url"]

    yield started
    for process in processes:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def post(url: str, number: int) -> list[str]:
    """Send one; returns what was promised with 202, nothing when it was not."""
    raw = json.dumps({"fired_at": datetime.now(UTC).isoformat(), "service": "a", "n": number}).encode()
    headers = {"X-Inquest-Signature": sign("gen", raw)}
    try:
        async with httpx.AsyncClient() as http:
            answer = await http.post(f"{url}/webhooks/generic/acme", content=raw, headers=headers)
    except httpx.TransportError:
        return []  # it was killed meanwhile: nothing was promised
    return list(answer.json()["signal_ids"]) if answer.status_code == httpx.codes.ACCEPTED else []


async def recorded(bus: Bus) -> list[str]:
    return [stored.message.signal_id for stored in await bus.read(s.SIGNAL_RECEIVED)]


@pytest.mark.slow
async def test_what_was_accepted_survives_a_kill_before_it_is_normalised(start: Start, bus: Bus) -> None:
    process, url = await start()
    # The server hands nothing out: all that is accepted now lies between accepting and normalising.
    await bus.connection.js.pause_consumer(*DURABLE, "2100-01-01T00:00:00Z")
    promised = [one for number in range(20) for one in await post(url, number)]
    assert len(promised) == 20
    assert await recorded(bus) == []
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await bus.connection.js.resume_consumer(*DURABLE)
    await start()
    await until(lambda: _all(bus, promised))


@pytest.mark.slow
async def test_kills_in_full_flight_lose_and_double_nothing(start: Start, bus: Bus) -> None:
    promised: list[str] = []
    for turn in range(3):
        process, url = await start()
        sending = [asyncio.create_task(post(url, turn * 1000 + number)) for number in range(60)]
        await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        promised += [one for ids in await asyncio.gather(*sending) for one in ids]
    assert promised
    await start()
    await until(lambda: _all(bus, promised))
    found = await recorded(bus)
    assert len(found) == len(set(found))
    assert (await bus.connection.js.stream_info("DEAD")).state.messages == 0


async def _all(bus: Bus, promised: list[str]) -> bool:
    return set(promised) <= set(await recorded(bus))
