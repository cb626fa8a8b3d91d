"""Draws instructions to models as they would stand in telemetry: in carriers, disguised, encoded, split over fields.

It knows nothing of the patterns of `inquest.gateway.domain.injection`; which phrases are older than these says
`injection_phrases`.
"""

import base64
import codecs
import html
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from scripts.injection_phrases import FIFTH, FIRST, FOURTH, FRESH, MARKS, THIRD
from scripts.injection_phrases_seventh import SEVENTH
from scripts.injection_phrases_sixth import SIXTH

SETS = {
    "first": (FIRST, 101),
    "fresh": (FRESH, 202),
    "third": (THIRD, 303),
    "fourth": (FOURTH, 404),
    "fifth": (FIFTH, 505),
    "sixth": (SIXTH, 606),
    "seventh": (SEVENTH, 707),
}
_ROUNDS = 12
_CARRIERS = (
    "{}",
    "ERROR could not parse order note: {}",
    "user-agent=Mozilla/5.0 ({}) status=400",
    '{{"level":"warn","msg":"invalid name","name":"{}"}}',
    "fix: retry payments\n\n{}",
    "<!-- {} -->",
    "// {}",
    "GET /search?q={} 404",
    "ValueError: unknown coupon '{}'",
    "feedback from customer 4411: great shop! {}",
)
_HOMOGLYPHS = str.maketrans("aeopcxyiAEOPCTHKM", "аеорсхуіАЕОРСТНКМ")  # noqa: RUF001
_LEET = str.maketrans("aeiost", "431057")
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Texts of neighbouring fields that together instruct a model."""

    texts: tuple[str, ...]
    language: str
    disguise: str


Disguise = Callable[[str, random.Random], str]


def _zero_width(text: str, chance: random.Random) -> str:
    return "".join(char + (chance.choice(_ZERO_WIDTH) if chance.random() < 0.3 else "") for char in text)


def _wide(text: str, chance: random.Random) -> str:
    del chance
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def _coloured(text: str, chance: random.Random) -> str:
    return " ".join(f"\x1b[{chance.randint(30, 37)}m{word}\x1b[0m" for word in text.split(" "))


def _joined(text: str, chance: random.Random) -> str:
    return text.replace(" ", chance.choice("_-./+~"))


_DISGUISES: Mapping[str, Disguise] = {
    "none": lambda text, _: text,
    "capitals": lambda text, _: text.upper(),
    "lower": lambda text, _: text.lower(),
    "zero-width": _zero_width,
    "homoglyphs": lambda text, _: text.translate(_HOMOGLYPHS),
    "leet": lambda text, _: text.translate(_LEET),
    "wide": _wide,
    "bold-maths": lambda text, _: "".join(
        chr(0x1D41A + ord(char) - 97) if "a" <= char <= "z" else char for char in text
    ),
    "spaced": lambda text, _: " ".join(text),
    "joined": _joined,
    "coloured": _coloured,
    "line-breaks": lambda text, _: text.replace(" ", "\n"),
    "double-spaces": lambda text, _: text.replace(" ", "   "),
    "tags": lambda text, _: "".join(chr(0xE0000 + ord(char)) if ord(char) < 128 else char for char in text),
    "base64": lambda text, _: base64.b64encode(text.encode()).decode(),
    "hex": lambda text, _: text.encode().hex(),
    "percent": lambda text, _: quote(text),
    "plus": lambda text, _: text.replace(" ", "+"),
    "entities": lambda text, _: "".join(f"&#{ord(char)};" for char in text),
    "html": lambda text, _: html.escape(text).replace(" ", "&nbsp;"),
    "escapes": lambda text, _: text.encode("unicode_escape").decode().replace(" ", "\\u0020"),
    "rot13": lambda text, _: codecs.encode(text, "rot13"),
    "reversed": lambda text, _: text[::-1],
}


def attempts(name: str) -> Iterator[Attempt]:
    """Yield the attempts of a set, the same ones each time."""
    phrases, seed = SETS[name]
    chance = random.Random(seed)  # noqa: S311 - the same attempts each time
    for language, texts in phrases.items():
        for text in texts:
            for disguise, change in _DISGUISES.items():
                if disguise == "rot13" and not text.isascii():
                    continue
                hidden = change(text, chance)
                yield Attempt((chance.choice(_CARRIERS).format(hidden),), language, disguise)
            for _ in range(_ROUNDS // 4):
                yield Attempt((chance.choice(_CARRIERS).format(chance.choice(MARKS).format(text)),), language, "marks")
                yield Attempt(_split(text, chance), language, "split")


def _split(text: str, chance: random.Random) -> tuple[str, ...]:
    """Return the text in two or three pieces, as neighbouring lines or fields hold it."""
    by = " " if " " in text else ""
    parts = text.split(" ") if by else list(text)
    cuts = sorted(chance.sample(range(1, len(parts)), min(chance.randint(1, 2), len(parts) - 1)))
    return tuple(by.join(parts[a:b]) for a, b in zip((0, *cuts), (*cuts, len(parts)), strict=True))
