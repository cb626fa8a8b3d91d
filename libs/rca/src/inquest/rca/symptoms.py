"""What the findings say about each entity: local trouble, spread trouble, onset, and its nature."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from inquest.rca.finding import Finding
from inquest.rca.roles import words

# What a callee can pass on to its callers; everything else is an entity's own trouble.
_SPREADS = frozenset({"latency", "errors", "success"})
TOP = 3
Ranked = tuple[int, Finding]


@dataclass(slots=True)
class Trouble:
    """Evidence about one entity, by whether a callee could have caused it."""

    entity: str
    local: list[tuple[float, int]] = field(default_factory=list)
    spread: list[tuple[float, int]] = field(default_factory=list)
    onsets: list[float] = field(default_factory=list)
    classes: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def local_strength(self) -> float:
        """Noisy-or over the strongest local findings, 0 to 1."""
        return _either(strength for strength, _ in self.local)

    @property
    def spread_strength(self) -> float:
        """Noisy-or over the strongest findings that a callee could have caused, 0 to 1."""
        return _either(strength for strength, _ in self.spread)

    @property
    def strength(self) -> float:
        """Any trouble at all, 0 to 1."""
        return 1 - (1 - self.local_strength) * (1 - self.spread_strength)

    @property
    def onset(self) -> float | None:
        """The earliest onset of a strong finding."""
        return min(self.onsets) if self.onsets else None

    def indices(self) -> tuple[int, ...]:
        """Its findings, strongest first."""
        ordered = sorted((*self.local, *self.spread), key=lambda pair: (-pair[0], pair[1]))
        return tuple(dict.fromkeys(index for _, index in ordered))


def _either(strengths: Iterable[float]) -> float:
    """Noisy-or of the strongest few, each next one counting half, so that many weak ones add little."""
    left = 1.0
    for place, strength in enumerate(sorted(strengths, reverse=True)[:TOP]):
        left *= 1 - min(max(strength, 0.0), 0.99) * 0.5**place
    return 1 - left


def troubles(findings: Sequence[Finding]) -> dict[str, Trouble]:
    """Trouble by entity. Edges and changes are not trouble."""
    found: dict[str, Trouble] = {}
    for index, finding in enumerate(findings):
        if finding.detector in {"edge", "change", ""}:
            continue
        place = _place(finding)
        if place is None:
            continue
        local, weight = place
        for entity, share in _bearers(finding):
            trouble = found.setdefault(entity, Trouble(entity))
            strength = finding.strength * weight * share
            (trouble.local if local else trouble.spread).append((strength, index))
            if finding.onset_at is not None and strength > 0.3:
                trouble.onsets.append(finding.onset_at)
            for name in signs(finding):
                trouble.classes[name] = max(trouble.classes[name], strength)
    return found


def _bearers(finding: Finding) -> Iterable[tuple[str, float]]:
    """Who a finding speaks of: a slow edge speaks of both of its ends."""
    if finding.detector == "edge-gap":
        return ((finding.text("callee"), 1.0), (finding.text("caller"), 0.6))
    return ((finding.entity, 1.0),)


def _place(finding: Finding) -> tuple[bool, float] | None:
    """Whether the finding is local, and its weight; None when it says nothing of trouble."""
    if finding.detector == "metric":
        role = finding.text("role")
        if role in _SPREADS:
            return (False, 1.0) if finding.features.get("bad") else None
        if role == "limit":
            return True, 1.0
        if role == "saturation":
            return (True, 0.9) if finding.features.get("bad") else (True, 0.3)
        return False, 0.3
    if finding.detector in {"template", "pattern"}:
        if finding.number("surprise") < 0:
            return False, 0.4
        return (False, 1.0) if finding.text("classes") else (False, 0.5)
    if finding.detector in {"flow", "exclusive-time", "edge-gap"}:
        return True, 1.0
    return finding.detector == "error-origin", 1.0


def signs(finding: Finding) -> tuple[str, ...]:
    """Classes of symptom that a finding shows."""
    found = finding.text("classes").split()
    if finding.detector == "metric":
        found += [finding.text("role"), finding.text("resource"), *_named(finding.text("metric"))]
    if finding.detector == "exclusive-time":
        found.append("latency")
    return tuple(dict.fromkeys(name for name in found if name))


_NAMED = {
    "401": "auth",
    "403": "auth",
    "unauthorized": "auth",
    "dns": "dns",
    "servfail": "dns",
    "restarts": "restart",
    "oom": "memory",
    "lag": "queue",
    "queue": "queue",
    "db": "database",
    "query": "database",
    "retry": "retry",
    "retries": "retry",
    "throttled": "throttle",
    "429": "throttle",
    "hit": "eviction",
    "tls": "tls",
    "certificate": "certificate",
    "gc": "gc",
    "lock": "deadlock",
    "deadlock": "deadlock",
}


def _named(metric: str) -> list[str]:
    return [_NAMED[word] for word in words(metric) if word in _NAMED]
