"""Rewrites that leave a program as it was: layout, a name for what was there, dead code, a condition turned round."""

import re
from collections.abc import Sequence
from itertools import zip_longest

from inquest.rca.edits import MESSAGE, Edit, changed_lines, squeeze, tokens
from inquest.rca.lexicon import bag

_SQL = bag(
    "select from where join left right inner outer on group order by having limit offset as and or not in is null "
    "insert into values update set delete asc desc count sum distinct case when then else end"
)
_CLOSERS = frozenset(")]}")
_DEFINITION = re.compile(
    r"^\s*(?:export |default |public |private |protected |internal |static |final |abstract |async |pub )*"
    r"(?:(?:func|def|fun|fn|function|class|interface|const|struct)\s+(?:\([^)]*\)\s*)?(\w+)"
    r"|(?:[\w<>\[\],?]+)\s+(\w+)\s*\([^()]*\)\s*(?:throws \w+\s*)?\{?$)"
)
# Called by a framework, an interface or the language, whatever the rest of the program names.
_CALLED_BY_OTHERS = re.compile(r"@|\boverride\b|__\w+__|\b(?:main|init|close|handle\w*|on[A-Z]\w*|get_\w+)\b")
# A place in a text for a value, and what only puts it there.
_HOLE = re.compile(r"[\"'`].*(?:%[sdvfrq]|\{[\w.:()]*\}|\$\{?\w).*[\"'`]")
_FORMAT = re.compile(r"%[sdvfrq]|\.?\b(?:String\.)?(?:format|sprintf)\b|\bf(?=[\"'])", re.IGNORECASE)
_JUMP = re.compile(r"^\s*(?:continue|break|return)?\s*;?\s*\}?\s*$")
_KEYWORDS = bag("if else return func def for in nil null var const err ctx self this new let val fun function final")


def names(lines: Sequence[str]) -> set[str]:
    """Identifiers of some lines, keywords excepted."""
    return {t for line in lines for t in tokens(line) if (t[0].isalpha() or t[0] == "_") and t not in _KEYWORDS}


def unchanged(removed: Sequence[str], added: Sequence[str], context: Sequence[str]) -> str | None:
    """Why the program does the same as before, or None if that cannot be told."""
    if removed and _stream(removed) == _stream(added):
        return "only the layout changes"
    if _reworded(removed, added):
        return "it puts a text together in another way"
    if _says_more(removed, added):
        return "it says more when something goes wrong"
    if removed and not added and _dead(removed, context):
        return "it removes a definition that nothing else in the change used"
    return None


def reshaped(removed: Sequence[str], added: Sequence[str], edits: Sequence[Edit]) -> str | None:
    """Why single edits of lines say nothing: they follow from a new shape of the same code."""
    if _extracted(removed, added):
        return "it gives a name to what was there"
    if _turned(removed, added, edits):
        return "it turns a condition round together with its branches"
    return None


def _stream(lines: Sequence[str]) -> list[str]:
    """All tokens in order, without what only the layout asks for."""
    flat = [_plain(t) for line in lines for t in tokens(line) if t != ";"]
    return [t for t, after in zip_longest(flat, flat[1:]) if not (t == "," and after in _CLOSERS)]


def _plain(lexeme: str) -> str:
    if lexeme[0] in "\"'" and len(lexeme) > 1:
        return f'"{lexeme[1:-1]}"'
    return lexeme.lower() if lexeme.lower() in _SQL else lexeme


def _reworded(removed: Sequence[str], added: Sequence[str]) -> bool:
    """The same names in texts that are filled in another way, and no line without a text."""
    gone, come = changed_lines(removed, added)
    filled = gone and come and all(re.search("[\"'`]", line) for line in (*gone, *come))
    return bool(filled) and any(map(_HOLE.search, (*gone, *come))) and _said(gone) == _said(come)


def _says_more(removed: Sequence[str], added: Sequence[str]) -> bool:
    gone, come = changed_lines(removed, added)
    told = gone and come and all(MESSAGE.search(line) for line in come)
    return bool(told) and {t for line in gone for t in tokens(line)} <= {t for line in come for t in tokens(line)}


def _said(lines: Sequence[str]) -> set[str]:
    """Names, also those within texts, without what only formats."""
    bare = (_FORMAT.sub(" ", line) for line in lines)
    return {word for line in bare for word in re.findall(r"[A-Za-z]\w+|\d+", line)}


def _defined(lines: Sequence[str]) -> set[str]:
    return {m[1] or m[2] for line in lines if (m := _DEFINITION.match(line)) and not line.lstrip().startswith("return")}


def _dead(removed: Sequence[str], context: Sequence[str]) -> bool:
    """Whole definitions went and nothing else did: whoever still called them would no longer build."""
    first = removed[0]
    gone = _defined([first])
    depth = len(first) - len(first.lstrip())
    inside = all(len(line) - len(line.lstrip()) > depth or line.strip() in {"}", "};", ")"} for line in removed[1:])
    safe = gone and inside and not _CALLED_BY_OTHERS.search(first)
    return bool(safe) and not gone & names(context)


def _extracted(removed: Sequence[str], added: Sequence[str]) -> bool:
    """A definition came whose name is also used, and everything that went is still said."""
    new = _defined(added) - names(removed)
    used = {name for name in new if sum(bool(re.search(rf"\b{re.escape(name)}\b", line)) for line in added) > 1}
    calls = called(added) - new <= called(removed)
    return bool(removed and used) and calls and _words(removed) <= _words(added)


def called(lines: Sequence[str]) -> set[str]:
    """Names of what some lines call."""
    return {name for line in lines for name in re.findall(r"(\w+)\(", line)}


def _words(lines: Sequence[str]) -> set[str]:
    """Names, numbers and texts."""
    return names(lines) | {t for line in lines for t in tokens(line) if t[0].isdigit() or t[0] in "\"'`"}


def _turned(removed: Sequence[str], added: Sequence[str], edits: Sequence[Edit]) -> bool:
    """One condition is negated, its branches have changed places, or it now leaves early."""
    _, come = changed_lines(removed, added)
    left = [line for line in come if all(line != edit.after for edit in edits)]
    moved = {squeeze(line) for line in removed} & {squeeze(line) for line in added}
    negated = [edit for edit in edits if edit.kind == "operator" and re.search(r"\bif\b", edit.before)]
    jumps = all(_JUMP.match(line) for line in left)
    return len(edits) == len(negated) == 1 and jumps and sum(len(m) > 1 for m in moved) >= (1 if left else 2)
