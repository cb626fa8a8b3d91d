"""What a diff does: does behaviour change at all, through which mechanism, and from what to what?"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from inquest.rca.mechanisms import MECHANISMS
from inquest.rca.roles import words

LINES_MAX = 4_000
TOKENS_MAX = 120
PAIRS_MAX = 12

_INERT_FILE = re.compile(
    r"(?:^|/)(?:docs?|tests?|testdata|__tests__|spec|fixtures|\.github|\.gitlab|examples?)/"
    r"|\.(?:md|rst|txt|css|scss|less|svg|png|jpe?g|ico|lock|sum|golden)$|_test\.\w+$|\.test\.\w+$|\.spec\.\w+$|Test\.java$"
    r"|(?:^|/)(?:README|CHANGELOG|LICENSE|CODEOWNERS|OWNERS|\.gitignore|\.golangci|\.eslintrc|\.editorconfig|Makefile)"
    r"|(?:^|/)staging/|\.html?$|\.tmpl$",
    re.IGNORECASE,
)
_MANIFEST = re.compile(
    r"(?:^|/)(?:go\.mod|package(?:-lock)?\.json|requirements[\w.-]*\.txt|pom\.xml|build\.gradle|Cargo\.toml|Gemfile|pyproject\.toml)$"
)
_COMMENT = re.compile(r"^\s*(?://|#(?!include)|/?\*|--|<!--|\"\"\"|;;)")
_IMPORT = re.compile(r"^\s*(?:import\b|from \S+ import|using |#include|require\(|\"[\w./-]+\"$)")
_VERSION = re.compile(r"\bv?(\d+)\.(\d+)\.(\d+)")
_NUMBER = re.compile(r"(?<![\w.])(-?\d[\d_]*(?:\.\d+)?)(?:\s*\*\s*)?(?:time\.)?([A-Za-z%]*)")
_GUARD = re.compile(
    r"\bif\b.*(?:nil|null|None|undefined|len\(|== *0|< *0|> *\w*max|exists|empty|err\b|valid|Before|After|has\w*\()|\bcatch\b|\bexcept\b"
    r"|\?\.|Optional|recover\(\)|defer\s|\bfinally\b|\bunlock\b|\.close\(|leeway|tolerance",
    re.IGNORECASE,
)
_CALL_IN_LOOP = re.compile(
    r"\.\s*(?:get|find|query|fetch|load|select|exec|call|do|send|post|read|lookup)\w*\(", re.IGNORECASE
)
_LOOP = re.compile(r"\b(?:for|while|foreach|forEach|\.map\()\b")
_SECONDS = {
    "ns": 1e-9,
    "us": 1e-6,
    "ms": 1e-3,
    "millisecond": 1e-3,
    "milliseconds": 1e-3,
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "m": 60.0,
    "min": 60.0,
    "minute": 60.0,
    "minutes": 60.0,
    "h": 3600.0,
    "hour": 3600.0,
    "hours": 3600.0,
}
_SIZES = {"k": 1e3, "ki": 1024.0, "kb": 1e3, "mi": 1024.0**2, "mb": 1e6, "gi": 1024.0**3, "gb": 1e9}


@dataclass(frozen=True, slots=True)
class Pair:
    """A named number that the diff changes."""

    name: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What a diff does. `behaviour` is 0 (cannot matter) to 1 (changes what the program does)."""

    behaviour: float
    why: str
    mechanisms: tuple[str, ...]
    pairs: tuple[Pair, ...]
    tokens: tuple[str, ...]
    guard_removed: bool
    call_in_loop: bool


def read_diff(diff: str | None, files: Sequence[str], message: str | None) -> Reading:
    """Judge a change by its diff, or, without one, by its files and message."""
    removed, added = _lines(diff or "")
    code_removed, code_added = _code(removed), _code(added)
    tokens = _tokens([*code_removed, *code_added], message or "", files)
    mechanisms = _mechanisms(code_removed, code_added, message or "", files)
    pairs = _pairs(code_removed, code_added)
    guard = _guard_removed(code_removed, code_added)
    loop = _call_in_loop(code_removed, code_added)
    behaviour, why = _behaviour(diff, files, message or "", code_removed, code_added, pairs, guard=guard, loop=loop)
    return Reading(behaviour, why, mechanisms, pairs, tokens, guard, loop)


def _lines(diff: str) -> tuple[list[str], list[str]]:
    removed, added = [], []
    for line in diff.splitlines()[:LINES_MAX]:
        if line.startswith("-") and not line.startswith("---"):
            removed.append(line[1:])
        elif line.startswith("+") and not line.startswith("+++"):
            added.append(line[1:])
    return removed, added


def _squeeze(line: str) -> str:
    return re.sub(r"\s+", "", line)


def _code(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line.strip() and not _COMMENT.match(line)]


