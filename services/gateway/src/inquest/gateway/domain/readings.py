"""The ways in which a text may be read: decoded, without disguise, and in letters that look like others.

All of it is for finding what tries to instruct a model. What is stored and shown is the text itself.
"""

import base64
import codecs
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from inquest.contracts.fencing import neutral

_DECODED_CHARS_MAX = 4_096
_TAGS = {code: code - 0xE0000 for code in range(0xE0020, 0xE007F)}  # invisible twins of ASCII
_MARKS = re.compile(r"(?<=[a-z])[\u0300-\u036f]+|[\u064b-\u0652]+")
_BETWEEN = re.compile(r"[\W_]+")
_KEPT_MARKS = re.compile(r"[\u0900-\u0903\u093a-\u094f]")  # vowel signs of Devanagari are no letters to `\W`
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}.?%?")
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|x([0-9a-fA-F]{2}))")
_BREAKS = re.compile(r"\\[nrt]")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{20,}={0,2}")
_HEX = re.compile(r"\b(?:[0-9a-fA-F]{2}){12,}\b")
_SPACED = re.compile(r"(?:\S ){7,}\S")
_ALIKE = str.maketrans(
    "авсенікјморѕтухуԁԛԝαβεηικνορτυχłøđıß",
    "abcehikjmopstyxydqwabenikvoptuxlodis",
)
_LEET = str.maketrans("4310570@$", "aeiostoas")
_LATIN_ODD = str.maketrans("łøđı", "lodi")


def readings(text: str) -> Iterator[str]:
    """Yield the text in each way that it may be read, folded: lower case, one space between words and at both ends."""
    plain = decoded(text)
    words = folded(plain)
    yield words
    if not words.isascii():
        yield words.translate(_ALIKE)
    if _SPACED.search(plain):
        yield folded(plain.replace("   ", "\n").replace(" ", ""))
    yield folded(plain.translate(_LEET))
    yield codecs.encode(words, "rot13")
    yield words[::-1]


def decoded(text: str) -> str:
    """Return the text without escapes and entities, followed by what its encoded parts say."""
    text = neutral(text.translate(_TAGS)) if not text.isascii() else neutral(text)
    if "%" in text and _PERCENT.search(text):
        text = unquote(text, errors="ignore")
    if "&" in text:
        text = html.unescape(text)
    if "\\" in text:
        text = _BREAKS.sub(" ", _ESCAPED.sub(_character, text))
    return " ".join([text, *_hidden(text)])


def folded(text: str) -> str:
    """Return the words alone: compatible forms made one, lower case, no accents on Latin letters, no punctuation."""
    if text.isascii():
        return f" {_BETWEEN.sub(' ', text.lower()).strip()} "
    text = unicodedata.normalize("NFKC", text).casefold().translate(_LATIN_ODD)
    text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))
    kept = _BETWEEN.sub(lambda found: found[0] if _KEPT_MARKS.match(found[0]) and len(found[0]) == 1 else " ", text)
    return f" {' '.join(kept.split())} "


def _character(found: re.Match[str]) -> str:
    code = int(next(group for group in found.groups() if group), 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else " "


def _hidden(text: str) -> Iterator[str]:
    """Yield what base64 and hexadecimal parts say, where that is text."""
    for found in _BASE64.finditer(text):
        token = found[0].rstrip("=")[:_DECODED_CHARS_MAX].replace("-", "+").replace("_", "/")
        token = token[:-1] if len(token) % 4 == 1 else token
        yield from _said(base64.b64decode(token + "=" * (-len(token) % 4)))
    for found in _HEX.finditer(text):
        yield from _said(bytes.fromhex(found[0][:_DECODED_CHARS_MAX]))


def _said(raw: bytes) -> Iterator[str]:
    try:
        said = raw.decode()
    except UnicodeDecodeError:
        return
    if " " in said or not said.isascii():
        yield said
