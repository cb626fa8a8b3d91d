"""Patterns that a tenant writes. They run on RE2: no pattern of theirs can take more than linear time."""

from functools import cache
from typing import Any

import re2

from inquest.contracts.errors import Impossible
from inquest.contracts.redaction.rules import ANYWHERE, Rule

PATTERN_CHARS_MAX = 500
_PROGRAM_BYTES_MAX = 1 << 20  # of what a pattern compiles to: a{1000}{1000} is refused


@cache
def own_rule(kind: str, pattern: str) -> Rule:
    """Return a rule that is tried on every text; a group named `kept` stays in front of the secret.

    Raises Impossible where RE2 cannot read the pattern, or where it would match nothing at all.
    """
    options = re2.Options()
    options.max_mem = _PROGRAM_BYTES_MAX
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise Impossible(
            f"the pattern cannot be read: {reason} (RE2 syntax: no look-around, no back references)"
        ) from None
    if compiled.search("") is not None:
        raise Impossible("the pattern matches the empty text, so it would match everywhere")
    return Rule(kind, ANYWHERE, _Linear(compiled))


class _Linear:
    """A pattern of RE2, which reads UTF-8 alone: what no encoding knows is replaced before."""

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled

    def search(self, string: str, /) -> Any:
        """See Pattern."""
        return self._compiled.search(_encodable(string))

    def sub(self, repl: Any, string: str, /) -> str:
        """See Pattern."""
        return str(self._compiled.sub(repl, _encodable(string)))


def _encodable(text: str) -> str:
    return text if text.isascii() else text.encode(errors="replace").decode()
