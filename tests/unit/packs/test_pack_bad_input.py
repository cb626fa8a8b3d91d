import gzip
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.packs import PackError, check_pack, files, open_pack
from inquest.packs.times import format_time, parse_time
from inquest.packs.truth import check_truth, read_truth

PACK = "id: p\ntitle: t\nwindow: {start: 2026-01-01T00:10:00Z, end: '2026-01-01T01:00:00Z'}\n"
SIGNAL = '{"source": "generic", "body": {}}'
T = 1767226200  # 2026-01-01T00:10:00Z
HEADER = b"time,service,metric,value\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pack.yaml").write_text(PACK)
    (tmp_path / "signal.json").write_text(SIGNAL)
    return tmp_path


def told(folder, level="error"):
    return [str(problem) for problem in check_pack(folder) if problem.level == level]


def test_a_broken_row_is_named_and_the_rest_is_used(folder):
    (folder / "metrics.csv").write_bytes(
        b"\xef\xbb\xbftime,service,metric,value,colour\r\n"
        + f"{T},a,m,1,red\n\n{T},a,m\n2026-01-01T00:10:01Z,a,m,2,\nnever,a,m,1,\n".encode()
        + f"{T},a,m,x,\n{T},,m,1,\n1,a,m,1,\n{T}000,a,m,1,\n{T},a,m,inf,\n".encode()
        + b'%d,"a,b",m,3,\n%d,"a,m,4,\n%d,\xff,m,5,\n%d,a,m,6,\n' % (T, T, T, T + 2)
    )
    pack = open_pack(folder)
    assert {s.service: s.values.tolist() for s in pack.metrics().series} == {
        "a": [1.0, 2.0, 6.0],
        "a,b": [3.0],
    }
    errors = {p.line: p.message for p in pack.problems if p.level == "error"}
    assert sorted(errors) == [4, 6, 7, 8, 9, 10, 11, 13, 14]
    assert errors[4] == "3 fields where the header has 5"
    assert "RFC 3339" in errors[6]
    assert errors[7] == "value 'x' is not a finite number"
    assert errors[8] == "service or metric is empty"
    assert errors[9] == "time 1 lies outside baseline and window"
    assert "milliseconds" in errors[10]
    assert "metrics.csv:1: unknown column 'colour' is ignored" in told(folder, "note")


@pytest.mark.parametrize(
    "content",
    [b"", b"1,a,m,1\n", b"time,service,time,metric,value\n", b"\x00\xff", HEADER, HEADER + b"x\n"],
)
def test_a_metrics_file_without_use_gives_an_empty_table(folder, content):
    (folder / "metrics.csv").write_bytes(content)
    assert open_pack(folder).metrics().rows == 0
    assert check_pack(folder)


def test_a_broken_record_is_named_and_the_rest_is_used(folder):
    good = f'{{"time": {T}, "service": "a", "message": "m", "weight": 3, "trace_id": 7}}'
    bad = [
        "{",
        "[]",
        "{}",
        '{"time": true, "service": "a", "message": "m"}',
        f'{{"time": {T}, "message": "m"}}',
        f'{{"time": {T}, "service": "a", "message": "m", "trace_id": []}}',
        f'{{"time": {T}, "service": "a", "message": "m", "attributes": 3}}',
        '{"time": 5, "service": "a", "message": "m"}',
        '{"time": -5, "service": "a", "message": "m"}',
    ]
    (folder / "logs.ndjson").write_text("\n".join([*bad, good, good]))
    pack = open_pack(folder)
    assert (len(pack.logs()), pack.logs().trace_id) == (2, ["7", "7"])
    errors = [p.line for p in pack.problems if p.level == "error"]
    assert errors == list(range(1, 10))
    unknown = [p for p in pack.problems if "weight" in p.message]
    assert [(p.line, p.level) for p in unknown] == [(10, "note")]
    span = '{"span_id": "s", "service": "a", "start": %d, "duration_ms": %s, "more": 1}\n'
    texts = "".join(span % (T, value) for value in ("-1", "null", "1e999", "3"))
    (folder / "spans.ndjson").write_text(texts)
    assert open_pack(folder).spans().duration_ms.tolist() == [3.0]


def test_changes_patterns_and_topology_keep_what_is_good(folder):
    rows = [
        '{"time": 5, "kind": "commit", "ref": "old"}',
        f'{{"time": {T}, "kind": "deploy", "service": 3}}',
        f'{{"time": {T}, "kind": "party"}}',
        f'{{"time": {T}, "kind": "flag", "from": 10, "to": 2.5, "mood": 1}}',
        f'{{"time": {T + 7200}, "kind": "commit"}}',
    ]
    (folder / "changes.ndjson").write_text("\n".join(rows))
    (folder / "patterns.ndjson").write_text('{"service": "a"}\n{"service":"a","signature":"s","count":1}')
    (folder / "topology.json").write_text('{"edges": [{"from": "a"}, 3, {"from": "a", "to": "b"}]}')
    pack = open_pack(folder)
    assert [(c.ref, c.from_, c.to) for c in pack.changes()] == [("old", None, None), (None, "10", "2.5")]
    assert len(pack.patterns()) == 1
    assert pack.topology() == [("a", "b")]
    assert [p.line for p in pack.problems if p.level == "error"] == [2, 3, 1, 0, 0]
    for content in ("{", "[]", '{"edges": 3}'):
        (folder / "topology.json").write_text(content)
        assert open_pack(folder).topology() == []


