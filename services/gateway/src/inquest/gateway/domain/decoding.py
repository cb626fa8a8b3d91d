"""What encoded parts of a text say: percent, entities, escapes, base64, hexadecimal and its like, invisible letters.

Each step is linear, no more than `_LAYERS` of them lie on each other, and of one part `_DECODED_CHARS_MAX` are read.
"""

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import unquote

import re2

from inquest.contracts.fencing import neutral

_DECODED_CHARS_MAX = 4_096
_LAYERS = 2
# Invisible twins of ASCII, and letters in boxes, which no compatible form leads to.
_LETTERS = {
    **{code: code - 0xE0000 for code in range(0xE0020, 0xE007F)},
    **{first + letter: 97 + letter for first in (0x1F130, 0x1F150, 0x1F170, 0x1F1E6) for letter in range(26)},
}
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{8,}")  # each may stand for a byte
_TITLES = re.compile(r"\x1b\]([^\x07\x1b]{1,4096})")  # what a terminal would not show
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}.?%?")
_ESCAPED = re.compile(r"(?:\\u|%u)([0-9a-fA-F]{4})|\\u\{([0-9a-fA-F]{1,6})\}|\\U([0-9a-fA-F]{8})|\\x([0-9a-fA-F]{2})")
_BREAKS = re.compile(r"\\[nrt]")
_HEX_DIGIT_PAIR = r"[0-9a-fA-F]{2}"


def decoded(text: str) -> str:
    """Return the text without escapes and entities, followed by what its encoded parts say."""
    said = [_opened(text)]
    parts = said
    for _ in range(_LAYERS):
        parts = [_opened(part) for whole in parts for part in _hidden(whole)]
        said += parts
    return " ".join(said)


def _opened(text: str) -> str:
    """Return the text as the program that shows it would: nothing invisible, entities and escapes resolved."""
    titles = " ".join(_TITLES.findall(text)) if "\x1b]" in text else ""
    if not text.isascii():
        text = _SELECTORS.sub(_selected, text).translate(_LETTERS)
    text = neutral(f"{text} {titles}" if titles else text)
    for _ in range(_LAYERS):
        if "%" in text and _PERCENT.search(text):
            text = unquote(text, errors="ignore")
    if "&" in text:
        text = html.unescape(text)
    if "\\" in text or "%u" in text:
        text = _BREAKS.sub(" ", _ESCAPED.sub(_character, text))
    return text if text.isascii() else unicodedata.normalize("NFKC", text.encode(errors="replace").decode())


def _character(found: re.Match[str]) -> str:
    code = int(next(group for group in found.groups() if group), 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else " "


def _selected(found: re.Match[str]) -> str:
    codes = (ord(char) for char in found[0])
    return bytes(code - 0xFE00 if code < 0xFF00 else code - 0xE0100 + 16 for code in codes).decode(errors="ignore")


def _base64(part: str) -> bytes:
    kept = "".join(part.split()).rstrip("=").replace("-", "+").replace("_", "/")
    kept = kept[:-1] if len(kept) % 4 == 1 else kept
    return base64.b64decode(kept + "=" * (-len(kept) % 4))


def _base32(part: str) -> bytes:
    kept = part.rstrip("=")
    kept = kept[: len(kept) // 8 * 8 + {0: 0, 1: 0, 2: 2, 3: 2, 4: 4, 5: 5, 6: 5, 7: 7}[len(kept) % 8]]
    return base64.b32decode(kept + "=" * (-len(kept) % 8))


def _numbers(part: str, base: int) -> bytes:
    return bytes(code for code in (int(one, base) for one in re.findall(r"\d+", part)) if code < 256)


def _hexadecimal(part: str) -> bytes:
    digits = "".join(re.findall(_HEX_DIGIT_PAIR, part.removeprefix("0x").replace("0x", " ")))
    return bytes.fromhex(digits)


_WAYS: tuple[tuple[str, Callable[[str], bytes]], ...] = (
    (r"(?:[A-Za-z0-9+/_-]{16,}\n[ >]{0,8}){1,60}[A-Za-z0-9+/_-]{4,}={0,2}|[A-Za-z0-9+/_-]{20,}={0,2}", _base64),
    (rf"\b(?:(?:0x)?{_HEX_DIGIT_PAIR}[ :,-]{{0,2}}){{11,}}{_HEX_DIGIT_PAIR}\b", _hexadecimal),
    (r"\b[A-Z2-7]{24,}={0,6}", _base32),
    (r"\b(?:[01]{8}[ ,]?){8,}", lambda part: _numbers(" ".join(re.findall(r"[01]{8}", part)), 2)),
    (r"\b(?:\d{2,3}[ ,;]{1,2}){11,}\d{2,3}\b", lambda part: _numbers(part, 10)),
    (r"(?:\\[0-7]{3}){8,}", lambda part: _numbers(part, 8)),
    (rf"(?:={_HEX_DIGIT_PAIR}|=\n){{8,}}", _hexadecimal),
)
"""What an encoded part looks like, and how it is read."""
_ENCODED = tuple((re2.compile(looks), read) for looks, read in _WAYS)


def _hidden(text: str) -> Iterator[str]:
    """Yield what encoded parts say, where that is text."""
    for looks, read in _ENCODED:
        for part in looks.findall(text) if looks.search(text) else ():
            yield from _said(part, read)
            if "\n" in part:
                yield from (said for line in part.split() for said in _said(line, read))


def _said(part: str, read: Callable[[str], bytes]) -> Iterator[str]:
    try:
        raw = read(part[:_DECODED_CHARS_MAX])
        said = raw.decode("utf-16-le" if raw[1:8:2] == b"\0\0\0\0" else "utf-8")
    except (UnicodeDecodeError, binascii.Error, ValueError):
        return
    if said.isprintable() or " " in said:
        yield said
