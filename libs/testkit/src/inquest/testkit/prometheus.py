"""A real Prometheus server that scrapes a real exporter; both on free ports of 127.0.0.1."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from inquest.testkit.fixtures import until
from inquest.testkit.ports import free_port

CONFIGURATION = """
global: {{scrape_interval: 200ms, scrape_timeout: 200ms}}
scrape_configs:
  - job_name: zorg
    static_configs: [{{targets: ["127.0.0.1:{exporter}"]}}]
"""
DATA = {"prometheus": "--storage.tsdb.path", "prometheus-alertmanager": "--storage.path"}


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
    async with server("prometheus", tmp_path, CONFIGURATION.format(exporter=exporter.port)) as started:
        yield started


@asynccontextmanager
async def server(binary: str, directory: Path, configuration: str, *arguments: str) -> AsyncIterator[Prometheus]:
    """Run Prometheus or another server that takes the same arguments; skips the test where it is not installed."""
    found = shutil.which(binary)
    if found is None:
        pytest.skip(f"no `{binary}` on PATH: apt-get install {binary}")
    written = directory / f"{binary}.yml"
    written.write_text(configuration)
    port = free_port()
    with (directory / f"{binary}.log").open("wb") as log:
        process = await asyncio.to_thread(
            subprocess.Popen,
            [
                found,
                f"--config.file={written}",
                f"{DATA[binary]}={directory / binary}",  # Debian's own default is shared by all of them
                f"--web.listen-address=127.0.0.1:{port}",
                *arguments,
            ],
            stdout=log,
            stderr=log,
        )
    started = Prometheus(f"http://127.0.0.1:{port}", process)
    try:
        await until(lambda: ready(started))
        yield started
    finally:
        started.stop()


async def ready(server: Prometheus) -> bool:
    """Whether it serves; fails when it has ended."""
    assert server.process.poll() is None, "it ended; see its log in the test's folder"
    try:
        async with httpx.AsyncClient() as http:
            return (await http.get(f"{server.url}/-/ready", timeout=2)).status_code == 200
    except httpx.HTTPError:
        return False
