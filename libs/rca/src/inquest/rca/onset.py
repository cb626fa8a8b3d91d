"""When the incident began, robust against one early oddity."""

from collections.abc import Sequence

from inquest.rca.finding import Finding

QUANTILE = 0.35


def incident_onset(findings: Sequence[Finding], fired_at: float | None) -> float | None:
    """The onset of the incident (epoch seconds): an early, strength-weighted quantile of strong onsets.

    A single strange series minutes earlier must not acquit the change that followed it; a page fixes
    the latest moment at which the trouble can have begun.
    """
    dated = sorted(
        (finding.onset_at, finding.strength)
        for finding in findings
        if finding.onset_at is not None
        and finding.detector not in {"edge", "change", "excess", ""}
        and finding.features.get("bad", True) is not False
        and finding.number("surprise", 1.0) > 0
    )
    strongest = max((strength for _, strength in dated), default=0.0)
    strong = [(at, strength) for at, strength in dated if strength >= 0.5 * strongest and strength > 0]
    whole, passed = sum(strength for _, strength in strong), 0.0
    for at, strength in strong:
        passed += strength
        if passed >= QUANTILE * whole:
            return min(at, fired_at) if fired_at is not None else at
    return fired_at
