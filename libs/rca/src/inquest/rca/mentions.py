"""Who complains of whom: failing log lines and client-side measurements of one entity that name another."""

import re
from collections.abc import Sequence

from inquest.rca.finding import Finding
from inquest.rca.lexicon import words
from inquest.rca.peers import hosts

NAME_CHARS_MIN = 4
_TOLD = frozenset({"latency", "errors", "success"})


def complaints(findings: Sequence[Finding], paged: str | None) -> dict[int, tuple[str, ...]]:
    """The other entities that each complaining finding names, by index; `paged` is the one that the page names."""
    given = {paged or "", *(name for finding in findings for name in _names(finding))}
    names = {name for name in given if len(name) >= NAME_CHARS_MIN}
    if not names:
        return {}
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    pattern = re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in longest_first))
    by_words = {words(name): name for name in names}
    found = {}
    for index, finding in enumerate(findings):
        if finding.detector == "metric" and finding.text("role") in _TOLD:
            others = _in_metric(finding, by_words)
            if others:
                found[index] = others
        if finding.detector in {"template", "pattern"} and finding.text("classes"):
            line = f"{finding.text('template')} {finding.text('example')}"
            said = [*pattern.findall(line), *hosts(line)]
            others = tuple(sorted({name for name in said if name != finding.entity}))
            if others:
                found[index] = others
    return found


def _names(finding: Finding) -> Sequence[str]:
    """The names that a source gave; the service of a change that was never deployed is often guessed from paths."""
    return finding.text("entities").split("\n") if finding.detector == "change" else (finding.entity,)


def _in_metric(finding: Finding, by_words: dict[tuple[str, ...], str]) -> tuple[str, ...]:
    """Entities whose name stands as whole words in the name of the metric: the other side of its calls."""
    parts = words(finding.text("metric"))
    runs = {parts[start:end] for start in range(len(parts)) for end in range(start + 1, len(parts) + 1)}
    return tuple(sorted({by_words[run] for run in runs if run in by_words} - {finding.entity}))
