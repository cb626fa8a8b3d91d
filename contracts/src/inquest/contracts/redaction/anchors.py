"""Which rules can find something in a text: one walk over it looks for the anchors of all of them."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import re2

from inquest.contracts.redaction.rules import ANYWHERE, Rule

_WATCH = "\0inquest-watch"  # stands behind every text: if it is not found, the walk was given up
_WATCH_BYTES = _WATCH.encode()
_MEMORY_BYTES_MAX = 64 << 20  # of an automaton, which is built as texts need it; a hundredth of it is usual
_KNOWN_MAX = 4_096  # sets of anchors that were found together


class Anchored:
    """Rules by their anchors. The time of a look does not depend on how many there are."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self._words = tuple(
            dict.fromkeys(one for rule in rules for one in (*rule.anchors, *rule.also) if one not in ANYWHERE)
        )
        self._probes = tuple(dict.fromkeys(rule.probe for rule in rules if rule.probe))
        self._find_words = _finder(tuple(map(re2.escape, self._words)))
        self._find_probes = _finder(self._probes)
        self._known: dict[tuple[tuple[int, ...], ...], tuple[Rule, ...]] = {}
        self.anywhere = tuple(index for index, rule in enumerate(rules) if rule.anchors == ANYWHERE)

    def live(self, text: str, anywhere: tuple[int, ...]) -> tuple[Rule, ...]:
        """Return the rules that can find something, in their order, with those of `anywhere`."""
        watched = text.encode(errors="replace") + _WATCH_BYTES
        key = (tuple(self._find_words(watched)), tuple(self._find_probes(watched)), anywhere)
        live = self._known.get(key)
        if live is None:
            if len(self._known) >= _KNOWN_MAX:
                self._known.clear()
            live = self._known[key] = self._live(*key)
        return live

    def present(self, joined: str) -> tuple[int, ...]:
        """Return those of the rules without anchors that find something in texts that are joined by new lines."""
        return tuple(index for index in self.anywhere if self.rules[index].pattern.search(joined))

    def _live(self, words: tuple[int, ...], probes: tuple[int, ...], anywhere: tuple[int, ...]) -> tuple[Rule, ...]:
        if len(self._words) not in words or len(self._probes) not in probes:
            return self.rules
        there = {self._words[index] for index in words if index < len(self._words)}
        shown = {self._probes[index] for index in probes if index < len(self._probes)}
        return tuple(
            rule
            for index, rule in enumerate(self.rules)
            if index in anywhere
            or (
                (rule.probe in shown if rule.probe else not there.isdisjoint(rule.anchors))
                and not (rule.also and there.isdisjoint(rule.also))
            )
        )


@cache
def _finder(expressions: tuple[str, ...]) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = _MEMORY_BYTES_MAX
    found = re2.Set.SearchSet(options)
    for expression in (*expressions, re2.escape(_WATCH)):
        found.Add(expression)
    found.Compile()
    return found.Match
