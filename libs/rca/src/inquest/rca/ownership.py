"""Which services own the paths that a commit touches, told from the names that occur in the data."""

from collections import Counter
from collections.abc import Iterable, Sequence

from inquest.rca.lexicon import words


def owners(files: Sequence[str], title: str, entities: Iterable[str]) -> tuple[str, ...]:
    """Entities whose distinctive words occur in the paths or in the scope of the title.

    Words that most entities share (a prefix, "service") distinguish nothing and are left out.
    """
    names = {entity: {word for word in words(entity) if len(word) > 2} for entity in entities}
    common = Counter(word for found in names.values() for word in found)
    limit = max(1, len(names) // 3)
    touched = {word for path in files for word in words(path)} | set(words(title.split(":", 1)[0]))
    matched = []
    for entity, found in names.items():
        rare = {word for word in found if common[word] <= limit}
        hits = {word for word in rare if word in touched or _glued(word, touched)}
        if rare and len(hits) == len(rare):
            matched.append(entity)
    return tuple(sorted(matched))


def _glued(word: str, touched: set[str]) -> bool:
    """`paymentservice` in one word still begins with `payment`."""
    return any(len(part) > 3 and word.startswith(part) for part in touched)
