import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inquest.packs import check_pack, open_pack
from inquest.packs.truth import read_truth
from inquest.testbed.alerts import Alert, first_alert, first_of, index
from inquest.testbed.packing import pack, read
from inquest.testbed.pagerduty import triggered
from inquest.testbed.scenario import Page, RecordingError, load_fault

P95 = "http_server_duration_ms_p95"
RATE = "http_server_requests_per_s"
ERRORS = "http_server_errors_per_s"


def rows(service, metric, values):
    return [
        {"time": 100.0 + second, "service": service, "metric": metric, "value": value}
        for second, value in enumerate(values)
    ]


def test_a_slow_service_pages_after_the_median_is_over_the_limit():
    samples = index(rows("catalog", P95, [20] * 10 + [900] * 10))
    alert = first_alert(samples, 100, 120)
    assert alert == Alert(112.0, "catalog", P95, 900.0, 120.0)
    assert alert.title == "catalog: p95 latency 900 ms (above 120 ms for 5 s)"


def test_one_slow_second_pages_nobody():
    values = [20] * 10 + [900] + [20] * 10
    assert first_alert(index(rows("catalog", P95, values)), 100, 121) is None


def test_a_failing_service_pages_and_the_worst_of_two_wins():
    samples = index(
        rows("payment", RATE, [10] * 20)
        + rows("payment", ERRORS, [0] * 10 + [10] * 10)
        + rows("frontend", RATE, [10] * 20)
        + rows("frontend", ERRORS, [0] * 10 + [5] * 10)
    )
    alert = first_alert(samples, 100, 120)
    assert (alert.service, alert.time) == ("payment", 112.0)
    assert alert.title == "payment: 60% of requests fail (above 5% for 5 s)"


def test_errors_among_few_requests_page_nobody():
    samples = index(rows("payment", RATE, [0.2] * 20) + rows("payment", ERRORS, [0.2] * 20))
    assert first_alert(samples, 100, 120) is None


def test_the_rules_hold_for_samples_that_are_further_apart():
    apart = index(rows("catalog", P95, [20] * 10 + [900] * 10)[::2])
    assert first_alert(apart, 100, 120, every_s=2) == Alert(112.0, "catalog", P95, 900.0, 120.0)
    assert first_alert(apart, 100, 120) is None
    failing = index(rows("payment", RATE, [10] * 20)[::2] + rows("payment", ERRORS, [0] * 10 + [10] * 10)[::2])
    assert first_alert(failing, 100, 120, every_s=2).title.startswith("payment: 67%")


def test_a_rule_of_its_own_wants_every_sample_above_its_limit():
    samples = index(rows("checkout", "orders_declined_per_s", [0, 2, 0, 2, 3, 0]))
    page = Page(service="checkout", metric="orders_declined_per_s", above=1, for_s=2)
    alert = first_of(page, samples, 102, 105)
    assert alert.time == 104.0
    assert alert.title == "checkout: orders_declined_per_s is 3.00 (above 1 for 2 s)"
    assert first_of(page, samples, 105, 105) is None
    assert first_of(page, {}, 100, 105) is None


@given(st.sampled_from(["frontend", "catalog"]), st.integers(10**9, 2 * 10**9))
def test_the_page_has_the_shape_of_a_webhook_v3(service, time):
    signal = triggered(Alert(float(time), service, "error_ratio", 0.5, 0.05))
    assert signal == triggered(Alert(float(time), service, "error_ratio", 0.5, 0.05))
    event = signal["body"]["event"]
    assert signal["source"] == "pagerduty"
    assert event["event_type"] == "incident.triggered"
    assert event["occurred_at"].endswith(".000Z")
    assert len(event["id"]) == 26
    assert event["data"]["service"]["summary"] == service
    assert event["data"]["title"].startswith(f"{service}: 50%")
    assert event["data"]["escalation_policy"]["type"] == "escalation_policy_reference"


@pytest.fixture
def telemetry(tmp_path):
    folder = tmp_path / "telemetry"
    folder.mkdir()

    def write(name, records):
        (folder / name).write_bytes(b"".join(orjson.dumps(r) + b"\n" for r in records) + b'{"cut')

    labels = {"instance": "catalog-0", "node": "node-a"}
    samples = [row | labels for row in rows("catalog", P95, [20] * 30 + [900] * 20)]
    write("catalog-1.metrics", samples)
    write("catalog-2.logs", [{"time": 99.0, "service": "catalog", "message": "before"}])
    write("catalog-1.logs", [{"time": 101.0, "service": "catalog", "message": "in time"}])
    span = {"span_id": "a", "service": "catalog", "name": "n", "duration_ms": 1}
    write("catalog-1.spans", [span | {"start": 102.0}, span | {"start": 101.0, "span_id": "b"}])
    write("bank-1.logs", [{"time": 101.0, "service": "bank", "message": "not ours to see"}])
    return folder


CHANGE = {"time": 120.0, "kind": "deploy", "service": "catalog", "ref": "abc"}


def test_a_pack_is_made_of_what_was_exported(telemetry, tmp_path):
    fault = load_fault("n-plus-one")
    truth = {"services": ["catalog"], "change": "abc"}
    times = (100.0, 120.0, 130.0, 149.0)
    alert = pack(tmp_path / "out", fault, telemetry, times, [CHANGE], truth)
    assert alert.service == "catalog"
    assert [p for p in check_pack(tmp_path / "out") if p.level == "error"] == []
    made = open_pack(tmp_path / "out")
    assert made.meta.baseline.start == 100.0
    assert made.meta.window.end == 149.0
    assert "n-plus-one" not in made.meta.id
    assert made.logs().message == ["in time"]
    assert made.spans().span_id == ["b", "a"]
    assert made.metrics().series[0].node == "node-a"
    assert made.changes()[0].ref == "abc"
    assert read_truth(tmp_path / "out").change == "abc"


def test_a_page_about_nothing_needs_that_nothing_is_wrong(telemetry, tmp_path):
    page = Page(service="catalog", metric=P95, above=10, for_s=2)
    fault = load_fault("no-fault-tight-limit").model_copy(update={"page": page, "metrics_every_s": 1})
    alert = pack(tmp_path / "out", fault, telemetry, (100.0, 110.0, 115.0, 125.0), [], {"services": []})
    assert (alert.time, alert.observed) == (115.0, 20.0)
    with pytest.raises(RecordingError, match="the machine is too busy"):
        pack(tmp_path / "other", fault, telemetry, (100.0, 110.0, 115.0, 149.0), [], {"services": []})


def test_no_pack_is_made_of_a_calm_or_a_noisy_machine(telemetry, tmp_path):
    fault = load_fault("n-plus-one")
    with pytest.raises(RecordingError, match="no alert rule fired"):
        pack(tmp_path / "out", fault, telemetry, (100.0, 110.0, 120.0, 125.0), [], {})
    with pytest.raises(RecordingError, match=r"fired .* before the onset"):
        pack(tmp_path / "out", fault, telemetry, (100.0, 110.0, 145.0, 149.0), [], {})
    assert not (tmp_path / "out").exists()
    assert len(read(telemetry, "metrics", "time", 100.0, 149.0)) == 50
