"""What a diff does: does behaviour change at all, through which mechanism, and from what to what?"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from inquest.rca.behaviour import Judgement, judge
from inquest.rca.lexicon import words
from inquest.rca.naming import MECHANISMS_MAX, named_mechanisms
from inquest.rca.numbers import Pair, changed_numbers

LINES_MAX = 4_000
TOKENS_MAX = 120
# Versions that begin with a year say nothing of what breaks.
CALENDAR_FROM = 1990
PHRASES_MAX = 12
PHRASE_WORDS_MIN = 3

_INERT_FILE = re.compile(
    r"(?:^|/)(?:docs?|tests?|testdata|__tests__|spec|fixtures|\.github|\.gitlab|examples?|staging|dashboards|alerts)/"
    r"|\.(?:md|rst|txt|css|scss|less|svg|png|jpe?g|ico|sum|golden|html?|tmpl)$|_test\.\w+$|\.test\.\w+$|\.spec\.\w+$|Test\.java$"
    r"|(?:^|/)(?:README|CHANGELOG|LICENSE|CODEOWNERS|OWNERS|\.gitignore|\.golangci|\.eslintrc|\.editorconfig|Makefile)",
    re.IGNORECASE,
)
_MANIFEST = re.compile(
    r"(?:^|/)(?:go\.mod|package(?:-lock)?\.json|requirements[\w.-]*\.txt|pom\.xml|build\.gradle(?:\.kts)?|Cargo\.(?:toml|lock)"
    r"|Gemfile(?:\.lock)?|pyproject\.toml|poetry\.lock|yarn\.lock)$"
)
# A text file that a build reads; those for development alone are not shipped.
_SHIPPED_TEXT = re.compile(r"(?:^|/)(?:requirements|constraints)(?![\w.-]*(?:dev|test|doc|lint))[\w.-]*\.txt$")
_COMMENT = re.compile(r"^\s*(?://|#(?!include)|/\*|\*(?![\w,])|--(?!\w)|<!--|\"\"\"|;;)")
_IMPORT = re.compile(r"^\s*(?:import\b|from \S+ import|using \w|#include|require\(|\"[\w./-]+\"$)")
_LITERAL = re.compile(r"([\"'`])((?:(?!\1).){8,200})\1")
_VERSION = re.compile(r"\bv?(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a diff does. `behaviour` is 0 (cannot matter) to 1 (changes what the program does)."""

    behaviour: float
    why: str
    mechanisms: tuple[str, ...]
    pairs: tuple[Pair, ...]
    tokens: tuple[str, ...]
    phrases: tuple[str, ...]


def read_diff(diff: str | None, files: Sequence[str], message: str | None) -> Reading:
    """Judge a change by its diff, or, without one, by its files and message."""
    removed, added, context = (_code(lines) for lines in _lines(diff or ""))
    pairs = changed_numbers(removed, added)
    verdict = _unread(diff, files, message or "", removed, added) or judge(removed, added, pairs, context)
    named = named_mechanisms(removed, added, context, (message or "", *files))
    mechanisms = tuple(dict.fromkeys((*verdict.mechanisms, *named)))[:MECHANISMS_MAX]
    tokens = _tokens([*removed, *added], message or "", files)
    return Reading(verdict.weight, verdict.why, mechanisms, pairs, tokens, _phrases(added))


def _phrases(added: Sequence[str]) -> tuple[str, ...]:
    """Sentences that the added code can say: its text literals of three words and more."""
    said = [text for line in added for _, text in _LITERAL.findall(line) if len(text.split()) >= PHRASE_WORDS_MIN]
    return tuple(dict.fromkeys(said))[:PHRASES_MAX]


def _lines(diff: str) -> tuple[list[str], list[str], list[str]]:
    removed, added, context = [], [], []
    for line in diff.splitlines()[:LINES_MAX]:
        if line.startswith("-") and not line.startswith("---"):
            removed.append(line[1:])
        elif line.startswith("+") and not line.startswith("+++"):
            added.append(line[1:])
        elif line.startswith(" "):
            context.append(line[1:])
    return removed, added, context


def _code(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line.strip() and not _COMMENT.match(line)]


def _unread(
    diff: str | None, files: Sequence[str], message: str, removed: Sequence[str], added: Sequence[str]
) -> Judgement | None:
    """What can be said without reading the code; None when it must be read."""
    if files and all(_inert(name) for name in files):
        return Judgement(0.02, "it touches only documents, tests or looks")
    if diff is None:
        return _by_message(message)
    if files and all(_MANIFEST.search(name) or _inert(name) for name in files):
        return _bump(removed, added)
    if (removed or added) and all(_IMPORT.match(line) for line in (*removed, *added)):
        return Judgement(0.05, "only imports change")
    return None


def _inert(name: str) -> bool:
    return bool(_INERT_FILE.search(name)) and not _SHIPPED_TEXT.search(name)


def _by_message(message: str) -> Judgement:
    prefix = re.split(r"[:(!]", message, maxsplit=1)[0].strip().lower()
    if prefix in {"docs", "doc", "test", "tests", "style", "ci", "build"}:
        return Judgement(0.05, "its message says that no behaviour changes, and there is no diff")
    if prefix in {"chore", "refactor"}:
        return Judgement(0.15, "its message speaks of upkeep and there is no diff")
    return Judgement(0.35, "there is no diff to read")


def _bump(removed: Sequence[str], added: Sequence[str]) -> Judgement:
    old = [m.groups() for line in removed if (m := _VERSION.search(line))]
    new = [m.groups() for line in added if (m := _VERSION.search(line))]
    if any(a[0] != b[0] and int(b[0]) < CALENDAR_FROM for a, b in zip(old, new, strict=False)):
        return Judgement(0.6, "it moves a dependency to another major version", ("schema",))
    if any(a[1] != b[1] for a, b in zip(old, new, strict=False)):
        return Judgement(0.2, "it moves a dependency to another minor version")
    return Judgement(0.1, "it moves dependencies to other patch versions")


def _tokens(code: Sequence[str], message: str, files: Sequence[str]) -> tuple[str, ...]:
    """Distinctive words: identifiers of the diff, words of the message, names of the files."""
    counted: Counter[str] = Counter()
    for text in (*code, message, *files):
        for identifier in re.findall(r"[A-Za-z_][\w-]{2,}", text):
            counted[identifier.lower()] += 1
            counted.update(part for part in words(identifier) if len(part) > 2 and part != identifier.lower())
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(token for token, _ in ordered[:TOKENS_MAX])
