"""Which mechanisms a diff names: by the words of what differs, and of where it stands."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import zip_longest

from inquest.rca.edits import pair_edits
from inquest.rca.lexicon import bag, words
from inquest.rca.mechanisms import MECHANISMS

MECHANISMS_MAX = 4
WORD_MAX = 3.0
# Below this share of the best a mechanism is not named.
SHARE_MIN = 0.34
# Words that go with so many things that alone they say little.
_GENERIC = bag("max maximum limit limits default requests version format unit units fetch field fields select")

_PERIODS = bag("second minute hour day sec min")


def named_mechanisms(
    removed: Sequence[str], added: Sequence[str], context: Sequence[str], cover: Sequence[str]
) -> tuple[str, ...]:
    """Mechanisms by how many of their words the change touches; lines that only move count nothing.

    `cover` are the message and the paths. Unchanged lines speak only where nothing else does.
    """
    edits, gone, come = pair_edits(removed, added)
    # What differs is heard twice: with its line and by itself.
    lines = [text for edit in edits for text in (edit.before, edit.after, *edit.gone, *edit.come)]
    named = _named(_heard([*lines, *gone, *come, *cover]))
    return named or (_named(_heard(context)) if edits or gone or come else ())


def _named(heard: dict[str, float]) -> tuple[str, ...]:
    scored = [(sum(_weight(word, heard) for word in mechanism.words), mechanism.name) for mechanism in MECHANISMS]
    best = max((score for score, _ in scored), default=0.0)
    kept = [(score, name) for score, name in scored if score and score >= SHARE_MIN * best]
    return tuple(name for _, name in sorted(kept, key=lambda item: (-item[0], item[1]))[:MECHANISMS_MAX])


def _heard(texts: Sequence[str]) -> dict[str, float]:
    heard: dict[str, float] = defaultdict(float)
    for text in texts:
        said = words(text)
        for word, after in zip_longest(said, said[1:], fillvalue=""):
            # "requests per minute" is a rate, in whatever words.
            heard["rate" if word == "per" and after in _PERIODS else word] += 1
    return heard


def _weight(word: str, heard: dict[str, float]) -> float:
    return min(heard.get(word, 0.0), WORD_MAX) * (0.5 if word in _GENERIC else 1.0)
