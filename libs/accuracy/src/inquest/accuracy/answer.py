"""What was said about a case: the same for the engine alone and for the running system."""

from dataclasses import dataclass

INQUEST = "inquest"
NO_CHANGE = "none"


@dataclass(frozen=True, slots=True)
class Part:
    """One summand of a candidate's log-odds; `why` is "" where the source keeps no reason."""

    name: str
    log_odds: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One ranked cause; `change` is the ref of the change that is blamed, "none" where no change is."""

    entity: str
    change: str
    confidence: float
    mechanism: str = ""
    parts: tuple[Part, ...] = ()

    @property
    def score(self) -> float:
        """The sum of the log-odds."""
        return sum(part.log_odds for part in self.parts)


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict on one case, best candidate first.

    `ms` is the analysis (engine) or page to conclusion (bus), `read_ms` the reading of the pack where that is
    apart, `rss_mb` the peak resident memory of the process that did it. `error` says why there is no verdict,
    `names_changes` is False for a method that ranks entities alone.
    """

    candidates: tuple[Candidate, ...] = ()
    band: str = "undetermined"
    ms: float = 0.0
    read_ms: float = 0.0
    rss_mb: float = 0.0
    error: str = ""
    names_changes: bool = True

    @property
    def confidence(self) -> float:
        """The confidence in the first candidate; 0 without one."""
        return self.candidates[0].confidence if self.candidates else 0.0

    @property
    def change(self) -> str:
        """The change that the first candidate blames; "none" without one."""
        return self.candidates[0].change if self.candidates else NO_CHANGE
