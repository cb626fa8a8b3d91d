import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.packs import PackMeta, TimeRange, check_pack, find_packs, open_pack, write_pack
from inquest.packs.truth import Truth, check_truth, read_truth

META = PackMeta(
    id="p1",
    title="Checkout is slow",
    window=TimeRange(2000.0, 3000.5),
    baseline=TimeRange(1000.0, 2000.0),
    origin="a test",
    licence="Apache-2.0",
)
SIGNAL = {"source": "generic", "body": {"service": "checkout"}}

names = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\x85"), min_size=1)
times = st.floats(1000.0, 3000.0).map(lambda t: round(t, 3))
values = st.floats(allow_nan=False, allow_infinity=False)
rows = st.lists(st.tuples(times, names, names, values, names | st.just(""), st.just("")))
optional = st.none() | names
log_lines = st.lists(
    st.fixed_dictionaries(
        {"time": times, "service": names, "message": names},
        optional={"severity": names, "trace_id": optional, "attributes": st.just({"a": 1})},
    )
)
spans = st.lists(
    st.fixed_dictionaries(
        {"span_id": names, "service": names, "name": names, "start": times},
        optional={"parent_id": optional, "status": st.sampled_from(["OK", "ERROR"])},
    ).map(lambda span: {**span, "duration_ms": 1.5})
)


@settings(max_examples=40, deadline=None)
@given(rows=rows, log_lines=log_lines, spans=spans)
def test_what_is_written_is_read_again(tmp_path_factory, rows, log_lines, spans):
    path = tmp_path_factory.mktemp("pack")
    write_pack(path, meta=META, signal=SIGNAL, metrics=rows, logs=log_lines, spans=spans)
    pack = open_pack(path)
    assert pack.meta == META
    assert pack.signal == SIGNAL
    read = [
        (t, s.service, s.metric, v, s.instance, s.node)
        for s in pack.metrics().series
        for t, v in zip(s.times.tolist(), s.values.tolist(), strict=True)
    ]
    assert sorted(read) == sorted(rows)
    assert all((np.diff(s.times) >= 0).all() for s in pack.metrics().series)
    logs = pack.logs()
    assert sorted(zip(logs.time.tolist(), logs.service, logs.message, strict=True)) == sorted(
        (line["time"], line["service"], line["message"]) for line in log_lines
    )
    assert len(pack.spans()) == len(spans)
    assert [problem for problem in pack.problems if problem.level == "error"] == []


def test_every_part_of_a_pack_survives(tmp_path):
    change = {"time": 1500, "kind": "flag", "ref": "f", "from": False, "to": True, "files": None}
    commit = {"time": 500, "kind": "commit", "ref": "abc", "files": ["a.py"], "diff": "-a\n+b"}
    pattern = {"service": "a", "signature": "x <*>", "count": 3, "delta_vs_baseline": 2}
    write_pack(
        tmp_path,
        meta=META,
        signal=SIGNAL,
        logs=[
            {"time": 1002.0, "service": "b", "message": "late"},
            {"time": 1001.0, "service": "a", "message": "m", "span_id": "s", "attributes": {}},
        ],
        spans=[{"span_id": "s", "service": "a", "name": "n", "start": 1001, "duration_ms": 2}],
        changes=[change, commit],
        patterns=[pattern],
        topology=[("a", "b"), ("a", "b")],
        truth={"services": ["a"], "change": "none", "fault": "leak"},
    )
    pack = open_pack(str(tmp_path))
    first, second = pack.changes()
    assert (first.ref, first.files, first.diff, first.service) == ("abc", ("a.py",), "-a\n+b", None)
    assert (second.from_, second.to, second.files) == ("false", "true", ())
    assert pack.patterns()[0].delta_vs_baseline == "2"
    assert pack.topology() == [("a", "b")]
    assert pack.logs().message == ["m", "late"]
    assert pack.logs().row(0) == {
        "time": 1001.0,
        "service": "a",
        "severity": "",
        "message": "m",
        "trace_id": None,
        "span_id": "s",
        "attributes": None,
    }
    assert pack.spans().row(0)["duration_ms"] == 2.0
    assert pack.absent == ["metrics.csv"]
    assert read_truth(tmp_path) == Truth(services=("a",), change="none", fault="leak")
    assert check_truth(tmp_path) == []
    assert [str(p) for p in check_pack(tmp_path)] == ["metrics.csv: not in the pack"]


def test_selections_are_half_open(tmp_path):
    samples = [(1000.0 + i, "a", m, float(i), "", "") for i in range(4) for m in ("x", "y")]
    lines = [{"time": 1000 + i, "service": "ab"[i % 2], "message": str(i)} for i in range(6)]
    spans = [{"span_id": str(i), "service": "a", "start": 1000 + i, "duration_ms": 0} for i in range(3)]
    write_pack(tmp_path, meta=META, signal=SIGNAL, metrics=samples, logs=lines, spans=spans)
    pack = open_pack(tmp_path)
    (series,) = pack.metrics().select({"a"}, {"x"}, start=1001, end=1003)
    assert series.values.tolist() == [1.0, 2.0]
    assert pack.metrics().select(services=["nobody"]) == []
    assert pack.metrics().select(start=1010) == []
    assert pack.metrics().services == ["a"]
    assert pack.metrics().rows == 8
    assert pack.logs().between(1001, 1004).tolist() == [1, 2, 3]
    assert pack.logs().between(1001, 1004, ["b"]).tolist() == [1, 3]
    assert pack.logs().between(1004, 1001).tolist() == []
    assert pack.spans().between(1001, 1003).tolist() == [1, 2]


def test_a_large_file_is_compressed_and_the_old_form_removed(tmp_path):
    def write(count):
        lines = ({"time": 1001, "service": "a", "message": "m" * 50} for _ in range(count))
        write_pack(tmp_path, meta=META, signal=SIGNAL, logs=lines)
        return sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("logs"))

    assert write(10) == ["logs.ndjson"]
    assert write(2000) == ["logs.ndjson.gz"]
    first = (tmp_path / "logs.ndjson.gz").read_bytes()
    assert gzip.decompress(first).count(b"\n") == 2000
    write(2000)
    assert (tmp_path / "logs.ndjson.gz").read_bytes() == first
    assert len(open_pack(tmp_path).logs()) == 2000
    assert write(0) == []
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    "row",
    [(1001.0, "a", "m", float("nan"), "", ""), (1001.0, "a\nb", "m", 1.0, "", "")],
    ids=["not finite", "line end"],
)
def test_what_could_not_be_read_is_not_written(tmp_path, row):
    with pytest.raises(ValueError, match=r"finite|line end"):
        write_pack(tmp_path, meta=META, signal=SIGNAL, metrics=[row])
    assert list(tmp_path.iterdir()) == []


def test_packs_are_found_at_any_depth_in_order(tmp_path):
    for name in ("b/deep/pack", "a"):
        write_pack(tmp_path / name, meta=META, signal=SIGNAL)
    assert find_packs(tmp_path) == [tmp_path / "a", tmp_path / "b/deep/pack"]
    assert find_packs(tmp_path / "a") == [tmp_path / "a"]
    assert find_packs(Path(tmp_path / "none")) == []
