"""A real Prometheus server that scrapes a real exporter; both on free ports of 127.0.0.1."""

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from inquest.testkit.fixtures import until

CONFIGURATION = """
global: {{scrape_interval: 200ms, scrape_timeout: 200ms}}
scrape_configs:
  - job_name: zorg
    static_configs: [{{targets: ["127.0.0.1:{exporter}"]}}]
"""


@dataclass
class Exporter:
    """An exporter whose names nobody has seen before."""

    port: int
    flux: Counter
    depth: Gauge
    dwell: Histogram


@pytest.fixture
def exporter() -> Iterator[Exporter]:
    """A running exporter."""
    registry = CollectorRegistry()
    flux = Counter("zorg_flux", "Units moved", ["bay", "grade"], registry=registry)
    depth = Gauge("zorg_depth_furlongs", "How deep", ["bay"], registry=registry)
    dwell = Histogram("zorg_dwell_fortnights", "How long", ["bay"], registry=registry)
    server, thread = start_http_server(0, addr="127.0.0.1", registry=registry)
    yield Exporter(server.server_port, flux, depth, dwell)
    server.shutdown()
    server.server_close()
    thread.join(5)


@dataclass
class Prometheus:
    """A running server."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Stop it and wait."""
        self.process.terminate()
        self.process.wait(15)


@pytest_asyncio.fixture
async def prometheus(tmp_path: Path, exporter: Exporter) -> AsyncIterator[Prometheus]:
    """A running Prometheus that scrapes the exporter five times a second."""
    binary = shutil.which("prometheus")
    if binary is None:
        pytest.skip("no `prometheus` on PATH: apt-get install prometheus")
    written = tmp_path / "prometheus.yml"
    written.write_text(CONFIGURATION.format(exporter=exporter.port))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (tmp_path / "prometheus.log").open("wb") as log:
        process = await asyncio.to_thread(
            subprocess.Popen,
            [
                binary,
                f"--config.file={written}",
                f"--storage.tsdb.path={tmp_path / 'tsdb'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=log,
            stderr=log,
        )
    server = Prometheus(f"http://127.0.0.1:{port}", process)
    try:
        await until(lambda: ready(server))
        yield server
    finally:
        server.stop()


async def ready(server: Prometheus) -> bool:
    """Whether it serves; fails when it has ended."""
    assert server.process.poll() is None, "prometheus ended; see prometheus.log in the test's folder"
    try:
        async with httpx.AsyncClient() as http:
            return (await http.get(f"{server.url}/-/ready", timeout=2)).status_code == 200
    except httpx.HTTPError:
        return False