def _behaviour(
    diff: str | None,
    files: Sequence[str],
    message: str,
    removed: Sequence[str],
    added: Sequence[str],
    pairs: Sequence[Pair],
    *,
    guard: bool,
    loop: bool,
) -> tuple[float, str]:
    if files and all(_INERT_FILE.search(name) for name in files):
        return 0.02, "it touches only documents, tests or looks"
    if diff is None:
        prefix = message.split(":", 1)[0].split("(", 1)[0].strip().lower()
        if prefix in {"docs", "test", "tests", "style", "ci", "build"}:
            return 0.05, "its message says that no behaviour changes, and there is no diff"
        return (
            (0.15, "its message speaks of upkeep and there is no diff")
            if prefix in {"chore", "refactor"}
            else (0.35, "there is no diff to read")
        )
    if not removed and not added:
        return 0.05, "only comments or spaces change"
    if files and all(_MANIFEST.search(name) or _INERT_FILE.search(name) for name in files):
        return _bump(removed, added)
    before, after = Counter(map(_squeeze, removed)), Counter(map(_squeeze, added))
    if before == after or all(_IMPORT.match(line) for line in (*removed, *added)):
        return 0.05, "lines move or imports change, nothing else"
    if guard:
        return 0.9, "it removes a check"
    if loop:
        return 0.9, "it calls out inside a loop"
    if pairs:
        return _numbers(pairs)
    kept = sum((before & after).values()) / max(1, sum(before.values()))
    if removed and kept >= 0.7:
        return 0.15, "the lines that it removes come back elsewhere"
    if not removed:
        return 0.35, "it only adds code"
    return 0.5, "it rewrites code"


def _numbers(pairs: Sequence[Pair]) -> tuple[float, str]:
    widest = max(pairs, key=lambda pair: _distance(pair))
    distance = _distance(widest)
    said = f"it changes {widest.name} from {widest.before:g} to {widest.after:g}"
    if distance >= 3.0:
        return 0.9, said
    return (0.6, said) if distance >= 1.9 else (0.3, said)


def _distance(pair: Pair) -> float:
    """How many times larger the larger number is; to or from zero counts as much."""
    low, high = sorted((abs(pair.before), abs(pair.after)))
    return high / low if low else 10.0


def _bump(removed: Sequence[str], added: Sequence[str]) -> tuple[float, str]:
    old = [m.groups() for line in removed if (m := _VERSION.search(line))]
    new = [m.groups() for line in added if (m := _VERSION.search(line))]
    if any(a[0] != b[0] for a, b in zip(old, new, strict=False)):
        return 0.6, "it moves a dependency to another major version"
    if any(a[1] != b[1] for a, b in zip(old, new, strict=False)):
        return 0.2, "it moves a dependency to another minor version"
    return 0.1, "it moves dependencies to other patch versions"


def _guard_removed(removed: Sequence[str], added: Sequence[str]) -> bool:
    gone = sum(bool(_GUARD.search(line)) for line in removed)
    there = sum(bool(_GUARD.search(line)) for line in added)
    return gone > there


def _call_in_loop(removed: Sequence[str], added: Sequence[str]) -> bool:
    def looped(lines: Sequence[str]) -> int:
        return sum(
            bool(_LOOP.search(line)) and any(_CALL_IN_LOOP.search(after) for after in lines[at : at + 4])
            for at, line in enumerate(lines)
        )

    return looped(added) > looped(removed)


def _pairs(removed: Sequence[str], added: Sequence[str]) -> tuple[Pair, ...]:
    """Numbers that change on lines which are otherwise the same."""
    shapes: dict[str, list[str]] = {}
    for line in added:
        shapes.setdefault(_squeeze(_NUMBER.sub("0", line)), []).append(line)
    found = []
    for line in removed:
        candidates = shapes.get(_squeeze(_NUMBER.sub("0", line)))
        if not candidates:
            continue
        other = candidates.pop(0)
        for (a, unit_a), (b, unit_b) in zip(_NUMBER.findall(line), _NUMBER.findall(other), strict=False):
            before, after = _value(a, unit_a), _value(b, unit_b)
            if before != after:
                found.append(Pair(_name(line), before, after))
    return tuple(found[:PAIRS_MAX])


def _value(digits: str, unit: str) -> float:
    scale = _SECONDS.get(unit.lower(), _SIZES.get(unit.lower(), 1.0))
    return float(digits.replace("_", "")) * scale


def _name(line: str) -> str:
    named = re.search(r"([A-Za-z_][\w.-]*)\s*(?::=|[:=(])", line) or re.search(r"([A-Za-z_][\w.-]*)", line)
    return named.group(1) if named else "a number"


def _tokens(code: Sequence[str], message: str, files: Sequence[str]) -> tuple[str, ...]:
    """Distinctive words: identifiers of the diff, words of the message, names of the files."""
    counted: Counter[str] = Counter()
    for text in (*code, message, *files):
        for identifier in re.findall(r"[A-Za-z_][\w-]{2,}", text):
            counted.update({identifier.lower(): 1})
            counted.update(part for part in words(identifier) if len(part) > 2)
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(token for token, _ in ordered[:TOKENS_MAX])


def _mechanisms(removed: Sequence[str], added: Sequence[str], message: str, files: Sequence[str]) -> tuple[str, ...]:
    """Mechanisms by how many of their words the change touches; lines that only move count nothing."""
    before, after = Counter(map(_squeeze, removed)), Counter(map(_squeeze, added))
    changed = [line for line in removed if not after[_squeeze(line)]]
    changed += [line for line in added if not before[_squeeze(line)]]
    bag: Counter[str] = Counter()
    for line in changed:
        bag.update(words(line))
    for text in (message, *files):
        bag.update(dict.fromkeys(words(text), 2))
    scored = [
        (sum(min(bag[word], 3) for word in mechanism.words if word in bag), mechanism.name) for mechanism in MECHANISMS
    ]
    best = max((score for score, _ in scored), default=0)
    kept = [(score, name) for score, name in scored if score and score >= 0.34 * best]
    return tuple(name for _, name in sorted(kept, key=lambda item: (-item[0], item[1]))[:4])
