"""Text in telemetry that tries to instruct a model. It stays data, and is reported."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from inquest.contracts.fencing import neutral
from inquest.gateway.domain.decoding import decoded
from inquest.gateway.domain.injection_aims import AIMS
from inquest.gateway.domain.injection_aims_made import MADE
from inquest.gateway.domain.injection_languages import LATIN, OTHER_LETTERS
from inquest.gateway.domain.injection_likeness import alike, trained
from inquest.gateway.domain.injection_marks import EXCUSED, MARKS
from inquest.gateway.domain.injection_pairs import PAIRS, SENTENCES
from inquest.gateway.domain.injection_rules import ENGLISH
from inquest.gateway.domain.programs import compiled
from inquest.gateway.domain.readings import folded, lettered, pieces, readings, straight

PREFIX = "injection-attempt: "
REPORTED_MAX = 20
_QUOTED_CHARS = 160
_BEFORE_CHARS = 20
_CHUNK_ROWS = 256
_NEIGHBOURS = 3  # fields in a row of one place that are read as one text
_TEXT_CHARS_MAX = 64_000  # of one text; a longer one is read in parts that overlap
_OVERLAP_CHARS = 4_000
_FIRST_WORDS = 5
# What is, or is decoded to, a line break within a text.
_BROKEN = re.compile(
    r"[\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]|\\[nrtvfxu]|%(?:25)*0[adAD]|&#|<(?:br|p|div|li)\b", re.IGNORECASE
)

Row = tuple[str, str]
Look = Callable[[str], str]


@cache
def _latin() -> tuple[Any, ...]:
    """Compile when there is text to read: a gateway starts without.

    Several programs: of one, the states that are met on ordinary text would not fit into its memory.
    """
    return tuple(compiled("|".join(rules)) for rules in (*ENGLISH, PAIRS, SENTENCES, (*AIMS, *MADE), *LATIN))


@cache
def _all() -> tuple[Any, ...]:
    """Text of ASCII alone cannot meet a rule for other letters, and most telemetry is ASCII."""
    return (*_latin(), *(compiled("|".join(rules)) for rules in OTHER_LETTERS))


_MARKS, _EXCUSED = compiled(MARKS), compiled(EXCUSED)


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
    texts = [text for _, text in chunk]
    looks = []
    if any(map(_may_be_ruled, _parts("\n".join(texts)))):
        looks.append(_ruled)
    if _may_be_liked(texts):
        looks.append(_liked)
    if looks:
        yield from _found(chunk, looks)


def _found(chunk: Sequence[Row], looks: Sequence[Look]) -> Iterable[Row]:
    told = -1  # the last row that was reported
    said = [_said(text, looks) for _, text in chunk]
    together = [look for look in looks if look is _ruled]  # in what two rows happen to say the model sees too much
    for place, (where, text) in enumerate(chunk):
        if said[place]:
            told = place
            yield where, _quotation(text, said[place])
            continue
        first = max(0, place - _NEIGHBOURS + 1)
        near = [row[1] for row in chunk[first : place + 1] if row[0] == where]
        if first <= told or len(near) < 2 or not together:
            near = []
        for size in range(2, len(near) + 1):
            if words := _said(" ".join(near[-size:]), together):
                told = place
                yield where, _quotation(" ".join(near[-size:]), words)
                break


def _said(text: str, looks: Sequence[Look]) -> str:
    """Return the words of the first instruction that is seen in the text, or nothing."""
    return next(filter(None, (look(plain) for plain in _parts(text) for look in looks)), "")


@lru_cache(maxsize=2)  # rules and model look at the same text, one after the other
def _decoded(part: str) -> str:
    return decoded(part)


def _parts(text: str) -> Iterable[str]:
    """Yield the text without its encodings, in parts that overlap."""
    for start in range(0, max(len(text), 1), _TEXT_CHARS_MAX):
        part = text[start : start + _TEXT_CHARS_MAX + _OVERLAP_CHARS].encode(errors="replace").decode()
        yield _decoded(part)


def _ruled(plain: str) -> str:
    """Return what fits a rule, in any of the ways to read the text."""
    if match := _MARKS.search(plain.lower()):
        return str(match.group())
    for words, reading in _fits(plain):
        if match := words.search(_EXCUSED.sub(" … ", reading)):
            return str(match.group())
    return ""


def _may_be_ruled(plain: str) -> bool:
    """Say whether `_ruled` may find something in a row; what excuses one row does not excuse the next."""
    return _MARKS.search(plain.lower()) is not None or next(_fits(plain), None) is not None


def _fits(plain: str) -> Iterator[tuple[Any, str]]:
    """Yield each program of rules with a reading of the text in which it finds something, excused or not."""
    for reading in readings(plain):
        for words in _latin() if reading.isascii() else _all():
            if words.search(reading):
                yield words, reading


def _liked(plain: str) -> str:
    """Return the stretch that reads like an order to a model, as a person would read the text."""
    for reading in straight(plain):
        if alike(reading) and (stretch := alike(_EXCUSED.sub(" … ", reading))):
            return stretch
    return ""


def _may_be_liked(texts: Sequence[str]) -> bool:
    """Say whether `_liked` may find something in a row: rows of one line are looked at together, others one by one."""
    whole: list[str] = []
    broken: list[str] = []
    for text in texts:
        (broken if _BROKEN.search(text) else whole).append(text)
    pieced = [line for plain in _parts("\n".join(whole)) for piece in pieces(plain) for line in piece.split("\n")]
    quick = trained().lines("\n".join(filter(str.isascii, pieced)))
    others = (line for line in pieced if not line.isascii())
    return (
        any(alike(folded(line)) for line in quick)
        or any(alike(reading) for line in others for reading in lettered(line))
        or any(_liked(plain) for text in broken for plain in _parts(text))
    )


def _quotation(text: str, words: str) -> str:
    shown = " ".join("".join(char if char.isprintable() else " " for char in neutral(text)).split())
    start = max(_place(shown, words.split()), 0)
    return shown[max(0, start - _BEFORE_CHARS) : start + _QUOTED_CHARS]


def _place(shown: str, words: Sequence[str]) -> int:
    """Return where the words begin, by as many of the first ones as stand together; -1 where they are disguised."""
    for count in range(min(len(words), _FIRST_WORDS), 0, -1):
        first = (r"\d+" if word == "0" else re.escape(word) for word in words[:count])
        if found := re.search(r"[\W_]+".join(first), shown, re.IGNORECASE):
            return found.start()
    return -1
