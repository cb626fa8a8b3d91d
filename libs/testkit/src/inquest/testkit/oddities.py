"""Answers that are nearly right: a valid one with some of its parts replaced by what nobody expects there."""

from copy import deepcopy
from random import Random
from typing import Any

_ODD: tuple[Any, ...] = (None, True, 0, -1, 2**70, 1e300, "", "x", "2026-13-45", [], ["x"], [[]], {}, {"a": None})


def odd(valid: Any, seed: int) -> Any:
    """Return `valid` (as JSON has it) with one to three parts replaced or left out; equal seeds give equal answers."""
    chance = Random(seed)  # noqa: S311 - repeatable, not secret
    there = {"": deepcopy(valid)}
    for _ in range(chance.randint(1, 3)):
        _break(there, chance)
    return there[""]


def _break(there: Any, chance: Random) -> None:
    place: Any = ""
    while True:
        below = there[place]
        if isinstance(below, dict | list) and below and chance.random() < 0.8:
            there, place = (
                below,
                chance.choice(list(below)) if isinstance(below, dict) else chance.randrange(len(below)),
            )
        elif place and isinstance(there, dict) and chance.random() < 0.3:
            del there[place]
            return
        else:
            there[place] = deepcopy(chance.choice(_ODD))
            return
