"""Text in telemetry that tries to instruct a model. It stays data, and is reported."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from typing import Any

import re2

from inquest.contracts.fencing import neutral
from inquest.gateway.domain.decoding import decoded
from inquest.gateway.domain.injection_aims import AIMS
from inquest.gateway.domain.injection_aims_made import MADE
from inquest.gateway.domain.injection_languages import LATIN, OTHER_LETTERS
from inquest.gateway.domain.injection_likeness import alike, trained
from inquest.gateway.domain.injection_marks import EXCUSED, MARKS
from inquest.gateway.domain.injection_pairs import PAIRS, SENTENCES
from inquest.gateway.domain.injection_rules import ENGLISH
from inquest.gateway.domain.readings import folded, pieces, readings, straight

PREFIX = "injection-attempt: "
REPORTED_MAX = 20
_QUOTED_CHARS = 160
_BEFORE_CHARS = 20
_CHUNK_ROWS = 256
_NEIGHBOURS = 3  # fields in a row of one place that are read as one text
_TEXT_CHARS_MAX = 64_000  # of one text; a longer one is read in parts that overlap
_OVERLAP_CHARS = 4_000
_PROGRAM_BYTES = 64 << 20

_SHORT_SPACES = 3  # lines with fewer were broken within a sentence, or are too short to say anything

Row = tuple[str, str]
Look = Callable[[str], str]


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem = _PROGRAM_BYTES
    options.never_capture = True
    options.log_errors = False
    return re2.compile(pattern, options)


@cache
def _latin() -> tuple[Any, ...]:
    """Compile when there is text to read: a gateway starts without.

    Several programs: of one, the states that are met on ordinary text would not fit into its memory.
    """
    return tuple(_compiled("|".join(rules)) for rules in (*ENGLISH, PAIRS, SENTENCES, (*AIMS, *MADE), *LATIN))


@cache
def _all() -> tuple[Any, ...]:
    """Text of ASCII alone cannot meet a rule for other letters, and most telemetry is ASCII."""
    return (*_latin(), *(_compiled("|".join(rules)) for rules in OTHER_LETTERS))


_MARKS, _EXCUSED = _compiled(MARKS), _compiled(EXCUSED)


def find_injections(rows: Iterable[Row]) -> list[str]:
    """Return a problem line for each (where, text) that looks like an instruction, `REPORTED_MAX` and a count at most.

    Lines read `injection-attempt: <where>: "<what it says>"`; the quotation is one line, and cut. Fields of one place
    that follow each other are read as one text too, for an instruction may be split over them.
    """
    found: list[str] = []
    more = 0
    pending = iter(rows)
    while chunk := list(islice(pending, _CHUNK_ROWS)):
        for where, text in _attempts(chunk):
            if len(found) < REPORTED_MAX:
                found.append(f'{PREFIX}{where}: "{text}"')
            else:
                more += 1
    return [*found, f"{PREFIX}{more} more texts"] if more else found


def _attempts(chunk: Sequence[Row]) -> Iterable[Row]:
    """Yield where an attempt stands, and its quotation."""
    # All in one first: most chunks hold nothing, and one look costs less than hundreds.
    parts = list(_parts("\n".join(text for _, text in chunk)))
    looks = [look for look, may in ((_ruled, _ruled), (_liked, _may_be_liked)) if any(map(may, parts))]
    if looks:
        yield from _found(chunk, looks)


def _found(chunk: Sequence[Row], looks: Sequence[Look]) -> Iterable[Row]:
    told = -1  # the last row that was reported
    said = [_said(text, looks) for _, text in chunk]
    for place, (where, text) in enumerate(chunk):
        if said[place]:
            told = place
            yield where, _quotation(text, said[place])
            continue
        first = max(0, place - _NEIGHBOURS + 1)
        near = [row[1] for row in chunk[first : place + 1] if row[0] == where]
        if first <= told or len(near) < 2:
            near = []
        for size in range(2, len(near) + 1):
            if words := _said(" ".join(near[-size:]), looks):
                told = place
                yield where, _quotation(" ".join(near[-size:]), words)
                break


def _said(text: str, looks: Sequence[Look]) -> str:
    """Return the words of the first instruction that is seen in the text, or nothing."""
    return next(filter(None, (look(plain) for plain in _parts(text) for look in looks)), "")


def _parts(text: str) -> Iterable[str]:
    """Yield the text without its encodings, in parts that overlap."""
    for start in range(0, max(len(text), 1), _TEXT_CHARS_MAX):
        part = text[start : start + _TEXT_CHARS_MAX + _OVERLAP_CHARS].encode(errors="replace").decode()
        yield decoded(part)


def _ruled(plain: str) -> str:
    """Return what fits a rule, in any of the ways to read the text."""
    if match := _MARKS.search(plain.lower()):
        return str(match.group())
    for reading in readings(plain):
        for words in _latin() if reading.isascii() else _all():
            if words.search(reading) and (match := words.search(_EXCUSED.sub(" … ", reading))):
                return str(match.group())
    return ""


def _liked(plain: str) -> str:
    """Return the stretch that reads like an order to a model, as a person would read the text."""
    for reading in straight(plain):
        if alike(reading) and (stretch := alike(_EXCUSED.sub(" … ", reading))):
            return stretch
    return ""


def _may_be_liked(plain: str) -> str:
    """Say the same of many rows, line by line: what two rows say together is no order."""
    lines = [line for piece in pieces(plain) for line in _lines(piece)]
    found = (alike(folded(line)) for line in trained().lines("\n".join(filter(str.isascii, lines))))
    others = (_liked(line) for line in lines if not line.isascii())
    return next(filter(None, chain(found, others)), "")


def _lines(plain: str) -> Iterator[str]:
    """Yield the lines, short ones that follow each other as one."""
    short: list[str] = []
    for line in plain.split("\n"):
        if line.count(" ") < _SHORT_SPACES:
            short.append(line)
            continue
        if short:
            yield " ".join(short)
            short = []
        yield line
    yield " ".join(short)


def _quotation(text: str, words: str) -> str:
    shown = " ".join("".join(char if char.isprintable() else " " for char in neutral(text)).split())
    first = words.split(maxsplit=1)[0] if words.split() else words
    start = max(shown.lower().find(first), 0)
    return shown[max(0, start - _BEFORE_CHARS) : start + _QUOTED_CHARS]
