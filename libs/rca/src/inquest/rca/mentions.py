"""Who complains of whom: log lines of one entity that speak of failure and name another."""

import re
from collections.abc import Sequence

from inquest.rca.finding import Finding

NAME_CHARS_MIN = 4


def complaints(findings: Sequence[Finding]) -> dict[int, tuple[str, ...]]:
    """The other entities that each complaining finding names, by index."""
    names = {f.entity for f in findings if len(f.entity) >= NAME_CHARS_MIN and f.detector != "change"}
    if not names:
        return {}
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    pattern = re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in longest_first))
    found = {}
    for index, finding in enumerate(findings):
        if finding.detector in {"template", "pattern"} and finding.text("classes"):
            said = pattern.findall(f"{finding.text('template')} {finding.text('example')}")
            others = tuple(sorted({name for name in said if name != finding.entity}))
            if others:
                found[index] = others
    return found
