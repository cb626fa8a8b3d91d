"""What a detector hands on: findings and losses.

A finding is all that crosses the bus, so its features carry everything that ranking needs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from inquest.rca.tables import Window

Scalar = float | str | bool
Kind = Literal["metric", "log", "trace", "change", "flag", "event"]

FINDINGS_MAX = 200
ENTITIES_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation with its numbers.

    `strength` is 0 to 1; `onset_at` (epoch seconds) is when it began, where that can be told;
    `features["detector"]` names the detector, the other features are plain scalars; `query` says
    in words what was computed.
    """

    kind: Kind
    entity: str
    statement: str
    window: Window
    onset_at: float | None
    strength: float
    features: Mapping[str, Scalar]
    query: str = ""

    @property
    def detector(self) -> str:
        """The detector that made it, "" when unknown."""
        return str(self.features.get("detector", ""))

    def number(self, name: str, default: float = 0.0) -> float:
        """A numeric feature, or `default` when absent or not a number."""
        value = self.features.get(name, default)
        return float(value) if isinstance(value, (int, float)) else default

    def text(self, name: str) -> str:
        """A text feature, or "" when absent."""
        value = self.features.get(name, "")
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a capability found, in plain sentences what it could not see, and which entities told of themselves."""

    findings: tuple[Finding, ...] = ()
    losses: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """How well one capability could look: the coverage that ranking is told about.

    `entities` told of themselves there, by whatever they sent.
    """

    capability: str
    status: Literal["looked", "degraded", "skipped", "failed"]
    reason: str = ""
    entities: tuple[str, ...] = ()


def order_key(finding: Finding) -> tuple[object, ...]:
    """Strongest first, then by what it says: independent of the order of arrival."""
    onset = finding.onset_at if finding.onset_at is not None else float("inf")
    return (-finding.strength, onset, finding.kind, finding.entity, finding.statement)


def analysis(
    findings: Iterable[Finding],
    losses: Iterable[str] = (),
    entities: Iterable[str] = (),
    *,
    findings_max: int = FINDINGS_MAX,
) -> Analysis:
    """Keep the strongest `findings_max`, in a fixed order, and say how many were dropped."""
    ranked = sorted(findings, key=order_key)
    said = list(dict.fromkeys(losses))
    if len(ranked) > findings_max:
        said.append(f"{len(ranked) - findings_max} weaker findings were dropped.")
    return Analysis(tuple(ranked[:findings_max]), tuple(said), tuple(sorted(set(entities))[:ENTITIES_MAX]))
