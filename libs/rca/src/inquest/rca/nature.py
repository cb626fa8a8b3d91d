"""What kind of cause an entity is when no change explains it, and what to do about each kind."""

from collections.abc import Mapping

from inquest.rca.cause import CauseKind, Remediation
from inquest.rca.symptoms import Trouble

# Classes of symptom -> kind of cause and first aid, most telling first.
_NATURES: tuple[tuple[frozenset[str], CauseKind, Remediation], ...] = (
    (frozenset({"certificate"}), "external", "rotate-credential"),
    (frozenset({"dns"}), "infrastructure", "escalate-upstream"),
    (frozenset({"disk"}), "resource", "purge-data"),
    (frozenset({"throttle"}), "resource", "scale"),
    (frozenset({"memory", "restart", "gc"}), "resource", "restart"),
    (frozenset({"schema", "data"}), "data", "purge-data"),
    (frozenset({"cpu", "saturation"}), "resource", "scale"),
    (frozenset({"queue", "pool", "threads"}), "resource", "scale"),
)


def nature(trouble: Trouble) -> tuple[CauseKind, Remediation]:
    """The kind that the entity's strongest specific symptoms speak for."""
    strong: Mapping[str, float] = trouble.classes
    best: tuple[float, CauseKind, Remediation] = (0.35, "dependency", "none")
    for names, kind, remedy in _NATURES:
        weight = max((strong.get(name, 0.0) for name in names), default=0.0)
        if weight > best[0]:
            best = (weight, kind, remedy)
    return best[1], best[2]
