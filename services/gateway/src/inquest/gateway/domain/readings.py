"""The ways in which a text may be read: decoded, without disguise, and in letters that look like others.

All of it is for finding what tries to instruct a model. What is stored and shown is the text itself.
"""

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import re2

_MARKS = re.compile(r"(?<=[a-z])[\u0300-\u036f]+|[\u064b-\u0652]+")
_BETWEEN = re.compile(r"[\W_]+")
# Vowel signs of Devanagari are no letters to `\W`.
_BETWEEN_ANY = re.compile(r"(?:[^\w\u0900-\u0903\u093a-\u094f]|_)+")
_SINGLES = re2.compile(r"(?:[^\W_][\W_]{1,4}){7,}[^\W_](?:\b|_)")
_SEPARATOR = re.compile(r"[\W_]+")
_TAG = re2.compile(r"<[a-zA-Z/!][^>\n]{0,80}>")
_BREAKING_TAG = re2.compile(r"(?i)</?(?:br|p|div|li|td|tr|hr|h\d|ul|ol|table)\b[^>\n]{0,80}>")
_CUT_WORD = re2.compile(r"[^\W\d_]-\n[^\W\d_]")
_HUMPS = re2.compile(r"\b[A-Za-z][a-z]+(?:[A-Z][a-z]*){2,}\b")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
# What looks like a Latin letter: Cyrillic, Greek, Latin oddities, small capitals, Armenian, Cherokee.
_ALIKE = str.maketrans(
    "авсенікјморѕтухуԁԛԝαβεηικνορτυχłøđıßᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢօսհցոᎪᎬᎥᎻᎢᏚᏢᎡᎷᏟ",
    "abcehikjmopstyxydqwabenikvoptuxlodisabcdefghijklmnoprstuvwyzouhgnaeihtsprmc",
)
_LEET = str.maketrans("4310570@$!", "aeiostoasi")
_LATIN_ODD = str.maketrans("łøđı", "lodi")


def readings(plain: str) -> Iterator[str]:
    """Yield decoded text in each way to read it, folded: lower case, one space between words and at both ends."""
    as_meant = straight(plain)
    words = next(as_meant)
    yield words
    yield from as_meant
    yield folded(plain.translate(_LEET))
    yield codecs.encode(words, "rot13")
    yield words[::-1]


def straight(plain: str) -> Iterator[str]:
    """Yield the text as a person would read it: as it stands, put together again, in the letters it looks like."""
    for piece in pieces(plain):
        yield from lettered(piece)


def lettered(piece: str) -> Iterator[str]:
    """Yield the text folded, and in the letters it looks like."""
    words = folded(piece)
    yield words
    if not words.isascii():
        yield words.translate(_ALIKE)


@lru_cache(maxsize=2)  # several look at the same text, one after the other
def pieces(plain: str) -> tuple[str, ...]:
    """Return the text, and what of it was spelt out, cut at line ends or by tags, or run together, as it would be."""
    return plain, *_undisguised(plain)


def folded(text: str) -> str:
    """Return the words alone: compatible forms made one, lower case, no accents on Latin letters, no punctuation."""
    if text.isascii():
        return f" {_BETWEEN.sub(' ', text.lower()).strip()} "
    text = unicodedata.normalize("NFKC", text).casefold().translate(_LATIN_ODD)
    text = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", text)))
    return f" {_BETWEEN_ANY.sub(' ', text).strip()} "


def _undisguised(plain: str) -> Iterator[str]:
    """Yield what is there when letters are put together again: spelt out, cut at line ends or by tags, run together."""
    if _SINGLES.search(plain):
        yield "\n".join(_joined(found) for found in _SINGLES.findall(plain))
    if _CUT_WORD.search(plain):
        yield plain.replace("-\n", "")
    if "<" in plain and _TAG.search(plain):
        lines = "\n".join(line for line in plain.split("\n") if "<" in line)
        yield _TAG.sub("", _BREAKING_TAG.sub(" ", lines))
    if humps := _HUMPS.findall(plain):
        yield "\n".join(_HUMP.sub(" ", token) for token in humps)


def _joined(letters: str) -> str:
    """Return the words of letters that stand apart: the commonest separator is in words, any other between them."""
    found = _SEPARATOR.findall(letters)
    if not found:  # letters of two scripts, which RE2 takes for separators of each other
        return letters
    within = Counter(found).most_common(1)[0][0]
    return _SEPARATOR.sub(lambda between: "" if between[0] == within else " ", letters)
