"""Pairs of lines that a diff edits, and what exactly differs between them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

PAIRS_TRIED_MAX = 80
ALIKE_MIN = 0.5
EDITED_TOKENS_MAX = 4

_TOKEN = re.compile(
    r"\"[^\"]*\"|'[^']*'|`[^`]*`|[A-Za-z_][\w-]*|\d[\d_.]*|&&|\|\||[<>=!+*/-]=|:=|->|=>|\?\.|\?\?|[^\s\w]"
)
MESSAGE = re.compile(
    r"\b(?:log|logger|logging|printf?|println|sprintf|errorf|errors\.new|http\.error|throw new|raise|console"
    r"|warn|info|debug|fatal)\b",
    re.IGNORECASE,
)
# A setting in a configuration file: `name: value` and nothing else on the line.
_ASSIGNED = re.compile(r"^\s*[\w.-]+\s*[:=]\s*[^\s(){}\[\]]+\s*$")
_NUMBER = re.compile(r"(?<![\w.-])\d[\d_]*(?:\.\d+)?[A-Za-z%]*(?![\w.])")
_QUERY = re.compile(r"\b(?:select|insert|update|delete|where)\b", re.IGNORECASE)
_QUOTES = frozenset("\"'`")
_OPERATORS = frozenset(
    ["&&", "||", "<", ">", "<=", ">=", "==", "!=", "+", "-", "*", "/", "!", "and", "or", "not", "?."]
)
_BOOLEANS = frozenset(["true", "false", "on", "off", "yes", "no", "enabled", "disabled"])
_UNBOUNDED = frozenset(["none", "null", "nil", "undefined", "infinity", "inf", "unlimited"])
# Words that tell the compiler or the reader something, and the program nothing.
_MODIFIERS = frozenset(
    re.findall(
        r"\w+",
        "final const let var val readonly any unknown object interface public private protected internal self this new "
        "override optional none null undefined void default int long short float double decimal string str bool "
        "boolean bytes number list dict tuple",
    )
)
_DECLARES = re.compile(
    r"^\s*(?:@?\w+ )*(?:func|def|fun|fn|function|class|interface|type|struct|var|val|let|const)\b|^\s*\w+\??:"
    r"|^\s*(?:public|private|protected|internal|static|final|readonly)\b"
)
SIGNATURE = re.compile(
    r"\b(?:func|def|fun|fn|function|class|interface)\b|^\s*(?:public|private|protected|internal)\b[^=]*$"
)


@dataclass(frozen=True, slots=True)
class Edit:
    """A removed line and the added line that takes its place; `kind` says what differs.

    kind: value (a literal), operator, boolean, name (an identifier), message (words for people), annotation (types
    and modifiers), omission (something is left out), unbounded (a number gives way to nothing), other.
    `gone` and `come` are the tokens that differ.
    """

    before: str
    after: str
    kind: str
    gone: tuple[str, ...]
    come: tuple[str, ...]

    @property
    def old(self) -> str:
        """The first of the tokens that went, for people."""
        return " ".join(self.gone[:4])

    @property
    def new(self) -> str:
        """The first of the tokens that came, for people."""
        return " ".join(self.come[:4])


def tokens(line: str) -> list[str]:
    """Lexical tokens, good enough for any C-like, scripting or configuration language."""
    return _TOKEN.findall(line)


def squeeze(line: str) -> str:
    """The line without any white space."""
    return re.sub(r"\s+", "", line)


def changed_lines(removed: Sequence[str], added: Sequence[str]) -> tuple[list[str], list[str]]:
    """Lines without those that merely move or are indented anew."""
    before, after = Counter(map(squeeze, removed)), Counter(map(squeeze, added))
    gone, there = before - after, after - before
    return _keep(removed, gone), _keep(added, there)


def _keep(lines: Sequence[str], wanted: Counter[str]) -> list[str]:
    left = Counter(wanted)
    kept = []
    for line in lines:
        key = squeeze(line)
        if left[key] > 0:
            left[key] -= 1
            kept.append(line)
    return kept


def pair_edits(removed: Sequence[str], added: Sequence[str]) -> tuple[list[Edit], list[str], list[str]]:
    """Edits, then removed lines and added lines that belong to no edit."""
    gone, there = changed_lines(removed, added)
    if len(gone) > PAIRS_TRIED_MAX or len(there) > PAIRS_TRIED_MAX:
        return [], gone, there
    edits, free = [], list(range(len(there)))
    bags = [Counter(tokens(line)) for line in there]
    only_removed = []
    for line in gone:
        bag = Counter(tokens(line))
        best = max(free, key=lambda at: (_alike(bag, bags[at]), -at), default=None)
        if best is None or _shared(bag, bags[best]) < ALIKE_MIN:
            only_removed.append(line)
            continue
        free.remove(best)
        edits.append(_edit(line, there[best]))
    return edits, only_removed, [there[at] for at in free]


def _shared(a: Counter[str], b: Counter[str]) -> float:
    """The share of the longer line that stands in both."""
    whole = max(sum(a.values()), sum(b.values()))
    return sum((a & b).values()) / whole if whole else 0.0


def _alike(a: Counter[str], b: Counter[str]) -> float:
    """Dice's coefficient: what came on top of all that was there weighs less than what gave way."""
    whole = sum(a.values()) + sum(b.values())
    return 2 * sum((a & b).values()) / whole if whole else 0.0


