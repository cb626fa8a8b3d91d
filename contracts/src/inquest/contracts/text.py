"""Text that quotes telemetry is untrusted: it must not move a cursor, hide a line, or forge one."""

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError

_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co"}  # control (terminal escapes), format (bidi overrides), surrogate, private use
LINE_CHARS_MAX = 300
FLAWS_MAX = 10  # told of one document; more are counted


def plain(text: str, chars_max: int = LINE_CHARS_MAX) -> str:
    """Return the text on one line, without characters that cannot be printed, cut at `chars_max`."""
    kept = "".join(
        " " if char.isspace() else char
        for char in text[: 8 * chars_max]  # more cannot matter, and a body may be large
        if char.isspace() or unicodedata.category(char) not in _UNPRINTABLE
    )
    line = " ".join(kept.split())
    return line if len(line) <= chars_max else line[: chars_max - 1] + "…"


def flaws(error: "ValidationError") -> str:
    """Return what is wrong with which field, never what was sent: that may be a secret, and errors travel far."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    found.sort(key=lambda item: item["type"] == "missing")  # there are the most of these, and they say the least
    told = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}".removeprefix(": ") for item in found[:FLAWS_MAX]]
    more = [f"and {len(found) - FLAWS_MAX} more"] if len(found) > FLAWS_MAX else []
    return plain("; ".join([*told, *more]), 4 * LINE_CHARS_MAX)
