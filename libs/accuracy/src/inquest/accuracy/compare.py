"""Two runs over the same cases, side by side."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inquest.accuracy.statistics import sign_test

Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Labels of cases that became right (`wins`) or wrong (`losses`), and of those whose rank moved.

    `p` is the sign test's: how likely so uneven a split would be by chance. `unpaired` counts cases in one run only.
    """

    wins: tuple[str, ...]
    losses: tuple[str, ...]
    moved: tuple[str, ...]
    paired: int
    unpaired: int
    p: float


def read_run(path: Path) -> list[Figures]:
    """Return the rows of a saved `--json` run. Raises ValueError that says what is expected."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["per_case"]
        return [row for row in rows if {"set", "case", "right", "service_rank"} <= row.keys()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: {error}; expected what `inquest bench accuracy --json` prints") from error


def compare(now: Sequence[Figures], before: Sequence[Figures]) -> Comparison:
    """Pair the rows of two runs by set and case."""
    ours, theirs = ({_label(row): row for row in rows} for rows in (now, before))
    paired = sorted(ours.keys() & theirs.keys())
    wins = tuple(one for one in paired if ours[one]["right"] and not theirs[one]["right"])
    losses = tuple(one for one in paired if theirs[one]["right"] and not ours[one]["right"])
    moved = tuple(
        f"{one}: {_place(theirs[one])} → {_place(ours[one])}"
        for one in paired
        if _place(theirs[one]) != _place(ours[one])
    )
    unpaired = len(ours.keys() ^ theirs.keys())
    return Comparison(wins, losses, moved, len(paired), unpaired, sign_test(len(wins), len(losses)))


def _label(row: Figures) -> str:
    return f"{row['set']}/{row['case']}"


def _place(row: Figures) -> str:
    return f"service {row['service_rank'] or '-'}, change {row.get('change_rank') or '-'}"
