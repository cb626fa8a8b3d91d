"""Which rules can find something in a text: one walk over it looks for the anchors of all of them."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import re2

from inquest.contracts.redaction.rules import ANYWHERE, Rule

_WATCH = b"\0inquest-watch"  # stands behind every text: if it is not found, the walk was given up
_MEMORY_BYTES_MAX = 64 << 20  # of the automaton, which is built as texts need it; a hundredth of it is usual


class Anchored:
    """Rules by their anchors. The time of a look does not depend on how many there are."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        anchors = tuple(dict.fromkeys(anchor for rule in rules if rule.anchors != ANYWHERE for anchor in rule.anchors))
        self._watch = len(anchors)
        self._find = _finder(anchors)
        places = {anchor: index for index, anchor in enumerate(anchors)}
        self._by_anchor: list[list[int]] = [[] for _ in anchors]
        for index, rule in enumerate(rules):
            for anchor in rule.anchors if rule.anchors != ANYWHERE else ():
                self._by_anchor[places[anchor]].append(index)
        self.anywhere = tuple(index for index, rule in enumerate(rules) if rule.anchors == ANYWHERE)

    def live(self, text: str, anywhere: Sequence[int]) -> Sequence[Rule]:
        """Return the rules that can find something, in their order, with those of `anywhere`."""
        found = self._find(text.encode(errors="replace") + _WATCH)
        if len(found) == 1 and not anywhere:
            return ()
        if self._watch not in found:
            return self._rules
        live = {index for anchor in found if anchor != self._watch for index in self._by_anchor[anchor]}
        return [self._rules[index] for index in sorted(live.union(anywhere))]

    def present(self, joined: str) -> tuple[int, ...]:
        """Return those of the rules without anchors that find something in texts that are joined by new lines."""
        return tuple(index for index in self.anywhere if self._rules[index].pattern.search(joined))


@cache
def _finder(anchors: tuple[str, ...]) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = _MEMORY_BYTES_MAX
    found = re2.Set.SearchSet(options)
    for anchor in anchors:
        found.Add(re2.escape(anchor))
    found.Add(re2.escape(_WATCH.decode()))
    found.Compile()
    return found.Match
