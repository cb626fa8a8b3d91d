"""The verdict's own sentences. Numbers stay in the evidence, which each sentence cites."""

import re
from collections.abc import Collection, Sequence

from inquest.contracts.latest import Band, Coverage, Evidence, Hypothesis, Symptom
from inquest.rca.cause import Cause
from inquest.rca.citations import check_statement
from inquest.rca.finding import Finding
from inquest.rca.wording import ref_name

SIGN_SHARE = 0.5
_FIRST_CLAUSE = re.compile(r'(?:"[^"]*"|(?!; ).)*', re.DOTALL)  # up to a semicolon that is not quoted
_NOT_SIGNS = {"change", "flag", "injection-attempt"}


def headline_of(band: Band, hypotheses: Sequence[Hypothesis], ledger: Sequence[Coverage]) -> str:
    """Return the cause in one sentence, or what is missing to name one."""
    if band == "undetermined" or not hypotheses:
        unseen = dict.fromkeys(row.interface for row in ledger if row.status in {"failed", "skipped"})
        missing = f"; not seen: {', '.join(unseen)}" if unseen else ""
        return f"Undetermined: no cause stands out{missing}."
    return _FIRST_CLAUSE.match(hypotheses[0].mechanism)[0].rstrip(".") + "."  # type: ignore[index] # it matches ""


def cited(cause: Cause, findings: Sequence[Finding]) -> tuple[str, tuple[str, ...]]:
    """Return the cause's sentence, and what is wrong with it.

    Each number in it must stand in the evidence it cites. That is checked, not trusted: a sentence that
    fails is withheld, and one without numbers takes its place.
    """
    problems = check_statement(cause.mechanism, [findings[index] for index in cause.support])
    if not problems:
        return cause.mechanism, ()
    change = f", change {ref_name(cause.change_ref)}" if cause.change_ref else ""
    withheld = tuple(f"A sentence about {cause.entity} was withheld: {problem}" for problem in problems)
    return f"{cause.entity}: a cause of kind {cause.kind}{change}.", withheld


def first_sign_of(evidence: Sequence[Evidence], entities: Collection[str]) -> Symptom | None:
    """Return the earliest symptom of the entities that the verdict is about; of any, where these show none.

    It must be at least half as strong as their strongest: weaker ones may be noise.
    """
    signs = [
        (one.onset_at, one)
        for one in evidence
        if one.onset_at is not None and one.kind not in _NOT_SIGNS and one.features.get("bad", True) is True
    ]
    signs = [pair for pair in signs if pair[1].entity in entities] or signs
    if not signs:
        return None
    floor = SIGN_SHARE * max(one.strength for _, one in signs)
    onset, first = min(
        ((onset, one) for onset, one in signs if one.strength >= floor),
        key=lambda pair: (pair[0], -pair[1].strength, pair[1].evidence_id),
    )
    return Symptom(evidence_id=first.evidence_id, entity=first.entity, statement=first.statement, onset_at=onset)
