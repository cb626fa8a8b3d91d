"""How much a text reads like an order to a model: a linear model over words, for wording that no rule foresaw.

The score of a stretch of words is the sum of what each of its features weighs, in log odds; `scripts.injection_model`
fits the weights on written examples, and says how well that works on examples it did not see. Nothing is learnt here.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate

STRETCHES = (8, 16, 32)
"""Words that are judged together: a short order in a long text, and one that takes its time."""
_STEM_CHARS = 5  # in place of a stem in each language: what bends is mostly at the end
_WORDS_MAX = 20_000  # of one text
# Written without spaces: each sign counts as a word.
_SIGNS = (("\u0e00", "\u0eff"), ("\u1780", "\u17ff"), ("\u3040", "\u30ff"), ("\u3400", "\u9fff"))


@dataclass(frozen=True, slots=True)
class Likeness:
    """A stretch of a text: log odds that it instructs a model, and its words."""

    log_odds: float
    words: str


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature weighs, in log odds; `bias` is the score of nothing."""

    bias: float
    features: dict[str, float]
    limit: float

    @classmethod
    def parse(cls, text: str) -> "Weights":
        """Read the weights from JSON. They are stored as whole hundredths."""
        data = json.loads(text)
        features = {feature: weight / 100 for feature, weight in data["features"].items()}
        return cls(data["bias"] / 100, features, data["limit"] / 100)


@cache
def trained() -> Weights:
    """Return the weights that come with the gateway. Read when first needed: a gateway starts without."""
    return Weights.parse((files("inquest.gateway") / "data" / "injection_weights.json").read_text("utf-8"))


def tokens(reading: str) -> list[str]:
    """Return the words of a folded text; numbers are one word, and so is each sign of a script without spaces."""
    if reading.isascii():
        return ["0" if word.isdigit() else word for word in reading.split()[:_WORDS_MAX]]
    found: list[str] = []
    for word in reading.split()[:_WORDS_MAX]:
        if any(low <= char <= high for char in word for low, high in _SIGNS):
            found.extend(word)
        else:
            found.append("0" if word.isdigit() else word)
    return found


def features(words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield where each feature ends, and what it is: words, stems, pairs of stems, with and without one between."""
    first = second = ""
    for place, word in enumerate(words):
        stem = word[:_STEM_CHARS]
        yield place, word
        if len(word) > _STEM_CHARS:
            yield place, f"{stem}*"
        if second:
            yield place, f"{second} {stem}"
            if first:
                yield place, f"{first} _ {stem}"
                yield place, f"{first} {second} {stem}"
        first, second = second, stem


def likeness(words: Sequence[str], weights: Weights) -> Likeness:
    """Return the stretch that reads most like an order to a model."""
    gains = [0.0] * len(words)
    known = weights.features
    for place, feature in features(words):
        if (weight := known.get(feature)) is not None:
            gains[place] += weight
    sums = list(accumulate(gains, initial=0.0))
    best = (float("-inf"), 0, 0)
    for size in STRETCHES:
        for start in range(0, max(len(words) - size, 0) + 1):
            end = min(start + size, len(words))
            best = max(best, (sums[end] - sums[start], start, end))
        if len(words) <= size:
            break
    total, start, end = best
    return Likeness(weights.bias + total, " ".join(words[start:end]))
