"""Words of identifiers: how every rule that reads names splits and groups them."""

import re

_WORD = re.compile(r"[a-z]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def words(name: str) -> tuple[str, ...]:
    """Lower-case words of an identifier or sentence in any case style."""
    return tuple(_WORD.findall(_CAMEL.sub("_", name).lower()))


def bag(text: str) -> frozenset[str]:
    """The words of a list written as one string."""
    return frozenset(text.split())
