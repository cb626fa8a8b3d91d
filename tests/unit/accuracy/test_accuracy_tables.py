import dataclasses
import json

import numpy as np
import pytest
from inquest.accuracy.tables import target_of, telemetry_of
from inquest.config.sources import SourceConfig
from inquest.contracts.latest import Query, Window
from inquest.gateway.adapters.pack_tables import SOURCES
from inquest.intake.domain.source import Delivered
from inquest.intake.domain.sources import SOURCES as INTAKE_SOURCES
from inquest.packs import PackMeta, TimeRange, open_pack
from inquest.rca.changes import LOOKBACK_S
from inquest.testkit.lab import BUNDLED
from inquest.worker.domain import tables as worker
from inquest.worker.domain.tables import instant


def read_by_intake(signal):
    settings = SourceConfig(kind=signal["source"], bus_only=True)
    delivered = Delivered({}, settings, instant(0))
    (reading,) = INTAKE_SOURCES[signal["source"]].read(signal["body"], delivered)
    return reading


def through_the_bus(pack):
    """Return what the detectors of a worker would be given, by the code of gateway and worker."""
    window, baseline = (
        Window(start=instant(t.start), end=instant(t.end)) for t in (pack.meta.window, pack.meta.baseline)
    )
    query = Query(window=window, baseline=baseline)
    far = Query(window=Window(start=instant(window.start.timestamp() - LOOKBACK_S), end=window.end), baseline=baseline)
    said = {
        domain: source.serve(pack, far if domain in {"changes", "flags"} else query).response
        for domain, source in SOURCES.items()
    }
    changes = worker.changes_of(said["changes"]) + worker.changes_of(said["flags"])
    return {
        "series": worker.series_of(said["metrics"]),
        "logs": worker.logs_of(said["logs"]),
        "patterns": worker.patterns_of(said["logs"]),
        "spans": worker.spans_of(said["traces"]),
        "changes": sorted(changes, key=lambda one: (one.time, one.kind)),
        "edges": worker.edges_of(said["topology"]),
    }


def plain(value):
    if isinstance(value, np.ndarray):
        return value.tolist()
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def assert_same(pack):
    ours = telemetry_of(pack)
    for name, theirs in through_the_bus(pack).items():
        found = getattr(ours, name)
        found = sorted(found, key=lambda one: (one.time, one.kind)) if name == "changes" else found
        assert plain(list(found) if isinstance(found, tuple) else found) == plain(
            list(theirs) if isinstance(theirs, tuple) else theirs
        ), name


def test_the_engine_is_given_what_the_bus_would_give_it(pack_at, tmp_path):
    start = open_pack(pack_at(tmp_path / "q")).meta.window.start
    statuses = ["ok", "ERROR", "", "STATUS_CODE_UNSET", "STATUS_CODE_ERROR", "503", "200", "0", "13", "true"]
    spans = [
        {"span_id": f"s{i}", "service": "db", "name": "q", "start": start + i, "duration_ms": 5, "status": status}
        for i, status in enumerate(statuses)
    ]
    assert_same(open_pack(pack_at(tmp_path / "p", spans=spans)))
    assert_same(open_pack(pack_at(tmp_path / "q")))


def test_on_the_bundled_incident_as_well():
    assert_same(open_pack(BUNDLED))


def test_what_lies_between_baseline_and_window_is_left_out(pack_at, tmp_path):
    extent = open_pack(pack_at(tmp_path / "q")).meta.extent
    baseline = TimeRange(extent.start, extent.start + 600)
    window = TimeRange(extent.end - 600, extent.end)
    pack = open_pack(pack_at(tmp_path / "p", meta=PackMeta(id="p", title="t", window=window, baseline=baseline)))
    assert_same(pack)
    times = telemetry_of(pack).series[0].times
    assert times.size == 20
    assert not ((times >= baseline.end) & (times < window.start)).any()


def test_without_a_baseline_only_the_window_is_read(pack_at, tmp_path):
    window = open_pack(pack_at(tmp_path / "q")).meta.window
    pack = open_pack(pack_at(tmp_path / "p", meta=PackMeta(id="p", title="t", window=window)))
    telemetry = telemetry_of(pack)
    assert telemetry.baseline is None
    assert telemetry.series[0].times[0] >= window.start


FIRED = {"fired_at": "2024-05-01T10:00:00Z"}


@pytest.mark.parametrize(
    "body",
    [
        FIRED,
        {**FIRED, "service": "api"},
        {**FIRED, "service": "api", "metric": "latency"},
        {**FIRED, "service": "api", "metric": "latency", "observed": 900, "threshold": 300},
        {**FIRED, "services": ["api", "db"], "summary": "api is slow"},
        {"time": "2024-05-01T10:00:00Z", "title": "slow"},
    ],
)
def test_the_target_is_what_intake_reads_in_a_generic_page(body):
    signal = {"source": "generic", "body": body}
    target, reading = target_of(signal), read_by_intake(signal)
    assert (target.entity, target.metric) == (reading.services[0][0] if reading.services else None, reading.metric)
    assert (target.fired_at, target.text) == (reading.occurred_at.timestamp(), reading.title)


def test_the_target_is_what_intake_reads_in_a_pagerduty_page():
    signal = json.loads((BUNDLED / "signal.json").read_text())
    target, reading = target_of(signal), read_by_intake(signal)
    assert (target.entity, target.text) == (reading.services[0][0], reading.title)
    assert target.fired_at == reading.occurred_at.timestamp()
