"""Whether an ack means durable, as `inquest doctor` says it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from inquest.cli.doctor_bus import durability_finding


@contextmanager
def monitor(varz: dict[str, Any]) -> Iterator[str]:
    """Answers as the monitoring port does."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(varz).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is declared
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("config", "status", "told"),
    [
        ({"sync_always": True}, "ok", "means that a message is on disk"),
        ({"sync_interval": 120_000_000_000}, "fail", "a power cut loses what was accepted"),
        (None, "fail", "JetStream is off"),
    ],
)
async def test_the_server_is_asked(
    config: dict[str, Any] | None, status: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with monitor({"jetstream": {"config": config}} if config else {}) as url:
        monkeypatch.setenv("INQUEST_NATS_MONITOR_URL", url)
        asked = await durability_finding()
        monkeypatch.delenv("INQUEST_NATS_MONITOR_URL")
        nats = tmp_path / "var" / "nats"
        nats.mkdir(parents=True)
        (nats / "nats-server.pid").write_text("7")
        (nats / "nats-server_7.ports").write_text(json.dumps({"monitoring": [url]}))
        assert await durability_finding() == asked
    assert (asked.status, told in asked.text) == (status, True)


async def test_a_server_that_is_not_known_or_away_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INQUEST_NATS_MONITOR_URL", raising=False)
    assert (await durability_finding()).status == "warn"
    monkeypatch.setenv("INQUEST_NATS_MONITOR_URL", "http://127.0.0.1:1")
    assert "does not answer" in (await durability_finding()).text
