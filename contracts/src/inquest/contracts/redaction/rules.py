"""One rule: the shape of one kind of secret."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

Tag = Callable[[str], str]
"""What is added to the mark of a value: `#` and a pseudonym, or nothing."""

ANYWHERE = ("",)
"""The anchors of a rule that has none: a column is searched as one text before it is tried on each."""


class Pattern(Protocol):
    """What a rule needs of a compiled pattern, of `re` or of RE2."""

    def search(self, string: str, /) -> Any:
        """Return the first match, or None."""
        ...

    def sub(self, repl: Any, string: str, /) -> str:
        """Return the string with `repl(match)` in the place of each match."""
        ...


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
    """

    kind: str
    anchors: tuple[str, ...]
    pattern: Pattern
    accept: Callable[[str], bool] | None = None

    def apply(self, text: str, tag: Tag) -> str:
        """Return the text with what fits replaced."""

        def replaced(found: Any) -> str:
            groups = found.groupdict()
            kept = groups.get("kept") or groups.get("kept_too") or ""
            whole: str = found[0]
            value = whole[len(kept) :]
            if self.accept is not None and not self.accept(value):
                return whole
            return f"{kept}[redacted:{self.kind}{tag(value)}]"

        return self.pattern.sub(replaced, text)
