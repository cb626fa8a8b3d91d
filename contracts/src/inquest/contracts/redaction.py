"""Secrets in telemetry are replaced by `[redacted:<kind>]` before anything is stored or leaves.

Every pattern is bounded, so that the time is linear in the length of the text, and is only tried on texts that
contain one of its anchors: plain substring search is a hundred times as fast.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_CHUNK_TEXTS = 512
_FRESH = r"(?!\[redacted:)"  # what an earlier rule replaced stays
_ASSIGN = r"\\?[\"']?[ \t]{0,3}[=:][ \t]{0,3}"
_KEY_NAMES = (
    r"passwo?r?d|pwd|passphrase|secret|credential|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key"
    r"|(?<![a-z])token|(?:auth|access|refresh|session)token"
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """One shape of secret. `anchors` are in lower case; what the pattern's groups hold stays in front."""

    kind: str
    anchors: tuple[str, ...]
    pattern: re.Pattern[str]

    def apply(self, text: str) -> str:
        return self.pattern.sub(self._replacement, text)

    def _replacement(self, found: re.Match[str]) -> str:
        return f"{''.join(group or '' for group in found.groups())}[redacted:{self.kind}]"


_RULES = (
    _Rule(
        "private-key",
        ("private key-----",),
        re.compile(
            r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----(?:[^-]|-(?!----)){0,16384}"
            r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----)?"
        ),
    ),
    _Rule("aws-key", ("akia", "asia"), re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])")),
    _Rule(
        "jwt",
        ("eyj",),
        re.compile(r"(?<![\w-])eyJ[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{4,8192}\.[A-Za-z0-9_-]{0,4096}"),
    ),
    _Rule(
        "vendor-token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "xox", "sk_live_", "aiza"),
        re.compile(
            r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{22,255}"
            r"|xox[abeoprs]-[A-Za-z0-9-]{10,255}|sk_live_[A-Za-z0-9]{16,255}|AIza[\w-]{35})"
        ),
    ),
    _Rule(
        "authorization",
        ("authorization",),
        re.compile(
            rf"(authorization{_ASSIGN}\\?[\"']?(?:basic|bearer|digest|token) ){_FRESH}[^\s\"']{{1,4096}}",
            re.IGNORECASE,
        ),
    ),
    _Rule(
        "bearer-token",
        ("bearer",),
        # A short word of letters alone is prose: "bearer authentication failed".
        re.compile(
            r"(bearer[ \t]{1,5})(?:(?=[A-Za-z._~+/=-]{0,256}\d)[A-Za-z0-9._~+/=-]{8,4096}|[A-Za-z._~+/=-]{24,4096})",
            re.IGNORECASE,
        ),
    ),
    _Rule(
        "url-password",
        ("://",),
        re.compile(rf"(\b[A-Za-z][A-Za-z0-9+.-]{{1,20}}://[^\s/:@]{{0,128}}:){_FRESH}[^\s/@]{{1,256}}(?=@)"),
    ),
    _Rule(
        "password",
        ("passw", "passphrase", "pwd", "secret", "key", "credential", "token"),
        re.compile(
            rf"((?:{_KEY_NAMES}){_ASSIGN})(?:(\\?[\"']){_FRESH}[^\"'\n]{{1,1024}}|{_FRESH}(?!\\[\"'])[^\s\"'&;,}}]{{1,1024}})",
            re.IGNORECASE,
        ),
    ),
)
_ALL = tuple((rule, rule.anchors) for rule in _RULES)
_SECRET_NAME = re.compile(rf"(?:{_KEY_NAMES})$", re.IGNORECASE)


def redact(text: str) -> str:
    """Return the text with every known shape of secret replaced."""
    return _apply(text, _ALL)


def redact_all(texts: Sequence[str]) -> list[str]:
    """Redact a column of texts, chunk by chunk, each with only those rules whose anchors occur in the chunk."""
    out: list[str] = []
    for start in range(0, len(texts), _CHUNK_TEXTS):
        chunk = texts[start : start + _CHUNK_TEXTS]
        lowered = lowered_bytes(chunk)
        live = [(rule, here) for rule, anchors in _ALL if (here := [one for one in anchors if one.encode() in lowered])]
        out.extend([_apply(text, live) for text in chunk] if live else chunk)
    return out


def lowered_bytes(texts: Iterable[str]) -> bytes:
    """Return the texts as one, for a search of ASCII anchors: lowering bytes is many times as fast as lowering text."""
    return "\n".join(texts).encode(errors="replace").lower()


def redact_attributes(attributes: Mapping[str, str]) -> dict[str, str]:
    """Redact values, and wholly those whose name says that they are secret."""
    return {
        name: "[redacted:password]" if value and _SECRET_NAME.search(name) else redact(value)
        for name, value in attributes.items()
    }


def _apply(text: str, rules: Sequence[tuple[_Rule, Sequence[str]]]) -> str:
    lowered = text.lower()
    for rule, anchors in rules:
        for anchor in anchors:
            if anchor in lowered:
                text = rule.apply(text)
                break
    return text
