"""The log miner: which statement in the code wrote this line?

Three steps, each cheaper than the next and each cached: the raw text; the text without digits; the
masked text, whose tokens are merged in a tree of fixed depth as in Drain (He et al., ICWS 2017). A line
that begins with a code location (`Class#123`, `file.go:45`) is identified by that location: the
place that logs is the template.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

TOKENS_MAX = 14
SIMILARITY_MIN = 0.6
CACHE_MAX = 50_000
BRANCH_MAX = 200
HOLE = "*"

_LOCATION = re.compile(r"^\W{0,2}([\w$./-]*[A-Za-z_][\w$]*(?:\.\w{1,4})?[#:]\d+)\b")
_VARIABLE = re.compile(
    r"0x[0-9a-fA-F]+"
    r"|\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"
    r"|\b(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{7,}\b"
    r"|\d+(?:[.:,/_-]\d+)*(?:ns|us|µs|ms|s|m|h|[kKMGT]i?B|%)?"
    r"|\"[^\"]{0,200}\"|'[^']{0,200}'"
)
_SPLIT = re.compile(r"[\s,;=(){}\[\]]+")
_DIGITS = {ord(digit): None for digit in "0123456789"}


@dataclass(slots=True)
class _Group:
    identifier: int
    tokens: list[str]


@dataclass(slots=True)
class Miner:
    """Assigns a template number to each message; numbers are given in order of first sight."""

    texts: list[str] = field(default_factory=list)
    _by_raw: dict[str, int] = field(default_factory=dict)
    _by_shape: dict[str, int] = field(default_factory=dict)
    _by_location: dict[str, int] = field(default_factory=dict)
    _tree: defaultdict[tuple[int, str], list[_Group]] = field(default_factory=lambda: defaultdict(list))

    def add(self, message: str) -> int:
        """The template number of `message`."""
        known = self._by_raw.get(message)
        if known is not None:
            return known
        shape = message.translate(_DIGITS) if len(message) < 400 else message[:400].translate(_DIGITS)
        identifier = self._by_shape.get(shape) if not _LOCATION.match(message) else None
        if identifier is None:
            identifier = self._mine(message)
            if len(self._by_shape) < CACHE_MAX:
                self._by_shape[shape] = identifier
        if len(self._by_raw) < CACHE_MAX:
            self._by_raw[message] = identifier
        return identifier

    def know(self, text: str) -> int:
        """The number of a template that was mined elsewhere, by its text."""
        if text not in self._by_raw:
            self._by_raw[text] = len(self.texts)
            self.texts.append(text)
        return self._by_raw[text]

    def text(self, identifier: int) -> str:
        """The template as words, with `*` where lines differ."""
        return self.texts[identifier]

    def _mine(self, message: str) -> int:
        place = _LOCATION.match(message)
        if place:
            location = place.group(1)
            if location not in self._by_location:
                self._by_location[location] = len(self.texts)
                words = _tokens(message[place.end() :])[:6]
                self.texts.append(" ".join([location, *words]))
            return self._by_location[location]
        tokens = _tokens(message)
        return self._merge(tokens)

    def _merge(self, tokens: list[str]) -> int:
        groups = self._tree[len(tokens), tokens[0] if tokens else ""]
        for group in groups:
            same = sum(a == b for a, b in zip(group.tokens, tokens, strict=True))
            if same >= SIMILARITY_MIN * len(tokens):
                if same < len(tokens):
                    group.tokens = [a if a == b else HOLE for a, b in zip(group.tokens, tokens, strict=True)]
                    self.texts[group.identifier] = " ".join(group.tokens)
                return group.identifier
        if len(groups) >= BRANCH_MAX:
            return groups[0].identifier
        group = _Group(len(self.texts), tokens)
        self.texts.append(" ".join(tokens))
        groups.append(group)
        return group.identifier


def _tokens(message: str) -> list[str]:
    masked = _VARIABLE.sub(HOLE, message[:400])
    return [token for token in _SPLIT.split(masked) if token][:TOKENS_MAX]