def test_the_list_of_problems_is_bounded(folder):
    (folder / "logs.ndjson").write_text("x\n" * 250)
    assert len(told(folder)) == 101
    assert told(folder)[-1] == "logs.ndjson: and 150 more problems"


def test_a_damaged_gzip_file_is_used_as_far_as_it_goes(folder):
    line = '{"time": %d, "service": "a", "message": "%s"}\n'
    whole = gzip.compress("".join(line % (T, i) for i in range(20000)).encode())
    (folder / "logs.ndjson.gz").write_bytes(whole[: len(whole) // 2])
    pack = open_pack(folder)
    assert 0 < len(pack.logs()) < 20000
    assert any("cannot be read beyond this line" in p.message for p in pack.problems)
    (folder / "logs.ndjson.gz").write_bytes(b"not gzip")
    assert len(open_pack(folder).logs()) == 0


def test_lines_and_files_have_a_limit(folder, monkeypatch):
    monkeypatch.setattr(files, "LINE_BYTES_MAX", 100)
    good = f'{{"time": {T}, "service": "a", "message": "m"}}\n'
    (folder / "logs.ndjson").write_text(good + "x" * 350 + "\n" + good)
    pack = open_pack(folder)
    assert len(pack.logs()) == 2
    assert "longer than 100 bytes" in pack.problems[0].message
    monkeypatch.setattr(files, "FILE_BYTES_MAX", 100)
    (folder / "logs.ndjson").write_text(good * 5)
    pack = open_pack(folder)
    assert len(pack.logs()) == 1
    assert "the rest is left out" in pack.problems[0].message


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("pack.yaml", None, "the file is missing; expected id, title and window"),
        ("pack.yaml", "a: [", "not YAML"),
        ("pack.yaml", "- a", "not a mapping"),
        ("pack.yaml", "id: a\ntitle: t\n", "window"),
        ("pack.yaml", "id: a\ntitle: t\nwindow: 3", "must be {start, end}"),
        ("pack.yaml", "id: a\ntitle: t\nwindow: {start: 9, end: 3}", "start must be before end"),
        ("pack.yaml", "id: a\ntitle: t\nwindow: {start: soon, end: 3}", "neither RFC 3339"),
        ("pack.yaml", PACK + "baseline: {start: 2027-01-01, end: 2027-01-02}", "after window"),
        ("signal.json", None, "the file is missing; expected"),
        ("signal.json", "{", "not JSON"),
        ("signal.json", '{"source": "x"}', "body is missing"),
        ("signal.json", "[]", "source or body is missing"),
    ],
)
def test_a_folder_that_is_no_pack_says_what_is_expected(folder, name, content, reason):
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_text(content)
    with pytest.raises(PackError, match=reason) as caught:
        open_pack(folder)
    assert str(folder / name) in str(caught.value)
    (only,) = check_pack(folder)
    assert reason in only.message


def test_no_folder_no_telemetry_and_stray_files(folder):
    with pytest.raises(PackError, match="not a folder"):
        open_pack(folder / "none")
    assert "no telemetry at all" in told(folder)[0]
    (folder / "logs.ndjson").write_text(f'{{"time": {T}, "service": "a", "message": "m"}}\n')
    (folder / "notes.txt").write_text("mine")
    (folder / "pack.yaml").write_text(PACK + "mood: good\n")
    assert told(folder) == []
    assert "notes.txt: not a file of the pack format: ignored" in told(folder, "note")
    assert "pack.yaml: unknown field 'mood' is ignored" in told(folder, "note")


def test_a_bad_truth_is_told(folder):
    assert read_truth(folder) is None
    for content in ("services: 3", "a: [", "3"):
        (folder / "truth.yaml").write_text(content)
        assert "truth.yaml" in check_truth(folder)[0].message


@settings(max_examples=50, deadline=None)
@given(junk=st.binary(max_size=300))
def test_junk_never_raises(tmp_path_factory, junk):
    folder = tmp_path_factory.mktemp("junk")
    (folder / "pack.yaml").write_text(PACK)
    (folder / "signal.json").write_text(SIGNAL)
    line = f'{{"time":{T},"service":"a","message":"m"}}\n'.encode()
    (folder / "logs.ndjson").write_bytes(line + junk.replace(b"\n", b" ") + b"\n" + line)
    (folder / "spans.ndjson").write_bytes(junk)
    (folder / "metrics.csv").write_bytes(HEADER + b"%d,a,m,1\n" % T + junk)
    (folder / "changes.ndjson").write_bytes(junk)
    (folder / "topology.json").write_bytes(junk)
    check_pack(folder)
    pack = open_pack(folder)
    assert len(pack.logs()) == 2
    assert pack.metrics().rows >= 1


@given(st.integers(0, 4_000_000_000_000))
def test_a_time_survives_its_text(milliseconds):
    assert parse_time(format_time(milliseconds / 1000)) == milliseconds / 1000


@pytest.mark.parametrize("value", [None, True, "", "nan", float("inf"), -1, 1e13, "2026-13-01"])
def test_what_is_not_a_time_is_refused(value):
    with pytest.raises(ValueError, match="time"):
        parse_time(value)


def test_a_time_without_a_zone_is_utc():
    assert parse_time("1970-01-01T01:00:00") == 3600.0
    assert parse_time("1970-01-01T01:00:00+01:00") == 0.0


def test_the_package_does_not_bring_the_truth_along():
    code = "import sys, inquest.packs; sys.exit('inquest.packs.truth' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
