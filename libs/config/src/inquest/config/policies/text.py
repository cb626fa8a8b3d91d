"""The text of policies, statement by statement, with lines: Cedar's own messages have none."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SKIPPED = re.compile(r"\s+|//[^\n]*")
_PART = re.compile(r'//[^\n]*|"(?:\\.|[^"\\])*"|[^"/;]+|.', re.DOTALL)
_QUOTED = re.compile(r"[`'\"]([^`'\"\n]+)[`'\"]")


@dataclass(frozen=True, slots=True)
class Statement:
    """One policy as it is written; `line` counts from 1."""

    text: str
    line: int

    def line_of(self, message: str) -> int:
        """Return the line of what a message quotes, or where the policy begins."""
        for word in _QUOTED.findall(message):
            for number, line in enumerate(self.text.splitlines()):
                if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", line.partition("//")[0]):
                    return self.line + number
        return self.line


def statements(text: str) -> Iterator[Statement]:
    """Yield the policies of a text. What follows the last `;` comes too, unless it is empty."""
    start = _after_blanks(text, 0)
    position = start
    while position < len(text):
        part = _PART.match(text, position)
        assert part is not None  # the last alternative takes any character
        position = part.end()
        if part[0] == ";":
            yield Statement(text[start:position], text.count("\n", 0, start) + 1)
            start = position = _after_blanks(text, position)
    if start < len(text):
        yield Statement(text[start:], text.count("\n", 0, start) + 1)


def _after_blanks(text: str, position: int) -> int:
    while found := _SKIPPED.match(text, position):
        position = found.end()
    return position
