"""Does a diff change what a program does, and how? Each rule is what a reviewer would point at."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from inquest.rca.edits import SIGNATURE, Edit, pair_edits
from inquest.rca.hazards import GUARD, HELD, PIPELINE, RISKS, SAFETY
from inquest.rca.lexicon import bag, words
from inquest.rca.mechanisms import MECHANISMS
from inquest.rca.numbers import Pair, distance
from inquest.rca.sameness import called, names, reshaped, unchanged


@dataclass(frozen=True, slots=True)
class Judgement:
    """`weight` from 0 (cannot matter) to 1 (surely changes what is done), and why in words.

    `mechanisms` are those that the kind of edit itself speaks for, whatever the words around it.
    """

    weight: float
    why: str
    mechanisms: tuple[str, ...] = ()


STRONG = 0.6
_EDITS: dict[str, tuple[float, tuple[str, ...]]] = {
    "operator": (0.85, ("data", "guard")),
    "boolean": (0.75, ("feature",)),
    "unbounded": (0.8, ()),
    "omission": (0.65, ()),
    "annotation": (0.1, ()),
    "message": (0.1, ()),
    "order": (0.1, ()),
}
# A container that outlives the request: declared outside functions, or static.
_KEPT = re.compile(
    r"^(?:(?:export |private |public |protected |static |final |global )*(?:var|let|const|static)\s+\w+"
    r"|_?\w+\s*(?::[^=]+)?\s*:?=)"
    r".*(?:\{\}|\[\]|map\[|set\(\)|dict\(|list\(|deque\(|defaultdict\(|Map\(|Map<|List<|Array)"
    r"|^\s*(?:var|let|private static|static|const)?\s*\w*(?:history|cache|seen|registry|buffer|all\w*)\b.*="
)
_APPEND = re.compile(r"\bappend\(|\.push\(|\.add\(|\.put\(|\.append\(|\.set\(|\.extend\(|\w\[[^\]]+\] = ")
_TELEMETRY = re.compile(
    r"\blog(?:ger|ging)?\b|prometheus|metric|span\.|tracer|attribute\.|otel|telemetry|statsd|histogram|counter\b",
    re.IGNORECASE,
)
_CALL = re.compile(r"\.\s*(?:get|find|query|fetch|load|select|exec|call|do|send|post|read|lookup)\w*\(", re.IGNORECASE)
_LOOP = re.compile(r"\b(?:for|while|foreach|forEach|\.map\()\b")
_DEFINES = re.compile(
    r"^[+ ]*(?:export |public |private |protected |static |async |pub )*"
    r"(?:func|def|class|type|interface|fn|function|struct|var|const|let)\b"
)
_POINTS = re.compile(r"url|host|endpoint|addr|port|dsn|uri|broker|server", re.IGNORECASE)
# A name by which others know a field.
_FIELD = re.compile(r"[\[(]?[\"'][\w-]+[\"'](?:\]|\s*:)|json:|@json|@?column|serialized", re.IGNORECASE)
# A work factor is a power of two: one more is twice the work.
_WORK = re.compile(r"\brounds?\b|work_?factor|\bcost\b", re.IGNORECASE)
_SECRET = re.compile(
    r"secret|token|password|passwd|credential|(?:api|merchant|access|private|signing)[_-]?key", re.IGNORECASE
)
_TYPES = bag(
    "int int32 int64 integer long short float float32 float64 double decimal string str text varchar bool boolean bytes"
)


def judge(
    removed: Sequence[str], added: Sequence[str], pairs: Sequence[Pair], context: Sequence[str] = ()
) -> Judgement:
    """The strongest reason to think that the edit changes behaviour.

    `context` are the unchanged lines around it: where a line stands matters inside a lock or transaction.
    """
    edits, gone, come = pair_edits(removed, added)
    if not edits and not gone and not come:
        return _moved(removed, context)
    if not pairs and all(_TELEMETRY.search(line) for line in (*removed, *added) if len(line.strip()) > 2):
        return _telemetry(edits)
    if not pairs and (same := unchanged(removed, added, context)):
        return Judgement(0.15, same)
    shape = reshaped(removed, added, edits)
    reasons = [
        *_numbers(pairs),
        *(() if shape else (_edited(edit, edits) for edit in edits)),
        *_lost(edits, gone, added),
        *_risky(removed, added, [*come, *(edit.after for edit in edits)]),
    ]
    strong = sorted((one for one in reasons if one.weight >= STRONG), key=lambda one: -one.weight)
    if strong:
        ways = dict.fromkeys(way for one in strong for way in one.mechanisms)
        return Judgement(strong[0].weight, strong[0].why, tuple(ways))
    return Judgement(0.15, shape) if shape else _mild(removed, added, pairs, edits, [*gone, *come])


def _moved(removed: Sequence[str], context: Sequence[str]) -> Judgement:
    if removed and any(HELD.search(line) for line in (*removed, *context)):
        return Judgement(0.8, "it moves lines across a lock, transaction or release", ("concurrency", "pool"))
    if any(PIPELINE.search(line) for line in removed):
        return Judgement(0.75, "it changes the order of the steps that every request passes", ("auth", "guard"))
    return Judgement(0.05, "only comments, spaces or the order of lines change")


def _mild(
    removed: Sequence[str], added: Sequence[str], pairs: Sequence[Pair], edits: Sequence[Edit], rest: Sequence[str]
) -> Judgement:
    if pairs:
        return max(_numbers(pairs), key=lambda one: one.weight)
    if not rest and all(edit.kind in {"message", "order", "annotation"} for edit in edits):
        return Judgement(0.1, "it changes only words for people or types")
    return _plain(removed, added)


def _telemetry(edits: Sequence[Edit]) -> Judgement:
    if any(edit.kind in {"name", "value"} and "level" in edit.before.lower() for edit in edits):
        return Judgement(0.65, "it changes how much is logged", ("logging",))
    return Judgement(0.1, "it changes only what is logged or measured", ("logging",))


def _numbers(pairs: Sequence[Pair]) -> list[Judgement]:
    found = []
    for pair in pairs:
        said = f"it changes {pair.name} from {pair.before:g} to {pair.after:g}"
        far = distance(pair)
        if _POINTS.search(pair.name) and not re.search("max|min|timeout|conn|pool", pair.name, re.IGNORECASE):
            found.append(Judgement(0.75, said, ("network",)))
        elif _WORK.search(pair.name):
            found.append(Judgement(0.85, said, ("cpu",)))
        else:
            found.append(Judgement(0.9 if far >= 3.0 else 0.6 if far > 2.0 else 0.4 if far >= 1.5 else 0.25, said))
    return found


def _edited(edit: Edit, edits: Sequence[Edit]) -> Judgement:
    said = f"it turns {edit.old[:40]} into {edit.new[:40]}"
    if edit.before.lstrip().startswith("FROM "):
        return Judgement(0.35, "it changes the base image")
    typed = _retyped(edit)
    if edit.kind == "value":
        return Judgement(0.75, said, ("schema", "data") if typed else _of_value(edit.before))
    if edit.kind == "name":
        same = sum(other.kind == "name" and other.old == edit.old and other.new == edit.new for other in edits)
        return Judgement(0.6, said) if same == 1 else Judgement(0.2, f"it renames {edit.old} to {edit.new}")
    if typed and edit.kind not in {"annotation", "message"}:
        computed = "(" in edit.after
        return Judgement(0.7, f"it changes a type: {said[3:]}", ("data",) if computed else ("schema", "data"))
    if edit.kind == "omission":
        said = f"it leaves out {edit.old[:60]}"
    weight, mechanisms = _EDITS.get(edit.kind, (0.5, ()))
    if edit.kind == "boolean" and any(m.words & {*words(edit.before)} for m in MECHANISMS):
        mechanisms = ()  # a switch by its form; by its name it is something else
    return Judgement(weight, said if weight >= STRONG else "it rewrites code", mechanisms)


def _retyped(edit: Edit) -> bool:
    """Another type; in a signature only where one type takes the place of another."""
    old, new = ({t.lower() for t in side} & _TYPES for side in (edit.gone, edit.come))
    return old != new and bool((old and new) or not SIGNATURE.search(edit.before))


def _of_value(line: str) -> tuple[str, ...]:
    if _SECRET.search(line):
        return ("auth",)
    if _POINTS.search(line):
        return ("network",)
    return ("schema",) if _FIELD.search(line) else ()


def _lost(edits: Sequence[Edit], gone: Sequence[str], added: Sequence[str]) -> list[Judgement]:
    """Checks and safeguards among what was removed that nothing among what was added replaces."""
    whole = "\n".join(added)
    lost = [*gone, *(edit.before for edit in edits)]
    guards, there = sum(bool(GUARD.search(line)) for line in lost), sum(bool(GUARD.search(a)) for a in added)
    found = [Judgement(0.9, "it removes a check", ("guard",))] if guards > there else []
    found.extend(
        Judgement(safety.weight, safety.said, safety.mechanisms)
        for safety in SAFETY
        if any(safety.pattern.search(line) for line in lost) and not safety.pattern.search(whole)
    )
    return found


def _risky(removed: Sequence[str], added: Sequence[str], come: Sequence[str]) -> list[Judgement]:
    whole = "\n".join(removed)
    found = []
    if _looped(added) > _looped(removed):
        found.append(Judgement(0.9, "it calls out inside a loop", ("query",)))
    found.extend(
        Judgement(risk.weight, risk.said, risk.mechanisms)
        for risk in RISKS
        if any(risk.pattern.search(line) for line in come) and not risk.pattern.search(whole)
    )
    if any(_KEPT.search(line) for line in come) and any(_APPEND.search(line) for line in come):
        found.append(Judgement(0.85, "it keeps adding to something that nothing empties", ("memory",)))
    return found


def _looped(lines: Sequence[str]) -> int:
    return sum(
        bool(_LOOP.search(line)) and any(_CALL.search(after) for after in lines[at : at + 4])
        for at, line in enumerate(lines)
    )


def _plain(removed: Sequence[str], added: Sequence[str]) -> Judgement:
    if not removed:
        first = next((line for line in added if line.strip()), "")
        if _DEFINES.search(first):
            return Judgement(0.2, "it only adds something new beside what is there")
        return Judgement(0.25 if GUARD.search("\n".join(added)) else 0.4, "it only adds code")
    if not added:
        return Judgement(0.6, "it takes code away")
    before = names(removed)
    if before and len(before & names(added)) / len(before) >= 0.55:
        if called(added) - called(removed) and called(removed) - called(added):
            return Judgement(0.35, "it calls something else with the same names")
        return Judgement(0.2, "it says the same in other words: the names that it touches are all still there")
    return Judgement(0.5, "it rewrites code")
