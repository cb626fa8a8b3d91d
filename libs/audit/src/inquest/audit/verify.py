"""Whether the audit is as it was written: which records were changed, are missing or lie in another order. Pure."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

from inquest.audit.chain import hash_of
from inquest.contracts.v1.controls import AUDIT_GENESIS

Kind = Literal["changed", "missing", "reordered", "repeated", "unreadable"]
_TEXTS = ("tenant", "service", "chain", "previous", "hash")
_UNREADABLE = (ValueError, KeyError, TypeError, RecursionError)
GAPS_TOLD_MAX = 1000


@dataclass(frozen=True, slots=True)
class Held:
    """One message of the audit as it lies: its sequence in the stream, its subject (empty: unknown), its bytes."""

    seq: int
    subject: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What was noted elsewhere: that a chain held this hash at this number."""

    tenant: str
    service: str
    chain: str
    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Export:
    """An export made earlier: what it says of the chains, and its lines that are no records, by their number."""

    marks: tuple[Checkpoint, ...] = ()
    foreign: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one record, or with several in a row."""

    kind: Kind
    text: str
    chain: str = ""
    number: int = 0
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification saw."""

    records: int
    chains: int
    checkpoints: int
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Link:
    seq: int
    number: int
    previous: str
    stated: str
    actual: str


@dataclass(slots=True)
class _Reading:
    chains: dict[tuple[str, str, str], list[_Link]] = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)
    foreign: set[bytes] = field(default_factory=set)


def exported(payload: bytes) -> bytes:
    """Return a message as the one line that an export has of it, also where it is no record or no text."""
    return payload.decode(errors="replace").replace("\n", " ").strip().encode()


def read_export(lines: Iterable[bytes]) -> Export:
    """Return what an export says. Lines that are no records are no reason to compare less of it."""
    marks, foreign = [], {}
    for number, line in enumerate(lines, 1):
        try:
            keys, link = _link(number, json.loads(line, object_pairs_hook=_once))
        except _UNREADABLE:
            foreign[number] = exported(line)
        else:
            marks.append(Checkpoint(*keys, link.number, link.stated))
    return Export(tuple(marks), foreign)


def verify(
    held: Iterable[Held],
    checkpoints: Iterable[Checkpoint] = (),
    last_seq: int | None = None,
    earlier: Export | None = None,
) -> Report:
    """Return what is wrong with the audit.

    Args:
        held: all of it, in the order in which it lies.
        checkpoints: what was noted of its chains; only they tell that the end of a chain, or all of it, is gone.
        last_seq: the last sequence that the stream ever gave; None where only part of the stream is here.
        earlier: an export of it; all that this holds must still be there.
    """
    earlier = earlier or Export()
    reading, marks = _Reading(), [*checkpoints, *earlier.marks]
    seqs = [_read(one, reading) for one in held]
    for (tenant, service, chain), links in reading.chains.items():
        where = f"{service}/{tenant}/{chain}"
        reading.findings += _judged(chain, where, links)
    for mark in marks:
        reading.findings += _compared(mark, reading.chains.get((mark.tenant, mark.service, mark.chain), ()))
    for number, line in earlier.foreign.items():
        reading.findings += _foreign(number, is_there=line in reading.foreign)
    if last_seq is not None:
        reading.findings += _gaps(seqs, last_seq)
    findings = tuple(dict.fromkeys(reading.findings))
    return Report(len(seqs), len(reading.chains), len(marks), findings)


def _read(one: Held, reading: _Reading) -> int:
    """Add one message to its chain, or say why it belongs to none; returns its sequence."""
    try:
        fields = json.loads(one.payload, object_pairs_hook=_once)
        keys, link = _link(one.seq, fields)
    except _UNREADABLE as error:
        text = f"message {one.seq} is no record of the audit: {str(error)[:200] or type(error).__name__}"
        reading.findings.append(Finding("unreadable", text, seq=one.seq))
        reading.foreign.add(exported(one.payload))
        return one.seq
    if one.subject and tuple(one.subject.split(".")[-3:]) != keys:
        text = f"record {link.number} of chain {keys[2]} lies on the subject {one.subject} of another chain"
        reading.findings.append(Finding("changed", text, keys[2], link.number, one.seq))
    reading.chains[keys].append(link)
    return one.seq


