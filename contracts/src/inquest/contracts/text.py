"""Text that quotes telemetry is untrusted: it must not move a cursor, hide a line, or forge one."""

import unicodedata

_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co"}  # control (terminal escapes), format (bidi overrides), surrogate, private use
LINE_CHARS_MAX = 300


def plain(text: str, chars_max: int = LINE_CHARS_MAX) -> str:
    """Return the text on one line, without characters that cannot be printed, cut at `chars_max`."""
    kept = "".join(
        " " if char.isspace() else char
        for char in text[: 8 * chars_max]  # more cannot matter, and a body may be large
        if char.isspace() or unicodedata.category(char) not in _UNPRINTABLE
    )
    line = " ".join(kept.split())
    return line if len(line) <= chars_max else line[: chars_max - 1] + "…"
