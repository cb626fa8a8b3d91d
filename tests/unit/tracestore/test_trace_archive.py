"""The archive's folder: what is written is read back byte for byte, and every change is found."""

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.errors import InquestError
from inquest.testkit.stories import InvestigationBuilder
from inquest.tracestore.adapters.archive import INVESTIGATIONS, Archive
from inquest.tracestore.domain.bundle import (
    ArchiveDamaged,
    Manifest,
    Record,
    closing_of,
    differing,
    lines,
    parse_line,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
REF = "acme/" + "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"  # of b"foo"


def record(seq=1, payload=b"{}", stream="VERDICTS"):
    return Record(stream, seq, "evt.verdict.reached.v1.acme.i1", NOW, {"Nats-Msg-Id": "x"}, payload)


def manifest(part=1, **changes):
    given = Manifest(
        tenant="acme",
        investigation_id="i1",
        part=part,
        closed_at=NOW,
        archived_at=NOW,
        records=0,
        streams={},
        sha256="",
    )
    return given.model_copy(update=changes)


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "archive")


@pytest.fixture
def folder(archive):
    return archive.folder(INVESTIGATIONS, "acme", "i1")


@settings(max_examples=40)
@given(
    st.builds(
        Record,
        st.sampled_from(["EVIDENCE", "VERDICTS"]),
        st.integers(1, 2**53),
        st.text(),
        st.datetimes(timezones=st.just(UTC)),
        st.dictionaries(st.text(), st.text(), max_size=3),
        st.binary() | st.text().map(str.encode),
    )
)
def test_a_line_gives_its_record_back(one):
    (line,) = lines([one])
    assert line.count(b"\n") == 1
    assert parse_line(line) == one


@pytest.mark.parametrize("line", [b"", b"{}", b"[]", b'{"stream": 1, "base64": "x"}', b"\xff"])
def test_a_line_that_is_none_is_damage(line):
    with pytest.raises(ArchiveDamaged):
        parse_line(line)


def test_parts_are_read_back_in_order(archive, folder):
    first, second = [record(1), record(2)], [record(3, b"\x00\xff")]
    archive.add(folder, manifest(), first)
    archive.add(folder, manifest(2), second)
    assert archive.read_all(folder) == [*first, *second]
    assert list(archive.names(INVESTIGATIONS)) == [("acme", "i1")]
    assert (folder / "001.json").stat().st_mode & 0o777 == 0o600


def test_an_unfinished_part_is_none(archive, folder):
    archive.add(folder, manifest(), [record()])
    (folder / "002.ndjson.gz").write_bytes(b"cut sho")
    assert len(archive.parts(folder)) == 1
    archive.add(folder, manifest(2), [record(2)])
    assert len(archive.read_all(folder)) == 2


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda f: (f / "001.ndjson.gz").write_bytes(gzip.compress(b"")), "was changed"),
        (lambda f: (f / "001.ndjson.gz").write_bytes(b"x"), "cannot be read"),
        (lambda f: (f / "001.ndjson.gz").unlink(), "cannot be read"),
        (lambda f: (f / "001.json").write_text("{}"), "cannot be read"),
        (lambda f: (f / "001.json").unlink(), "a part is missing"),
        (
            lambda f: (f / "001.json").write_text((f / "001.json").read_text().replace('"records": 1', '"records": 2')),
            "does not hold",
        ),
        (
            lambda f: (f / "001.json").write_text((f / "001.json").read_text().replace('"format": 1', '"format": 9')),
            "upgrade",
        ),
    ],
)
def test_what_was_changed_is_found(archive, folder, spoil, problem):
    archive.add(folder, manifest(), [record()])
    archive.add(folder, manifest(2), [record(2)])
    spoil(folder)
    with pytest.raises(ArchiveDamaged, match=problem):
        archive.read_all(folder)


def test_payloads_go_with_the_last_that_names_them(archive, folder):
    other = archive.folder(INVESTIGATIONS, "acme", "i2")
    archive.put_object(REF, b"foo")
    for place in (folder, other):
        archive.add(place, manifest(objects=(REF,)), [record()])
    assert archive.remove(INVESTIGATIONS, "acme", "i1") == 1
    assert archive.get_object(REF) == b"foo"
    archive.remove(INVESTIGATIONS, "acme", "i2")
    assert not archive.has_object(REF)
    assert archive.remove(INVESTIGATIONS, "acme", "i2") == 0


def test_a_payload_that_is_not_what_its_name_says_is_refused(archive):
    with pytest.raises(ArchiveDamaged, match="was changed"):
        archive.put_object(REF, b"bar")
    with pytest.raises(ArchiveDamaged, match="cannot be read"):
        archive.get_object(REF)
    with pytest.raises(ArchiveDamaged, match="no reference"):
        archive.has_object("../../etc/passwd")
    with pytest.raises(InquestError, match="is no id"):
        archive.folder(INVESTIGATIONS, "..", "i1")


def test_what_the_archive_lacks_or_holds_otherwise_is_named():
    assert differing([record(1), record(2)], [record(1), record(2, b"other")]) == [("VERDICTS", 2)]
    assert differing([record(1)], [record(1), record(2)]) == []


def test_how_an_investigation_stands_is_read_from_its_records():
    builder = InvestigationBuilder()
    records = [
        Record(
            item.subject.stream or "",
            seq,
            item.subject.render(**item.keys),
            builder.at(seq),
            {},
            item.message.model_dump_json().encode(),
        )
        for seq, item in enumerate(builder.messages(), 1)
    ]
    whole = closing_of(records)
    assert (whole.incident_id, whole.signal_ids, whole.is_whole) == (builder.incident_id, (builder.signal_id,), True)
    events = [one for one in records if one.stream == "INVESTIGATIONS"]
    assert (whole.remnant_seq, whole.closed_at) == (events[-1].seq, events[-1].stored_at)
    running = closing_of(records[:6])
    assert (running.closed_at, running.remnant_seq) == (None, 0)
    assert not closing_of([one for one in records if one.seq != events[1].seq]).is_whole
