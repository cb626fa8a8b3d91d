"""Who complains of whom: failing log lines and client-side measurements of one entity that name another."""

import re
from collections.abc import Sequence

from inquest.rca.finding import Finding
from inquest.rca.lexicon import words

NAME_CHARS_MIN = 4
_TOLD = frozenset({"latency", "errors", "success"})


def complaints(findings: Sequence[Finding]) -> dict[int, tuple[str, ...]]:
    """The other entities that each complaining finding names, by index."""
    names = {f.entity for f in findings if len(f.entity) >= NAME_CHARS_MIN and f.detector != "change"}
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
            said = pattern.findall(f"{finding.text('template')} {finding.text('example')}")
            others = tuple(sorted({name for name in said if name != finding.entity}))
            if others:
                found[index] = others
    return found


def _in_metric(finding: Finding, by_words: dict[tuple[str, ...], str]) -> tuple[str, ...]:
    """Entities whose name stands as whole words in the name of the metric: the other side of its calls."""
    parts = words(finding.text("metric"))
    runs = {parts[start:end] for start in range(len(parts)) for end in range(start + 1, len(parts) + 1)}
    return tuple(sorted({by_words[run] for run in runs if run in by_words} - {finding.entity}))
