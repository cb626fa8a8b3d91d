"""Values whose names stand elsewhere: rows under a header, lists of columns in SQL, the data of Kubernetes' Secrets."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from inquest.contracts.redaction.named import SECRET_NAME
from inquest.contracts.redaction.people import PERSON_NAME, PERSON_PROBE
from inquest.contracts.redaction.rules import Rule, Tag
from inquest.contracts.redaction.words import is_secret

_ROWS_MAX = 1_000
_MARK = "[redacted:"
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Spread(Rule):
    """A rule that is told where the values are, in the order of the text.

    Attributes:
        places: returns beginnings and ends.
    """

    places: Callable[[str], Iterator[Span]] = lambda _: iter(())

    def apply(self, text: str, tag: Tag) -> str:
        """Return the text with the values replaced."""
        parts, done = [], 0
        for start, end in self.places(text):
            value = text[start:end]
            if start < done or _MARK in value or not is_secret(value):
                continue
            parts += [text[done:start], f"[redacted:{self.kind}{tag(value)}]"]
            done = end
        return "".join((*parts, text[done:]))


def _named(names: list[str], about: re.Pattern[str]) -> list[int]:
    return [index for index, name in enumerate(names) if about.search(name.strip(" \t\"'`[]"))]


_INSERT = re.compile(
    r"\b(?:insert(?: ignore)?|replace|merge|upsert) into [\w.`\"\[\]]{1,128} ?\(([^()]{1,2000})\)\s{0,8}"
    r"(?:output [^()\n]{1,100})?(?:overriding \w{1,10} value )?values\s{0,8}",
    re.IGNORECASE,
)
_TUPLE = re.compile(r"[\s,]{0,8}\(")
_ITEM = re.compile(
    r"\s{0,8}(?:N?'((?:[^'\\]|''|\\.){0,4096})'|\"([^\"\n]{0,4096})\""
    r"|[^,()'\"]{0,200}(?:\([^()]{0,200}\))?)\s{0,8}([,)]|$)"
)


def _inserted(about: re.Pattern[str]) -> Callable[[str], Iterator[Span]]:
    def places(text: str) -> Iterator[Span]:
        for found in _INSERT.finditer(text):
            wanted = _named(found[1].split(","), about)
            at, rows = found.end(), 0
            while wanted and rows < _ROWS_MAX and (opened := _TUPLE.match(text, at)):
                rows, at = rows + 1, opened.end()
                index = 0
                while item := _ITEM.match(text, at):
                    group = 1 if item[1] is not None else 2
                    if index in wanted and item[group]:
                        yield item.span(group)
                    at, index = item.end(), index + 1
                    if item[3] != ",":
                        break
                if not item:
                    break

    return places


_SEPARATORS = ",;\t|"


def _under_header(about: re.Pattern[str]) -> Callable[[str], Iterator[Span]]:
    def places(text: str) -> Iterator[Span]:
        lines, at = text.split("\n"), 0
        wanted: list[int] = []
        count, separator = 0, ""
        for line in lines[:_ROWS_MAX]:
            cells = line.split(separator) if separator else []
            if wanted and len(cells) == count:
                yield from _cells(line, at, separator, wanted)
            elif not set(line) <= set("-+|= \t\r"):
                wanted, separator, count = _header(line, about)
            at += len(line) + 1

    return places


def _header(line: str, about: re.Pattern[str]) -> tuple[list[int], str, int]:
    for separator in _SEPARATORS:
        names = line.strip("\r").split(separator)
        plain = [name.strip(" \t\"'") for name in names]
        if 2 <= len(names) <= 200 and all(len(name) <= 40 and re.fullmatch(r"[\w .-]*", name) for name in plain):
            return _named(names, about), separator, len(names)
    return [], "", 0


def _cells(line: str, at: int, separator: str, wanted: list[int]) -> Iterator[Span]:
    start = at
    for index, cell in enumerate(line.split(separator)):
        bare = cell.strip(" \t\r\"'")
        if index in wanted and len(bare) >= 3:
            first = start + cell.index(bare)
            yield first, first + len(bare)
        start += len(cell) + 1


_SECRET_DOCUMENT = re.compile(r"\\{0,7}[\"']?\bkind\\{0,7}[\"']?:[ ]?\\{0,7}[\"']?(?:Sealed)?Secret\b(?!\w)")
_DATA_BLOCK = re.compile(
    r"(?m)^([ \t]{0,40})(?:data|stringData):[ \t]*\r?\n((?:\1[ \t]+[^\n]*(?:\n|$)|[ \t]*\n){1,400})"
)
_DATA_LINE = re.compile(r"(?m)^[ \t]+[\w./\"'-]{1,256}:[ \t]+[\"']?([^\s\"'|>][^\n\"']{0,8192}?)[\"']?[ \t\r]*$")
_DATA_OBJECT = re.compile(r"\\{0,7}\"(?:data|stringData)\\{0,7}\":[ ]?\{([^{}]{1,16384})\}")
_DATA_PAIR = re.compile(r"\\{0,7}\"[^\"\\]{1,256}\\{0,7}\":\s{0,4}\\{0,7}\"([^\"\\]{1,8192})")


def _of_secrets(text: str) -> Iterator[Span]:
    if not _SECRET_DOCUMENT.search(text):
        return
    for outer, inner, group in ((_DATA_BLOCK, _DATA_LINE, 2), (_DATA_OBJECT, _DATA_PAIR, 1)):
        for block in outer.finditer(text):
            for line in inner.finditer(text, *block.span(group)):
                yield line.span(1)


_ANY = re.compile("")
_TABLE = ("pass", "pwd", "secret", "key", "token", "credential")
COLUMNS = (
    Spread("password", (" into ",), _ANY, also=_TABLE, places=_inserted(SECRET_NAME)),
    Spread("password", tuple(f"{name}" for name in _TABLE), _ANY, places=_under_header(SECRET_NAME)),
    Spread("password", ("kind",), _ANY, also=("secret",), places=_of_secrets),
)
PEOPLE_COLUMNS = (
    Spread("name", (" into ",), _ANY, places=_inserted(PERSON_NAME)),
    Spread("name", (), _ANY, probe=PERSON_PROBE, places=_under_header(PERSON_NAME)),
)
