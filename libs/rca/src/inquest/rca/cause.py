"""What ranking answers with: causes, and the ranking as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

CauseKind = Literal[
    "change",
    "dependency",
    "resource",
    "traffic",
    "config",
    "data",
    "infrastructure",
    "external",
    "unknown",
]
Band = Literal["proven", "likely", "possible", "undetermined"]
Remediation = Literal[
    "rollback",
    "roll-forward",
    "config-revert",
    "flag-disable",
    "scale",
    "restart",
    "failover",
    "reschedule",
    "rotate-credential",
    "purge-data",
    "escalate-upstream",
    "none",
]


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a candidate's log-odds, with the findings (by index) that it rests on."""

    name: str
    log_odds: float
    findings: tuple[int, ...] = ()
    why: str = ""


def total(terms: Sequence[Term]) -> float:
    """The log-odds of all terms together."""
    return sum(term.log_odds for term in terms)


@dataclass(frozen=True, slots=True)
class Cause:
    """A ranked candidate.

    `score` is the sum of the log-odds of `contributions`; `confidence` is the calibrated
    probability that this cause is the true one. `support` and `against` are indices into the
    findings that were ranked, strongest first.
    """

    kind: CauseKind
    entity: str
    change_ref: str | None
    mechanism: str
    score: float
    confidence: float
    support: tuple[int, ...]
    against: tuple[int, ...]
    refuting_query: str
    contributions: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The verdict before evidence ids: ranked causes, and what follows from the first.

    `no_change` is True when the evidence speaks for a cause that no change made;
    `caps` says in sentences which rules lowered the band; `shown`
    how plainly the page's complaint shows (0 to 1).
    """

    causes: tuple[Cause, ...]
    first_failing: str | None
    blast_radius: tuple[str, ...]
    remediation: Remediation
    band: Band
    confidence: float
    no_change: bool
    open_questions: tuple[str, ...]
    caps: tuple[str, ...] = ()
    shown: float = 0.0
