"""Readings of the same thing that say different things: which one counts, and why.

Two readings are of the same thing when kind, entity, detector and what was measured agree. Within one
reading (one step, one interface) everything stays: two instances of a service may differ. Between readings
one wins, by the first rule that tells them apart:

1. a source read in full beats one that was read in part (its coverage is not degraded);
2. a later round beats an earlier one: it was asked knowing more, against the longer baseline;
3. the stronger finding beats the weaker;
4. the smaller evidence id wins, so that the answer is the same on every machine.

The losing reading is kept in the record and out of the ranking; it would count one fact twice, or against itself.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from inquest.contracts.latest import Evidence
from inquest.verifier.domain.case import Case

IDENTITY = ("metric", "template", "span", "child", "caller", "callee", "ref", "step", "next")

_Reading = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The evidence that counts, sorted by id, and a sentence for each contradiction that was settled."""

    evidence: tuple[Evidence, ...]
    contradictions: tuple[str, ...]


def reconcile(case: Case) -> Reconciled:
    """Keep one reading of each thing."""
    degraded = {
        (step.step_id, row.interface) for step in case.steps for row in step.coverage if row.status == "degraded"
    }
    observed: defaultdict[tuple[str, ...], defaultdict[_Reading, list[Evidence]]]
    observed = defaultdict(lambda: defaultdict(list))
    for one in case.evidence:
        observed[_subject(one)][one.step_id, one.provenance.interface].append(one)
    kept: list[Evidence] = []
    said: list[str] = []
    for _, readings in sorted(observed.items()):
        ranked = sorted(readings, key=lambda reading: _preference(reading, readings[reading], case, degraded))
        kept += readings[ranked[0]]
        said += [_sentence(readings[ranked[0]], readings[other]) for other in ranked[1:]]
    contradictions = tuple(sentence for sentence in said if sentence)
    return Reconciled(tuple(sorted(kept, key=lambda one: one.evidence_id)), contradictions)


def _subject(one: Evidence) -> tuple[str, ...]:
    named = [f"{name}={one.features[name]}" for name in IDENTITY if one.features.get(name)]
    detector = str(one.features.get("detector", ""))
    return (one.kind, one.entity, detector, *(named or [one.statement]))


def _preference(
    reading: _Reading, evidence: Sequence[Evidence], case: Case, degraded: set[_Reading]
) -> tuple[bool, int, float, str]:
    strength = max(one.strength for one in evidence)
    return (reading in degraded, -case.rounds[reading[0]], -strength, min(one.evidence_id for one in evidence))


def _sentence(winner: Sequence[Evidence], loser: Sequence[Evidence]) -> str:
    """Say so when the two readings point in opposite directions; an agreeing repeat needs no word."""
    ours, theirs = _directions(winner), _directions(loser)
    if not ours or not theirs or ours & theirs:
        return ""
    return (
        f"Readings of {winner[0].entity} disagree: {winner[0].evidence_id} counts, {loser[0].evidence_id} "
        f'("{loser[0].statement}") is set aside.'
    )


def _directions(evidence: Sequence[Evidence]) -> set[bool]:
    return {bool(one.features["rising"]) for one in evidence if "rising" in one.features}
