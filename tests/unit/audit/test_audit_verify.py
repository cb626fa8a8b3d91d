"""Any single change, loss or exchange of records is found, and the report names the record."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.audit.chain import Head, linked
from inquest.audit.verify import Checkpoint, Held, exported, read_export, verify
from inquest.contracts.latest import AuditRecord

TIME = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def trail(count: int = 8, chain: str = "c1", first_seq: int = 1) -> list[Held]:
    head, held = Head(chain), []
    for number in range(1, count + 1):
        record = AuditRecord(
            record_id=f"r{number}", tenant="acme", action="panic-on", by=f"p{number}", at=TIME, service="api"
        )
        record = linked(record, head)
        head = Head(chain, record.number, record.hash)
        payload = record.model_dump_json().encode()
        held.append(Held(first_seq + number - 1, f"evt.audit.recorded.v1.acme.api.{chain}", payload))
    return held


def mark(held: Held) -> Checkpoint:
    fields = json.loads(held.payload)
    return Checkpoint("acme", "api", fields["chain"], fields["number"], fields["hash"])


def changed(held: Held, **fields) -> Held:
    return Held(held.seq, held.subject, json.dumps(json.loads(held.payload) | fields).encode())


def kinds(report) -> set[tuple[str, int]]:
    return {(one.kind, one.number) for one in report.findings}


def test_an_untouched_trail_has_no_findings():
    held = trail() + trail(3, "c2", first_seq=9)
    report = verify(held, [mark(held[7]), mark(held[9])], 11)
    assert (report.records, report.chains, report.checkpoints, report.findings) == (11, 2, 2, ())


FIELDS = sorted(AuditRecord.model_fields)


@given(
    at=st.integers(0, 7), name=st.sampled_from(FIELDS), junk=st.one_of(st.text(max_size=5), st.integers(), st.none())
)
@settings(max_examples=50, deadline=None)
def test_any_changed_field_of_any_record_is_found(at, name, junk):
    held = trail()
    before = json.loads(held[at].payload)[name]
    if before == junk and type(before) is type(junk):
        return
    held[at] = changed(held[at], **{name: junk})
    assert verify(held).findings


@given(at=st.integers(0, 7), place=st.integers(0, 10_000), byte=st.integers(0, 255))
@settings(max_examples=50, deadline=None)
def test_any_changed_byte_that_changes_the_record_is_found(at, place, byte):
    held = trail()
    raw = bytearray(held[at].payload)
    raw[place % len(raw)] = byte
    try:
        if json.loads(bytes(raw)) == json.loads(held[at].payload):
            return
    except ValueError:
        pass
    held[at] = Held(held[at].seq, held[at].subject, bytes(raw))
    assert verify(held).findings


@given(at=st.integers(0, 7))
@settings(max_examples=8, deadline=None)
def test_any_removed_record_is_named(at):
    held = trail()
    left = held[:at] + held[at + 1 :]
    report = verify(left, [mark(held[-1])], 8)
    assert ("missing", at + 1) in kinds(report)
    assert any(f"message {at + 1} of stream AUDIT" in one.text for one in report.findings)


@given(pair=st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] < pair[1]))
@settings(max_examples=30, deadline=None)
def test_any_two_exchanged_records_are_found(pair):
    one, other = pair
    held = trail()
    held[one], held[other] = (
        Held(held[one].seq, held[one].subject, held[other].payload),
        Held(held[other].seq, held[other].subject, held[one].payload),
    )
    found = verify(held).findings
    assert "reordered" in {finding.kind for finding in found}
    assert {finding.number for finding in found} & {one + 1, other + 1}


def test_a_changed_record_with_a_new_hash_breaks_the_link_of_the_next():
    held = trail()
    fields = json.loads(held[2].payload) | {"by": "nobody"}
    forged = linked(AuditRecord.model_validate(fields), Head("c1", 2, fields["previous"]))
    held[2] = Held(3, held[2].subject, forged.model_dump_json().encode())
    assert kinds(verify(held)) == {("changed", 3)}


def test_a_chain_rewritten_to_its_end_is_found_by_its_checkpoint():
    held = trail()
    rewritten = [changed(one, by="nobody") for one in trail()]
    head, forged = Head("c1"), []
    for one in rewritten:
        record = linked(AuditRecord.model_validate_json(one.payload), head)
        head = Head("c1", record.number, record.hash)
        forged.append(Held(one.seq, one.subject, record.model_dump_json().encode()))
    assert verify(forged).findings == ()
    assert kinds(verify(forged, [mark(held[5])])) == {("changed", 6)}


def test_a_chain_that_is_gone_or_cut_short_is_found_by_its_checkpoint():
    held = trail()
    report = verify(held[:5], [mark(held[7])])
    assert [one.text for one in report.findings] == [
        "api/acme/c1: records 6 to 8 are missing: a checkpoint holds that it was there"
    ]
    assert kinds(verify([], [mark(held[7])])) == {("missing", 1)}


def test_the_stream_itself_tells_what_was_removed_without_a_checkpoint():
    held = trail()
    assert [one.text for one in verify(held[:7], (), 8).findings] == ["message 8 of stream AUDIT is gone"]
    assert "messages 1 to 8 of stream AUDIT are gone" in verify([], (), 8).findings[0].text


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (b"no json", "is no record"),
        (b"[1]", "is no record"),
        (b"{}", "is no record"),
        (b'{"by":"a","by":"b"}', "a field occurs twice"),
        (b"[" * 100_000, "is no record"),
    ],
)
def test_what_is_no_record_is_named(payload, why):
    (found,) = verify([Held(4, "", payload)]).findings
    assert (found.kind, found.seq) == ("unreadable", 4)
    assert why in found.text


def test_a_record_on_the_subject_of_another_chain_and_one_that_is_there_twice():
    held = trail(2)
    moved = Held(2, "evt.audit.recorded.v1.acme.api.other", held[1].payload)
    assert kinds(verify([held[0], moved])) == {("changed", 2)}
    again = Held(3, held[0].subject, held[0].payload)
    assert kinds(verify([*held, again])) == {("repeated", 1)}
    first = linked(AuditRecord.model_validate_json(held[0].payload), Head("c1", 0, "f" * 64))
    assert kinds(verify([Held(1, held[0].subject, first.model_dump_json().encode())])) == {("changed", 1)}


FOREIGN = [b"not json \xff", b"two\nlines", b"", b'{"number": 1, "number": 2}', b"[1]", b'"text"', b"[" * 100_000]


def export_of(held: list[Held]) -> list[bytes]:
    return [exported(one.payload) + b"\n" for one in held]


@pytest.mark.parametrize("payload", FOREIGN, ids=range(len(FOREIGN)))
def test_a_foreign_line_of_an_export_is_told_and_the_rest_is_compared(payload):
    held = [*trail(3), Held(4, "evt.audit.recorded.v1.acme.api.c1", payload)]
    lines = export_of(held)
    assert all(line.count(b"\n") == 1 for line in lines)
    earlier = read_export(lines)
    assert (len(earlier.marks), list(earlier.foreign)) == (3, [4])
    same = verify(held, last_seq=4, earlier=earlier)
    assert [one.kind for one in same.findings] == ["unreadable", "unreadable"]
    assert "line 4 of the export is no record" in same.findings[1].text
    copy = verify([Held(number, "", line) for number, line in enumerate(lines, 1)], earlier=earlier)
    assert [one.kind for one in copy.findings] == ["unreadable", "unreadable"]


def test_what_an_export_holds_and_the_audit_does_not_any_more_is_missing():
    held = [*trail(3), Held(4, "evt.audit.recorded.v1.acme.api.c1", b"foreign")]
    earlier = read_export(export_of(held))
    report = verify(held[:2], earlier=earlier)
    assert [(one.kind, one.number) for one in report.findings] == [("missing", 3), ("unreadable", 0), ("missing", 0)]
    assert "line 4 of the export" in report.findings[2].text


def test_an_export_cut_at_its_end_shows_only_beside_another():
    lines = export_of(trail(4))
    cut = [Held(number, "", line) for number, line in enumerate(lines[:2], 1)]
    assert verify(cut).findings == ()
    assert kinds(verify(cut, earlier=read_export(lines))) == {("missing", 3)}
