"""What is known of the incident when a change is judged: classes, words and numbers of its symptoms."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from inquest.rca.errorclass import error_classes
from inquest.rca.finding import Finding
from inquest.rca.lexicon import bag, words
from inquest.rca.operational import Operation
from inquest.rca.symptoms import signs
from inquest.rca.tables import Target

# What the page itself says counts like a strong finding.
PAGE = 0.7
_DULL = bag(
    "service services server client http https api post get error errors failed fail code test main go src pkg "
    "internal the and for with not from request requests response status new value string return func"
)


@dataclass(frozen=True, slots=True)
class Scene:
    """`profile` and `vocabulary` map classes and words to the strength of the symptom that shows them.

    `numbers` are the (before, after) of measurements, `said` the lines that are new in the logs with the
    index of their finding.
    """

    profile: Mapping[str, float]
    vocabulary: Mapping[str, float]
    numbers: tuple[tuple[float, float], ...]
    said: tuple[tuple[int, str], ...]
    onset: float | None
    operations: tuple[Operation, ...]


def scene(
    findings: Sequence[Finding],
    entities: Iterable[str],
    target: Target,
    onset: float | None,
    seen: tuple[Operation, ...],
) -> Scene:
    """Gather what the symptoms show; words of entity names tell nothing of a mechanism and are left out."""
    profile: defaultdict[str, float] = defaultdict(float)
    vocabulary: defaultdict[str, float] = defaultdict(float)
    numbers, said = [], []
    for index, finding in enumerate(findings):
        if finding.detector in {"edge", "change", "excess", ""} or not _bad(finding):
            continue
        for name in signs(finding):
            profile[name] = max(profile[name], finding.strength)
        texts = [
            finding.text(key) for key in ("template", "example", "metric", "span", "step", "next", "lost", "child")
        ]
        for word in {word for text in texts for word in _vocabulary(text)}:
            vocabulary[word] = max(vocabulary[word], finding.strength)
        if finding.detector == "metric":
            numbers.append((finding.number("before"), finding.number("after")))
        if finding.kind == "log" and finding.features.get("novel"):
            said.append((index, f"{finding.text('example')} {finding.text('template')} {finding.text('next')}".lower()))
    for name in error_classes(target.text):
        profile[name] = max(profile[name], PAGE)
    for word in _vocabulary(f"{target.text} {target.metric or ''}"):
        vocabulary[word] = max(vocabulary[word], PAGE)
    names = {word for entity in entities for word in words(entity)} | _DULL
    kept = {word: weight for word, weight in vocabulary.items() if word not in names}
    return Scene(dict(profile), kept, tuple(numbers), tuple(said), onset, seen)


def _bad(finding: Finding) -> bool:
    if finding.detector == "metric":
        return bool(finding.features.get("bad")) or finding.text("role") == "limit"
    return finding.number("surprise", 1.0) > 0


def _vocabulary(text: str) -> set[str]:
    return {word for word in words(text) if len(word) > 2 and not word.isdigit()} | {
        token.lower() for token in text.replace("/", " ").split() if 3 < len(token) < 40 and "_" in token
    }
