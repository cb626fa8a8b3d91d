"""Parts of the shop that can be looked at without running it."""

import ssl
import struct
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest
from inquest.testbed import certificates
from inquest.testbed.repository import SHOP
from opentelemetry import propagate
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """The shop's modules, as a process of its own would import them."""
    monkeypatch.syspath_prepend(str(SHOP))
    monkeypatch.setenv("SHOP_TELEMETRY", str(tmp_path))
    yield SHOP
    for name in [name for name in sys.modules if name.split(".")[0] in {"shopkit", "services"}]:
        del sys.modules[name]


@pytest.mark.usefixtures("shop")
def test_metrics_are_written_as_rates_quantiles_and_gauges(tmp_path):
    from shopkit.exporters import MetricFile

    path = tmp_path / "m"
    reader = PeriodicExportingMetricReader(
        MetricFile(path, {"service": "a", "instance": "a-0", "node": "n"}),
        export_interval_millis=60_000,
    )
    provider = MeterProvider(metric_readers=[reader])
    meter = provider.get_meter("t")
    requests = meter.create_counter("http.requests", unit="1/s")
    duration = meter.create_histogram("http.duration", unit="ms")
    meter.create_gauge("pool.size").set(20)
    requests.add(5)
    for value in range(1, 101):
        duration.record(value)
    provider.force_flush()
    provider.force_flush()
    provider.shutdown()
    samples = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    first = {row["metric"]: row["value"] for row in reversed(samples)}
    assert first["pool_size"] == 20
    assert first["http_duration_ms_p50"] == pytest.approx(50, abs=2)
    assert first["http_duration_ms_p99"] == pytest.approx(99, abs=2)
    rates = [row["value"] for row in samples if row["metric"] == "http_requests_per_s"]
    assert rates[0] > 0
    assert set(rates[1:]) == {0}
    assert {row["service"] for row in samples} == {"a"}


@pytest.mark.usefixtures("shop")
def test_a_quantile_stays_between_least_and_most():
    from shopkit.exporters import _quantile

    point = SimpleNamespace(count=3, min=4.0, max=5.0, bucket_counts=[0, 3, 0], explicit_bounds=[1, 10])
    assert 4.0 <= _quantile(point, 0.5) <= 5.0
    assert _quantile(point, 0.99) == 5.0


@pytest.mark.usefixtures("shop")
def test_a_watched_file_is_read_again_when_it_changes(tmp_path, monkeypatch):
    from shopkit import settings

    path = tmp_path / "f.yaml"
    path.write_text("a: 1\n")
    watched = settings.WatchedFile(path)
    assert watched.read() == {"a": 1}
    path.write_text("a: 22\n")
    assert watched.read() == {"a": 1}
    later = time.monotonic() + 10
    monkeypatch.setattr(settings.time, "monotonic", lambda: later)
    assert watched.read() == {"a": 22}


@pytest.mark.usefixtures("shop")
def test_the_host_gives_readings(tmp_path):
    from shopkit import host

    members = tmp_path / "node.members"
    members.write_text("2\n1\n999999\n")
    found = {name: read() for name, read in host.readings(members).items()}
    assert found["process.memory.rss_bytes"] > 1e6
    assert found["process.cpu.utilization"] >= 0
    assert found.get("node.cpu.utilization", 0) == 0
    assert "node.cpu.utilization" not in host.readings(None)


def test_a_certificate_ends_when_told(tmp_path):
    authority = certificates.issue(tmp_path, time.time() + 30)
    ssl.create_default_context(cafile=str(authority))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "bank.pem", tmp_path / "bank.key")
    told = ssl._ssl._test_decode_cert(str(tmp_path / "bank.pem"))
    left_s = ssl.cert_time_to_seconds(told["notAfter"]) - time.time()
    assert 25 < left_s < 31
    assert told["subjectAltName"] == (("DNS", certificates.BANK),)


def test_a_question_names_what_it_asks_for():
    code = Path(SHOP / "shopkit/resolver.py").read_text()
    start = code.index("def question")
    scope = {"struct": struct}
    exec(code[start : code.index("\n\n\n", start)], scope)
    asked = scope["question"](7, "a.example")
    assert asked == b"\0\x07\x01\0\0\x01\0\0\0\0\0\0\x01a\x07example\0\0\x01\0\x01"


@pytest.fixture
def services(shop, tmp_path, monkeypatch):
    """The shop's services, not instrumented; importing them sets how traces are passed on."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config/shop.yaml").write_text("{}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOP_INSTRUMENTED", "0")
    before = propagate.get_global_textmap()
    yield shop
    propagate.set_global_textmap(before)


@pytest.mark.usefixtures("services")
def test_the_bank_takes_so_many_charges_a_second(monkeypatch):
    from services.bank import app

    now = [100.0]
    monkeypatch.setattr(app.time, "monotonic", lambda: now[0])
    assert [app._over_quota(2) for _ in range(3)] == [False, False, True]
    now[0] += 1.5
    assert not app._over_quota(2)


@pytest.mark.usefixtures("services")
def test_neighbours_are_kept_and_ranking_stays_the_same():
    from services.recommend import app

    first = app.best(7, 3)
    assert app.best(7, 3) == first
    assert len(app._pairs) == 1
    assert len(app.pairs(7)) == app.PRODUCTS**2
    assert len(set(first)) == 5
