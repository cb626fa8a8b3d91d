"""The figures of a set and of a whole run, as JSON has them: shares are 0 to 1, None where nothing can be said."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from inquest.accuracy.judge import BLAMED_BANDS, UNDETERMINED, Row
from inquest.accuracy.statistics import Floats, auroc, bootstrap, brier, brier_skill, ece, reliability, wilson

DEPTH = 5
Figures = dict[str, Any]


def summarise(rows: Sequence[Row]) -> Figures:
    """Return `sets`, `all` and `per_case` of one case or more, as `inquest bench accuracy --json` prints them."""
    names = sorted({row.set for row in rows})
    return {
        "sets": {name: set_figures([row for row in rows if row.set == name]) for name in names},
        "all": {**set_figures(rows), **confidence_figures(rows)},
        "per_case": [_rounded(asdict(row)) for row in rows],
    }


def set_figures(rows: Sequence[Row]) -> Figures:
    """Return how often the cause was found, and how long it took.

    `decoys_blamed`, `abstained`, `errors`, `no_fault` (nothing was wrong) and `false_alarms` (of those, a cause was
    called likely or proven) count cases; ranks are of the others; `exact_change` is a share of the cases that know it.
    """
    exact = [row.exact_change for row in rows if row.exact_change is not None]
    took = [row.ms for row in rows]
    return _rounded(
        {
            "cases": len(rows),
            **rank_figures([row.service_rank for row in rows if row.fault]),
            "exact_change": sum(exact) / len(exact) if exact else None,
            "exact_change_ci": wilson(sum(exact), len(exact)) if exact else None,
            "exact_change_cases": len(exact),
            "decoys_blamed": sum(row.decoy_blamed for row in rows),
            "abstained": sum(row.band == UNDETERMINED for row in rows),
            "no_fault": sum(not row.fault for row in rows),
            "false_alarms": sum(not row.fault and row.band in BLAMED_BANDS for row in rows),
            "errors": sum(bool(row.error) for row in rows),
            "ms_median": float(np.median(took)),
            "ms_max": max(took),
            "read_ms_median": float(np.median([row.read_ms for row in rows])),
        }
    )


def baseline_figures(rows_of: Mapping[str, Sequence[Row]]) -> Figures:
    """Return, for each method, how often it found the true service and the true change, by set and over all."""
    return {method: {"sets": _by_set(rows), "all": _found(rows)} for method, rows in rows_of.items()}


def _by_set(rows: Sequence[Row]) -> Figures:
    return {name: _found([row for row in rows if row.set == name]) for name in sorted({row.set for row in rows})}


def _found(rows: Sequence[Row]) -> Figures:
    figures = set_figures(rows)
    return {
        name: figures[name] for name in ("cases", "ac1", "ac1_ci", "ac3", "ac3_ci", "avg5", "avg5_ci", "exact_change")
    }


def rank_figures(ranks: Sequence[int | None]) -> Figures:
    """Return AC@1, AC@3 and Avg@5 (the mean of AC@1 to AC@5) of the true service, with 95 % intervals.

    None each where no case has a true service.
    """
    cases = len(ranks)
    if not cases:
        return dict.fromkeys(("ac1", "ac1_ci", "ac3", "ac3_ci", "avg5", "avg5_ci"))
    within = {depth: sum(rank is not None and rank <= depth for rank in ranks) for depth in (1, 3)}
    credit = np.array([max(0, DEPTH + 1 - rank) / DEPTH if rank else 0.0 for rank in ranks], dtype=np.float64)
    return {
        "ac1": within[1] / cases,
        "ac1_ci": wilson(within[1], cases),
        "ac3": within[3] / cases,
        "ac3_ci": wilson(within[3], cases),
        "avg5": float(credit.sum()) / cases,
        "avg5_ci": bootstrap([credit], lambda column: float(column.mean())),
    }


def confidence_figures(rows: Sequence[Row]) -> Figures:
    """Return whether the confidence in the first candidate is a probability of being right, and the memory used."""
    said: Floats = np.array([row.confidence for row in rows], dtype=np.float64)
    right: Floats = np.array([row.right for row in rows], dtype=np.float64)
    return _rounded(
        {
            "right": float(right.mean()),
            "brier": brier(said, right),
            "brier_skill": brier_skill(said, right),
            "auroc": auroc(said, right),
            "ece": ece(said, right),
            "ece_ci": bootstrap([said, right], ece),
            "reliability": [asdict(row) for row in reliability(said, right)],
            "rss_mb": max(row.rss_mb for row in rows),
            "rss_mb_median": float(np.median([row.rss_mb for row in rows])),
        }
    )


def _rounded(figures: Figures) -> Figures:
    return {name: _round(value) for name, value in figures.items()}


def _round(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return _rounded(value)
    return [_round(one) for one in value] if isinstance(value, list | tuple) else value