def _link(seq: int, fields: dict[str, Any]) -> tuple[tuple[str, str, str], _Link]:
    number, texts = fields["number"], {name: fields[name] for name in _TEXTS}
    if not isinstance(number, int) or number < 1 or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("its number or its hashes are no such")
    keys = (texts["tenant"], texts["service"], texts["chain"])
    return keys, _Link(seq, number, texts["previous"], texts["hash"], hash_of(fields))


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that occurs twice: readers differ in which one they take."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field occurs twice")
    return fields


def _judged(chain: str, where: str, links: Sequence[_Link]) -> list[Finding]:
    """Return what is wrong with one chain; its links in the order in which they lie."""
    found: list[Finding] = []
    by_number: dict[int, _Link] = {}

    def told(kind: Kind, link: _Link, text: str) -> None:
        found.append(Finding(kind, f"{where}: record {link.number} {text}", chain, link.number, link.seq))

    highest = 0
    for link in links:
        if link.actual != link.stated:
            told("changed", link, "was changed: it does not have the hash that it states")
        if link.number in by_number:
            told("repeated", link, f"lies here again, as message {link.seq}")
            continue
        if link.number < highest:
            told("reordered", link, f"lies after record {highest}")
        highest = max(highest, link.number)
        by_number[link.number] = link
    ordered = [by_number[number] for number in sorted(by_number)]
    found += _missing(chain, where, ordered)
    if ordered and ordered[0].number == 1 and ordered[0].previous != AUDIT_GENESIS:
        told("changed", ordered[0], "was changed: it is the first, and names a record before it")
    for one, after in pairwise(ordered):
        if after.number == one.number + 1 and after.previous != one.stated:
            told("changed", one, f"was changed, or record {after.number} was: that one names another hash before it")
    return found


def _missing(chain: str, where: str, ordered: Sequence[_Link]) -> list[Finding]:
    last, found = 0, []
    for link in ordered:
        if link.number > last + 1:
            found.append(_lacking(chain, where, last + 1, link.number - 1, "", link.seq))
        last = link.number
    return found


def _lacking(chain: str, where: str, first: int, last: int, why: str, seq: int = 0) -> Finding:
    what = f"record {first} is missing" if first == last else f"records {first} to {last} are missing"
    return Finding("missing", f"{where}: {what}{why}", chain, first, seq)


def _compared(mark: Checkpoint, links: Sequence[_Link]) -> list[Finding]:
    """Compare a chain with what was noted of it."""
    where = f"{mark.service}/{mark.tenant}/{mark.chain}"
    at = [link for link in links if link.number == mark.number]
    if at:
        if any(link.actual == mark.hash for link in at):
            return []
        text = f"{where}: record {mark.number} was changed: a checkpoint of it holds another hash"
        return [Finding("changed", text, mark.chain, mark.number, at[0].seq)]
    last = max((link.number for link in links), default=0)
    if last > mark.number:
        return []  # missing in the middle of its chain, which is said already
    return [_lacking(mark.chain, where, last + 1, mark.number, ": a checkpoint holds that it was there")]


def _foreign(number: int, *, is_there: bool) -> list[Finding]:
    found = [Finding("unreadable", f"line {number} of the export is no record of the audit")]
    if not is_there:
        found.append(Finding("missing", f"what line {number} of the export holds is not there any more"))
    return found


def _gaps(seqs: Sequence[int], last: int) -> list[Finding]:
    """Return where messages of the stream are gone; the stream itself numbers them without gaps."""
    found: list[Finding] = []
    for before, after in pairwise((0, *seqs, last + 1)):
        if after > before + 1 and len(found) < GAPS_TOLD_MAX:
            one = f"message {before + 1} of stream AUDIT is gone"
            several = f"messages {before + 1} to {after - 1} of stream AUDIT are gone"
            found.append(Finding("missing", one if after == before + 2 else several, seq=before + 1))
    return found
