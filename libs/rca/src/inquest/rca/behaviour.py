"""Does a diff change what a program does, and how? Each rule is what a reviewer would point at."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from inquest.rca.edits import Edit, pair_edits, tokens
from inquest.rca.lexicon import bag
from inquest.rca.numbers import Pair, distance


@dataclass(frozen=True, slots=True)
class Judgement:
    """`weight` from 0 (cannot matter) to 1 (surely changes what is done), and why in words.

    `mechanisms` are those that the kind of edit itself speaks for, whatever the words around it.
    """

    weight: float
    why: str
    mechanisms: tuple[str, ...] = ()


_GUARD = re.compile(
    r"\bif\b.*(?:\bnil\b|\bnull\b|\bNone\b|undefined|len\(|== *0|< *0|> *\w*[mM]ax|exists|empty|\bvalid\b|Before|After"
    r"|\bhas\w*\()|\bcatch\b|\bexcept\b|\?\.|Optional|recover\(\)|leeway|tolerance",
)
# What a removed line used to guarantee: (pattern, said, mechanism).
_SAFETY: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), said, mechanism)
    for pattern, said, mechanism in (
        (r"\block\(|\bunlock\(|synchronized|mutex|rlock", "it removes a lock", "concurrency"),
        (
            r"\.close\(|\.release\(|dispose\(|\bfinally\b|with open|using \(",
            "it no longer gives a resource back",
            "pool",
        ),
        (r"withtimeout|withdeadline|settimeout|deadline|timeout *[:=(]", "it removes a time limit", "timeout"),
        (r"cache\w*\.(?:get|load|fetch|lookup)|@cacheable|memoize|lru_cache", "it no longer asks the cache", "cache"),
        (r"\blimit\b *[(\d:=$]|semaphore|sem *<-|<- *sem|ratelimit|limiter|acquire\(", "it removes a bound", "limit"),
        (r"\back\(|\bcommit\(|\bnack\(", "it no longer acknowledges or commits", "messaging"),
        (r"create (?:unique )?index|add index|\bindex\(", "it removes an index", "query"),
        (r"backoff|jitter|circuit|breaker|fallback", "it removes a back-off or fallback", "retry"),
        (r"\blru\b|evict|maxentries|expire|delete\(", "it no longer drops old entries", "memory"),
    )
)
# What an added line may do to a busy program: (pattern, said, mechanism).
_RISKS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), said, mechanism)
    for pattern, said, mechanism in (
        (
            r"\.lock\(\)|synchronized|lock table|for update|with .*lock|advisory_lock|begin exclusive|\bserializable\b",
            "it takes a lock",
            "concurrency",
        ),
        (
            r"drop index|drop column|drop table|alter table|rename column|create index(?! concurrently)",
            "it alters a table",
            "query",
        ),
        (r"\bsleep\(|time\.after\(|thread\.sleep", "it waits", "timeout"),
        (r"while *\(?true|for *\{ *$|for *\(;;\)|while 1\b", "it loops without end", "cpu"),
        (r"(?:\)[+*]|\][+*])\)[+*]", "it matches with a pattern that can backtrack without end", "cpu"),
        (r"\bpanic\(|os\.exit|sys\.exit|process\.exit", "it can end the process", "guard"),
        (r"select \*(?!.*\blimit\b)", "it reads whole rows without a limit", "query"),
        (r"pbkdf2|bcrypt|scrypt|argon2|deepcopy|permutations\(|combinations\(", "it adds costly computing", "cpu"),
        (r"readall\(|\.tolist\(\)|findall\(\)|fetchall\(", "it reads everything at once", "memory"),
    )
)
STRONG = 0.6
_HELD = re.compile(
    r"\b(?:begin|commit|rollback|transaction|savepoint)\b|\bun?lock(?:ed)?\("
    r"|\b(?:with|acquire|release)\b.*(?:lock|mutex|conn|pool|sem)",
    re.IGNORECASE,
)
_EDITS: dict[str, tuple[float, tuple[str, ...]]] = {
    "operator": (0.85, ("data", "guard")),
    "boolean": (0.75, ("feature",)),
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
_SECRET = re.compile(
    r"secret|token|password|passwd|credential|(?:api|merchant|access|private|signing)[_-]?key", re.IGNORECASE
)
_TYPES = bag(
    "int int32 int64 integer long short float float32 float64 double decimal string str text varchar bool boolean bytes"
)
_KEYWORDS = bag("if else return func def for in nil null var const err ctx self this new")


def judge(
    removed: Sequence[str], added: Sequence[str], pairs: Sequence[Pair], context: Sequence[str] = ()
) -> Judgement:
    """The strongest reason to think that the edit changes behaviour.

    `context` are the unchanged lines around it: where a line stands matters inside a lock or transaction.
    """
    edits, gone, come = pair_edits(removed, added)
    if not edits and not gone and not come:
        if removed and any(_HELD.search(line) for line in (*removed, *context)):
            return Judgement(0.8, "it moves lines across a lock, transaction or release", ("concurrency", "pool"))
        return Judgement(0.05, "only comments, spaces or the order of lines change")
    if not pairs and all(_TELEMETRY.search(line) for line in (*removed, *added) if len(line.strip()) > 2):
        return _telemetry(edits)
    reasons = [
        *_numbers(pairs),
        *(_edited(edit, edits) for edit in edits),
        *_lost(edits, gone, added),
        *_risky(removed, added, come),
    ]
    strongest = max(reasons, key=lambda one: one.weight, default=Judgement(0.0, ""))
    return strongest if strongest.weight >= STRONG else _mild(removed, added, pairs, edits, [*gone, *come])


def _mild(
    removed: Sequence[str], added: Sequence[str], pairs: Sequence[Pair], edits: Sequence[Edit], rest: Sequence[str]
) -> Judgement:
    if pairs:
        return max(_numbers(pairs), key=lambda one: one.weight)
    if not rest and all(edit.kind in {"message", "order"} for edit in edits):
        return Judgement(0.1, "it changes only words for people")
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
        else:
            found.append(Judgement(0.9 if far >= 3.0 else 0.6 if far > 2.0 else 0.4 if far >= 1.5 else 0.25, said))
    return found


def _edited(edit: Edit, edits: Sequence[Edit]) -> Judgement:
    said = f"it turns {edit.old[:40]} into {edit.new[:40]}"
    if edit.before.lstrip().startswith("FROM "):
        return Judgement(0.35, "it changes the base image")
    if edit.kind == "value":
        return Judgement(0.75, said, _of_value(edit.before))
    if edit.kind == "name":
        same = sum(other.kind == "name" and other.old == edit.old and other.new == edit.new for other in edits)
        return Judgement(0.6, said) if same == 1 else Judgement(0.2, f"it renames {edit.old} to {edit.new}")
    if _TYPES & ({*edit.old.lower().split()} ^ {*edit.new.lower().split()}):
        return Judgement(0.7, f"it changes a type: {said[3:]}", ("schema", "data"))
    weight, mechanisms = _EDITS.get(edit.kind, (0.5, ()))
    return Judgement(weight, said if mechanisms else "it rewrites code", mechanisms)


def _of_value(line: str) -> tuple[str, ...]:
    if _SECRET.search(line):
        return ("auth",)
    return ("network",) if _POINTS.search(line) else ("schema",)


def _lost(edits: Sequence[Edit], gone: Sequence[str], added: Sequence[str]) -> list[Judgement]:
    """Checks and safeguards among what was removed that nothing among what was added replaces."""
    whole = "\n".join(added)
    lost = [*gone, *(edit.before for edit in edits)]
    guards, there = sum(bool(_GUARD.search(line)) for line in lost), sum(bool(_GUARD.search(a)) for a in added)
    found = [Judgement(0.9, "it removes a check", ("guard",))] if guards > there else []
    for pattern, said, mechanism in _SAFETY:
        if any(pattern.search(line) for line in lost) and not pattern.search(whole):
            found.append(Judgement(0.85, said, (mechanism,)))
    return found


def _risky(removed: Sequence[str], added: Sequence[str], come: Sequence[str]) -> list[Judgement]:
    whole = "\n".join(removed)
    found = []
    if _looped(added) > _looped(removed):
        found.append(Judgement(0.9, "it calls out inside a loop", ("query",)))
    for pattern, said, mechanism in _RISKS:
        if any(pattern.search(line) for line in come) and not pattern.search(whole):
            found.append(Judgement(0.7, said, (mechanism,)))
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
        return Judgement(0.25 if _GUARD.search("\n".join(added)) else 0.4, "it only adds code")
    if not added:
        return Judgement(0.6, "it takes code away")
    names = _names(removed)
    kept = sum(min(count, 1) for name, count in names.items() if name in _names(added))
    if names and kept / len(names) >= 0.55:
        return Judgement(0.2, "it says the same in other words: the names that it touches are all still there")
    return Judgement(0.5, "it rewrites code")


def _names(lines: Sequence[str]) -> Counter[str]:
    return Counter(t for line in lines for t in tokens(line) if t[0].isalpha() and t not in _KEYWORDS)
