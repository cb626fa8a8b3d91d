"""Named numbers that a diff changes, in seconds and bytes where units say so."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from inquest.rca.edits import squeeze

PAIRS_MAX = 12

_NUMBER = re.compile(r"(?<![\w.])(-?\d[\d_]*(?:\.\d+)?)(?:\s*\*\s*)?(?:time\.|TimeUnit\.)?([A-Za-z%]*)")
_NAMED = re.compile(r"([A-Za-z_][\w.-]*)\"?\s*(?::=|[:=(])")
_WORD = re.compile(r"([A-Za-z_][\w.-]*)")
_SCALES = {
    "ns": 1e-9, "us": 1e-6, "microsecond": 1e-6, "ms": 1e-3, "millisecond": 1e-3, "milliseconds": 1e-3,
    "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "min": 60.0, "minute": 60.0, "minutes": 60.0,
    "h": 3600.0, "hour": 3600.0, "hours": 3600.0, "d": 86400.0,
    "k": 1e3, "ki": 1024.0, "kb": 1e3, "mi": 1024.0**2, "mb": 1e6, "gi": 1024.0**3, "gb": 1e9,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """A named number before and after."""

    name: str
    before: float
    after: float


def distance(pair: Pair) -> float:
    """How many times larger the larger number is; to or from zero counts as ten times."""
    low, high = sorted((abs(pair.before), abs(pair.after)))
    return high / low if low else 10.0


def changed_numbers(removed: Sequence[str], added: Sequence[str]) -> tuple[Pair, ...]:
    """Numbers that change on lines which are otherwise the same."""
    shapes: dict[str, list[str]] = {}
    for line in added:
        shapes.setdefault(_shape(line), []).append(line)
    found = []
    for line in removed:
        candidates = shapes.get(_shape(line))
        if not candidates:
            continue
        other = candidates.pop(0)
        for (a, unit_a), (b, unit_b) in zip(_NUMBER.findall(line), _NUMBER.findall(other), strict=False):
            before, after = _value(a, unit_a), _value(b, unit_b)
            if before != after:
                found.append(Pair(_name(line), before, after))
    return tuple(found[:PAIRS_MAX])


def _shape(line: str) -> str:
    return squeeze(_NUMBER.sub("0", line))


def _value(digits: str, unit: str) -> float:
    scale = 60.0 if unit == "m" else _SCALES.get(unit.lower(), 1.0)
    return float(digits.replace("_", "")) * scale


def _name(line: str) -> str:
    named = _NAMED.search(line) or _WORD.search(line)
    return named.group(1) if named else "a number"
