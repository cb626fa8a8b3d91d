"""An answer against the truth. The only place that reads `truth.yaml`, after the verdict.

The rules:

- The true service is the first of the truth's services. Its rank is its place among the distinct entities of the
  candidates, best first: two changes of one service are one suspect.
- The true change's rank is its place among the distinct changes in the same way; "none" (no change is to blame) is
  one of them. It is exact when the first candidate has it; an answer without candidates blames none.
- A decoy is blamed when the first candidate's change is one of the truth's decoys and the band is above "possible".
- Where nothing was wrong no service is true: the case counts in no rank, no first candidate is right, and the change
  is exact when none is blamed or the verdict abstains.
- An answer is right when the true service is first and, where the truth knows the change, the change is exact.
- An abstention is a verdict with the band "undetermined"; its ranks and its confidence count all the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inquest.accuracy.answer import Answer
from inquest.accuracy.cases import Case
from inquest.packs.truth import Truth, read_truth

BLAMED_BANDS = frozenset({"likely", "proven"})
UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Row:
    """One case, judged. Ranks begin at 1, None where absent; `exact_change` is None where nothing is known."""

    case: str
    set: str
    service_rank: int | None
    change_rank: int | None
    exact_change: bool | None
    decoy_blamed: bool
    right: bool
    fault: bool
    band: str
    confidence: float
    ms: float
    read_ms: float
    rss_mb: float
    said: str
    error: str


def judge(answers: Mapping[Case, Answer]) -> tuple[list[Row], list[Case]]:
    """Return a row for each case in order, and the cases that have no truth. Raises PackError for a broken truth."""
    rows, without = [], []
    for case in sorted(answers, key=lambda case: (case.set_name, case.name)):
        truth = read_truth(case.path)
        if truth is None:
            without.append(case)
        else:
            rows.append(row_of(case, answers[case], truth))
    return rows, without


def row_of(case: Case, answer: Answer, truth: Truth) -> Row:
    """Judge one answer."""
    service_rank = rank_of(truth.culprit, (one.entity for one in answer.candidates))
    known = truth.change if answer.names_changes else None
    spared = truth.culprit is None and answer.band == UNDETERMINED
    exact = None if known is None else not answer.error and (answer.change == known or spared)
    first = answer.candidates[0] if answer.candidates else None
    return Row(
        case=case.name,
        set=case.set_name,
        service_rank=service_rank,
        change_rank=None if known is None else rank_of(known, (one.change for one in answer.candidates)),
        exact_change=exact,
        decoy_blamed=answer.change in truth.decoys and answer.band in BLAMED_BANDS,
        right=service_rank == 1 and exact is not False,
        fault=truth.culprit is not None,
        band=answer.band,
        confidence=answer.confidence,
        ms=answer.ms,
        read_ms=answer.read_ms,
        rss_mb=answer.rss_mb,
        said=f"{first.entity} ({first.change[:12]})" if first else "",
        error=answer.error,
    )


def rank_of(wanted: str | None, names: Iterable[str]) -> int | None:
    """Return the place of a name among distinct names, from 1; None where it is not there, or none is wanted."""
    distinct = list(dict.fromkeys(names))
    return distinct.index(wanted) + 1 if wanted in distinct else None
