"""What a service is told of nats-server, and what it says of acks that do not mean durable."""

from pathlib import Path

import pytest
from inquest.bus.tls import TlsFiles, TlsUnusable
from inquest.runtime import Host, Service, ServiceSettings
from inquest.telemetry import logs


def build(*_: object) -> Service:
    return Service("planner")


def test_tls_is_off_unless_a_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not ServiceSettings().nats_tls()
    monkeypatch.setenv("INQUEST_NATS_TLS_CA_FILE", "/ca.crt")
    assert ServiceSettings().nats_tls() == TlsFiles(ca=Path("/ca.crt"))


def test_a_certificate_without_its_key_ends_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("INQUEST_NATS_TLS_CERT_FILE", "/planner.crt")
    with pytest.raises(TlsUnusable, match="belong together"):
        Host("planner", build, ServiceSettings(data_dir=tmp_path))


async def test_an_unknown_monitor_is_a_warning(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    logs.configure("INFO")
    host = Host("planner", build, ServiceSettings(nats_monitor_url="http://127.0.0.1:1", data_dir=tmp_path))
    await host._check_durability()
    said = capsys.readouterr()
    assert "bus_durability_unknown" in said.out + said.err
