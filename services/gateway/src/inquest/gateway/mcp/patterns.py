"""Regular expressions of mappings, on RE2: linear in the text, which comes from servers that nobody trusts."""

from functools import cache
from typing import Any

import re2

_PROGRAM_BYTES_MAX = 1 << 20


@cache
def compiled(pattern: str) -> Any:
    """Return the compiled pattern. Raises ValueError for what RE2 cannot read."""
    options = re2.Options()
    options.max_mem = _PROGRAM_BYTES_MAX
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        raise ValueError(
            f"the pattern cannot be read: {reason} (RE2 syntax: no look-around, no back references)"
        ) from None


def encodable(text: str) -> str:
    """Return the text with what no encoding knows replaced: RE2 reads UTF-8 alone."""
    return text if text.isascii() else text.encode(errors="replace").decode()