def _edit(before: str, after: str) -> Edit:
    a, b = tokens(before), tokens(after)
    old, new = Counter(a) - Counter(b), Counter(b) - Counter(a)
    gone, come = list(old.elements()), list(new.elements())
    # Numbers are judged by themselves, whatever their units.
    kind = "order" if _NUMBER.sub("0", before) == _NUMBER.sub("0", after) else _kind(before, gone, come)
    return Edit(before, after, kind, tuple(gone), tuple(come))


def _prose(text: str) -> bool:
    """Two plain words in a row: said to people, unless it is a query."""
    return bool(re.search(r"[A-Za-z]{2,}[,.:]? [A-Za-z]{2,}", text)) and not _QUERY.search(text)


def _literal(changed: Sequence[str]) -> bool:
    """Whether a quoted name (no sentence) is among the tokens."""
    return any(t[0] in _QUOTES and " " not in t for t in changed)


def _annotates(line: str, gone: Sequence[str], come: Sequence[str]) -> bool:
    """Whether only types and modifiers differ: nothing that runs."""
    plain = [t for t in (*gone, *come) if t[0].isalnum() and t.lower() not in _MODIFIERS]
    marked = any(t in {":", "->", "?", "!"} for t in come)
    typed = marked and not gone and all(t[0].isupper() for t in plain) and "(" not in come
    return bool(_DECLARES.match(line)) and (typed or not plain) and not any(t in _OPERATORS - {"?.", "!"} for t in come)


def _leaves_out(line: str, gone: Sequence[str], come: Sequence[str]) -> bool:
    """Whether the new line is the old one without something that runs."""
    named = any(t[0].isalnum() and t.lower() not in _MODIFIERS for t in gone)
    return not come and named and not SIGNATURE.search(line) and not re.search(r"\breturn await\b", line)


def _kind(line: str, gone: Sequence[str], come: Sequence[str]) -> str:
    both = [*gone, *come]
    if all(t[0].isdigit() for t in both):
        return "order"  # nothing differs but place, or only numbers, which are judged by themselves
    quoted = all(t[0] in _QUOTES for t in both)
    if quoted and (MESSAGE.search(line) or any(_prose(t) for t in gone)):
        return "message"
    rules = (
        ("value", quoted),
        ("unbounded", any(t[0].isdigit() for t in gone) and any(t.lower() in _UNBOUNDED for t in come)),
        ("annotation", _annotates(line, gone, come)),
        ("omission", _leaves_out(line, gone, come) and not MESSAGE.search(line)),
        ("boolean", len(both) == 2 and all(t.lower() in _BOOLEANS for t in both)),
        ("operator", len(gone) <= 2 and all(t in _OPERATORS for t in both)),
        (
            "value",
            len(both) <= EDITED_TOKENS_MAX and bool(_ASSIGNED.match(line) or (_literal(gone) and _literal(come))),
        ),
        ("name", len(gone) == len(come) == 1 and gone[0][0].isalpha() and come[0][0].isalpha()),
    )
    return next((kind for kind, fits in rules if fits), "other")
