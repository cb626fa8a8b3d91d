"""What the findings say about each entity, by channel of evidence."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from inquest.rca.finding import Finding
from inquest.rca.lexicon import words
from inquest.rca.mentions import complaints

# Channels that a failing or slow callee can bring about in its callers.
CAUSED = ("spread", "flow", "log", "origin", "calls")
# Channels that only an entity's own trouble brings about.
OWN = ("resource", "excess", "own_time", "gap")
CHANNELS = (*OWN, *CAUSED)
TOP = 3
COMPLAINT = 0.5
STRONG = 0.3


@dataclass(slots=True)
class Trouble:
    """Evidence about one entity: by channel, pairs of strength and finding index.

    `lines` is the largest count of a line that tells of failure, `silent` says that it stopped reporting.
    """

    entity: str
    channels: defaultdict[str, list[tuple[float, int]]] = field(default_factory=lambda: defaultdict(list))
    onsets: list[float] = field(default_factory=list)
    classes: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    lines: float = 0.0
    silent: bool = False

    def strength(self, *channels: str) -> float:
        """Noisy-or over channels, 0 to 1."""
        left = 1.0
        for channel in channels or CHANNELS:
            left *= 1 - either(strength for strength, _ in self.channels.get(channel, ()))
        return 1 - left

    @property
    def onset(self) -> float | None:
        """The earliest onset of a strong finding (epoch seconds)."""
        return min(self.onsets) if self.onsets else None

    def indices(self, *channels: str) -> tuple[int, ...]:
        """Its findings, strongest first."""
        pairs = [pair for channel in channels or CHANNELS for pair in self.channels.get(channel, ())]
        pairs.sort(key=lambda pair: (-pair[0], pair[1]))
        return tuple(dict.fromkeys(index for _, index in pairs))


def either(strengths: Iterable[float]) -> float:
    """Noisy-or of the strongest few, each next one counting half, so that many weak ones add little."""
    left = 1.0
    for place, strength in enumerate(sorted(strengths, reverse=True)[:TOP]):
        left *= 1 - min(max(strength, 0.0), 0.98) * 0.5**place
    return 1 - left


def troubles(findings: Sequence[Finding], paged: str | None = None) -> dict[str, Trouble]:
    """Trouble by entity. Edges and changes are not trouble; shares of excess are settled by the graph.

    `paged` is the entity that the page names.
    """
    found: dict[str, Trouble] = {}
    blamed = complaints(findings, paged)
    for index, finding in enumerate(findings):
        placed = _channel(finding)
        if placed is None:
            continue
        channel, weight = placed
        if index in blamed:
            # Who says "payment is unavailable" tells of payment more than of itself.
            weight *= COMPLAINT
            for other in blamed[index]:
                named = found.setdefault(other, Trouble(other))
                named.channels[channel].append((finding.strength * COMPLAINT, index))
        trouble = found.setdefault(finding.entity, Trouble(finding.entity))
        strength = finding.strength * weight
        trouble.channels[channel].append((strength, index))
        trouble.silent = trouble.silent or (finding.detector == "silence" and strength > STRONG)
        if finding.onset_at is not None and strength > STRONG:
            trouble.onsets.append(finding.onset_at)
        if channel == "log" and strength > STRONG:
            trouble.lines = max(trouble.lines, finding.number("count"))
        for name in signs(finding):
            trouble.classes[name] = max(trouble.classes[name], strength)
    return found


_BY_DETECTOR = {
    "flow": "flow",
    "self-time": "own_time",
    "edge-gap": "gap",
    "error-origin": "origin",
    "calls": "calls",
    "silence": "resource",
}


def _channel(finding: Finding) -> tuple[str, float] | None:
    """The channel of a finding and its weight; None when it says nothing of trouble."""
    detector = finding.detector
    if detector in _BY_DETECTOR:
        return _BY_DETECTOR[detector], 1.0
    if detector == "metric":
        return _metric_channel(finding)
    if detector in {"template", "pattern"}:
        if finding.number("surprise") < 0:
            return "spread", 0.4
        return ("log", 1.0) if finding.text("classes") or finding.number("severity") else ("log", 0.3)
    return None


def _metric_channel(finding: Finding) -> tuple[str, float] | None:
    role, bad = finding.text("role"), bool(finding.features.get("bad"))
    if role in {"latency", "errors", "success"}:
        return ("spread", 1.0) if bad else None
    if role == "limit":
        return "resource", 1.0
    if role in {"saturation", "work"}:
        return ("resource", 1.0) if bad else None
    return "spread", 0.3


def signs(finding: Finding) -> tuple[str, ...]:
    """Classes of symptom that a finding shows."""
    found = finding.text("classes").split()
    if finding.detector == "metric":
        found += [finding.text("role"), finding.text("resource"), *_named(finding.text("metric"))]
    if finding.detector in {"self-time", "edge-gap"}:
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
