"""A real Alertmanager, driven by a real Prometheus, delivers to intake in a process of its own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from inquest.bus.bus import Bus
from inquest.bus.server import NatsServer
from inquest.config import Config, ConfigStore
from inquest.contracts import subjects as s
from inquest.contracts.topology import CONFIG
from inquest.testkit.alertmanager import DEPTH_MAX, alerting
from inquest.testkit.fixtures import until
from inquest.testkit.ports import free_port
from inquest.testkit.prometheus import Exporter

TOKEN = "a-token-of-the-test"
INQUEST_YAML = {
    "tenants": {
        "acme": {
            "sources": [{"kind": "alertmanager", "secret": "env:ALERTMANAGER_TOKEN"}],
            "catalogue": {"services": [{"service_id": "checkout", "aliases": {"alertmanager": ["bay-7"]}}]},
        }
    }
}
WAIT_S_MAX = 60  # three servers and a service start, and Alertmanager backs off, on a machine that may be busy


@asynccontextmanager
async def intake(server: NatsServer, directory: Path, port: int) -> AsyncIterator[None]:
    """Intake in a process of its own, killed without warning at the end."""
    settings = {
        "INQUEST_NATS_URL": server.url,
        "INQUEST_DATA_DIR": str(directory),
        "INQUEST_HTTP_PORT": str(port),
        "ALERTMANAGER_TOKEN": TOKEN,
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "inquest.intake", env=os.environ | settings, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        child.kill()
        await child.wait()


async def published(bus: Bus, subject: s.Subject) -> list[Any]:
    return [stored.message for stored in await bus.read(subject)]


async def some(bus: Bus, subject: s.Subject, count: int) -> bool:
    return sum((await bus.subjects(subject)).values()) >= count


@pytest.mark.slow
@pytest.mark.needs_prometheus
@pytest.mark.timeout(180)
async def test_alerts_survive_a_restart_and_repeats_are_one_signal(
    nats_server: NatsServer, bus: Bus, exporter: Exporter, tmp_path: Path
) -> None:
    await ConfigStore(bus.kv(CONFIG)).apply(Config.model_validate(INQUEST_YAML), "test", datetime.now(UTC))
    port = free_port()
    url = f"http://127.0.0.1:{port}/webhooks/alertmanager/acme"
    async with alerting(tmp_path, exporter, url, TOKEN) as sender:
        async with intake(nats_server, tmp_path, port):
            exporter.depth.labels("bay-7").set(DEPTH_MAX + 1)
            await until(lambda: some(bus, s.INCIDENT_OPENED, 1), WAIT_S_MAX)
            once = await sender.sent()

            async def repeated() -> bool:
                return await sender.sent() >= once + 2

            await until(repeated, WAIT_S_MAX)
            assert len(await published(bus, s.SIGNAL_RECEIVED)) == 1

        exporter.depth.labels("bay-9").set(DEPTH_MAX + 2)  # while no intake lives
        failed = await sender.sent("failed_total")

        async def retried() -> bool:
            return await sender.sent("failed_total") > failed

        await until(retried, WAIT_S_MAX)
        assert len(await published(bus, s.SIGNAL_RECEIVED)) == 1

        async with intake(nats_server, tmp_path, port):
            await until(lambda: some(bus, s.SIGNAL_RECEIVED, 2), WAIT_S_MAX)
            exporter.depth.labels("bay-7").set(0)
            exporter.depth.labels("bay-9").set(0)
            await until(lambda: some(bus, s.INCIDENT_RESOLVED, 1), WAIT_S_MAX)
            await until(lambda: some(bus, s.SIGNAL_RECEIVED, 4), WAIT_S_MAX)

    signals = await published(bus, s.SIGNAL_RECEIVED)
    assert sorted((signal.kind, *signal.services) for signal in signals) == [
        ("alert", "bay-9"),
        ("alert", "checkout"),
        ("resolution", "bay-9"),
        ("resolution", "checkout"),
    ]
    by_key = {signal.dedup_key for signal in signals}
    assert len(by_key) == 2
    (opened,) = [one for one in await published(bus, s.INCIDENT_OPENED) if one.services == ("checkout",)]
    assert opened.severity == "critical"
    assert opened.title == "bay-7 is 6 furlongs deep"
    assert (await bus.connection.js.stream_info("DEAD")).state.messages == 0
