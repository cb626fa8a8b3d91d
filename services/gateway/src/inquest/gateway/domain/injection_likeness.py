"""How much a text reads like an order to a model: a linear model over words, for wording that no rule foresaw.

The score of a stretch of words is the sum of what each of its features weighs, in log odds; `scripts.injection_model`
fits the weights on written examples, and says how well that works on examples it did not see. Nothing is learnt here.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import accumulate
from typing import Any

from inquest.gateway.domain.programs import compiled

STRETCHES = (8, 16, 32)
"""Words that are judged together: a short order in a long text, and one that takes its time."""
_STEM_CHARS = 5  # in place of a stem in each language: what bends is mostly at the end
_LEAD_MIN = 0.3
_LEADS_MIN = 2  # of 1,000 orders that the model finds, 5 have fewer
# Written without spaces: each sign counts as a word.
_SIGNS = (("\u0e00", "\u0eff"), ("\u1780", "\u17ff"), ("\u3040", "\u30ff"), ("\u3400", "\u9fff"))


@dataclass(frozen=True)
class Weights:
    """What each feature weighs, in log odds.

    Attributes:
        bias: the score of nothing.
        features: words, `stems*`, and stems that stand near each other.
        limit: the score from which on a stretch counts as an order.
    """

    bias: float
    features: dict[str, float]
    limit: float = 0.0

    @classmethod
    def parse(cls, text: str) -> "Weights":
        """Read weights from JSON, where they stand as whole hundredths."""
        data = json.loads(text)
        features = {feature: weight / 100 for feature, weight in data["features"].items()}
        return cls(data["bias"] / 100, features, data["limit"] / 100)

    @cached_property
    def leads(self) -> frozenset[str]:
        """The stems of words that speak for an order."""
        alone = (one for one, weight in self.features.items() if weight >= _LEAD_MIN and " " not in one)
        return frozenset(one[:_STEM_CHARS].removesuffix("*") for one in alone)

    @cached_property
    def _lines(self) -> Any:
        # A short stem is a whole word.
        stems = "|".join(
            stem if len(stem) == _STEM_CHARS else rf"{stem}\b" for stem in sorted(filter(str.isascii, self.leads))
        )
        lead = rf"(?:^|[^a-z0-9\n])(?:{stems})[^\n]*"
        return compiled(rf"(?m)^[^\n]*?{lead}{lead}$")

    def may_be(self, words: Sequence[str]) -> bool:
        """Say whether an order may be among the words: cheap, and most texts have none of its words."""
        return len(self.leads.intersection([word[:_STEM_CHARS] for word in words])) >= _LEADS_MIN

    def lines(self, text: str) -> list[str]:
        """Return the lines of a text of ASCII that may be orders, faster than one by one."""
        return [str(line) for line in self._lines.findall(text.lower().replace("_", " "))]

    def score(self, words: Sequence[str]) -> tuple[float, Sequence[str]]:
        """Return the log odds of the stretch that reads most like an order to a model, and its words."""
        gains = [0.0] * len(words)
        known = self.features
        for place, feature in features(words):
            if (weight := known.get(feature)) is not None:
                gains[place] += weight
        sums = list(accumulate(gains, initial=0.0))
        best = (float("-inf"), 0, 0)
        for size in STRETCHES:
            for start in range(max(len(words) - size, 0) + 1):
                end = min(start + size, len(words))
                best = max(best, (sums[end] - sums[start], start, end))
            if len(words) <= size:
                break
        total, start, end = best
        return self.bias + total, words[start:end]


@cache
def trained() -> Weights:
    """Return the weights that come with the gateway. Read when first needed: a gateway starts without."""
    return Weights.parse((files("inquest.gateway") / "data" / "injection_weights.json").read_text("utf-8"))


def alike(reading: str) -> str:
    """Return the stretch of a folded text that reads like an order to a model, or nothing."""
    weights, words = trained(), tokens(reading)
    if not weights.may_be(words):
        return ""
    score, stretch = weights.score(words)
    return " ".join(stretch) if score >= weights.limit else ""


def tokens(reading: str) -> list[str]:
    """Return the words of a folded text; numbers are one word, and so is each sign of a script without spaces."""
    if reading.isascii():
        return ["0" if word.isdigit() else word for word in reading.split()]
    found: list[str] = []
    for word in reading.split():
        if any(low <= char <= high for char in word for low, high in _SIGNS):
            found.extend(word)
        else:
            found.append("0" if word.isdigit() else word)
    return found


def features(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield where each feature ends, and what it is: words, stems, two or three stems, and two with one between."""
    first = second = ""
    for place, word in enumerate(words):
        stem = word[:_STEM_CHARS]
        yield place, word
        yield place, f"{stem}*"
        if second:
            yield place, f"{second} {stem}"
            if first:
                yield place, f"{first} _ {stem}"
                yield place, f"{first} {second} {stem}"
        first, second = second, stem
