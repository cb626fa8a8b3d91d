"""How numbers and times are written in statements, in one place, so that they can be checked."""

import math
import re

_COMMIT = re.compile(r"[0-9a-f]{13,64}")
_REF_CHARS_MAX = 80


def number(value: float) -> str:
    """Three significant digits, no exponent below a million, no trailing zeros."""
    if not math.isfinite(value):
        return "unknown"
    if value == 0:
        return "0"
    if abs(value) >= 1e6 or abs(value) < 1e-4:
        return f"{value:.2e}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def clock(epoch_s: float) -> str:
    """UTC time of day, without a clock or a time zone table."""
    second = int(epoch_s) % 86_400
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def ref_name(ref: str) -> str:
    """A change by its name: of a commit's hash the beginning, which tools know it by; the name of a flag is whole."""
    return ref[:12] if _COMMIT.fullmatch(ref) else ref[:_REF_CHARS_MAX]


def shortened(sentence: str, chars_max: int = 320) -> str:
    """A sentence to be quoted inside another one: no final stop, cut at a word."""
    text = sentence.rstrip(".")
    return text if len(text) <= chars_max else text[:chars_max].rsplit(" ", 1)[0] + " …"
