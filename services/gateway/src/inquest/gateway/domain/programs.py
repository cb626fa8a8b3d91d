"""Patterns of many words as programs of RE2, which take time linear in the text and memory within a bound."""

from typing import Any

import re2

_PROGRAM_BYTES = 64 << 20


def compiled(pattern: str) -> Any:
    """Return the pattern compiled, without groups."""
    options = re2.Options()
    options.max_mem = _PROGRAM_BYTES
    options.never_capture = True
    options.log_errors = False
    return re2.compile(pattern, options)
