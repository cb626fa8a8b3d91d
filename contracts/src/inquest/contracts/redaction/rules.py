"""One rule: the shape of one kind of secret."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

Tag = Callable[[str], str]
"""What is added to the mark of a value: `#` and a pseudonym, or nothing."""

ANYWHERE = ("",)
"""The anchors of a rule that has none: a column is searched as one text before it is tried on each."""
_AGAIN_MAX = 8


class Pattern(Protocol):
    """What a rule needs of a compiled pattern, of `re` or of RE2."""

    def search(self, string: str, /) -> Any:
        """Return the first match, or None."""
        ...

    def sub(self, repl: Any, string: str, /) -> str:
        """Return the string with `repl(match)` in the place of each match."""
        ...


class Shape:
    """A pattern that is compiled when it is first needed: most processes never need most of them."""

    def __init__(self, shape: str, flags: int = 0) -> None:
        self._shape = shape
        self._flags = flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern, compiled."""
        return re.compile(self._shape, self._flags)

    def search(self, string: str, /) -> Any:
        """See Pattern."""
        return self.compiled.search(string)

    def sub(self, repl: Any, string: str, /) -> str:
        """See Pattern."""
        return self.compiled.sub(repl, string)


@dataclass(frozen=True, slots=True)
class Rule:
    """One shape of secret.

    Every pattern is bounded, so that the time is linear in the length of the text, and is only tried on texts that
    contain one of its anchors, which are looked for all at once.

    Attributes:
        kind: what stands in the mark.
        anchors: in lower case; one of them is in every text that the pattern can match.
        pattern: what its group `kept` holds stays in front; the rest of the match is the secret.
        accept: whether a value that fits the shape is one, where the shape alone cannot tell.
        also: one of these is in every such text too, where the anchors alone are in many; none: nothing more.
        probe: in the place of anchors: what RE2 finds in every such text, in any case of letters.
    """

    kind: str
    anchors: tuple[str, ...]
    pattern: Pattern
    accept: Callable[[str], bool] | None = None
    also: tuple[str, ...] = ()
    probe: str = ""

    def apply(self, text: str, tag: Tag) -> str:
        """Return the text with what fits replaced."""

        def replaced(found: Any) -> str:
            groups = found.groupdict()
            kept = groups.get("kept") or groups.get("kept_too") or ""
            whole: str = found[0]
            value = whole[len(kept) :]
            if kept.endswith("redacted:") or (kept.endswith("[") and value.startswith("redacted:")):  # within a mark
                return whole
            if self.accept is not None and not self.accept(value):
                return whole
            return f"{kept}[redacted:{self.kind}{tag(value)}]"

        for _ in range(_AGAIN_MAX):  # a match may begin before the values of two options
            before, text = text, self.pattern.sub(replaced, text)
            if text == before:
                break
        return text
