"""How bad it is, from the words that senders have for it."""

import re

from inquest.contracts.v1.signal import Severity

_NUMBERED = re.compile(r"\b(?:P|SEV|S|PRIORITY|SEVERITY)[ _-]?([0-5])\b", re.IGNORECASE)
_BY_NUMBER: tuple[Severity, ...] = ("critical", "critical", "high", "medium", "low", "info")  # 0 is worse than 1
_WORDS: dict[Severity, str] = {
    "critical": "critical crit emergency fatal page blocker highest disaster urgent",
    "high": "high error major severe",
    "medium": "medium warning warn moderate average normal",
    "low": "low minor lowest trivial",
    "info": "info informational information ok debug notice",
}
_BY_WORD = {word: severity for severity, words in _WORDS.items() for word in words.split()}


def severity_of(text: str) -> Severity | None:
    """Return the severity that a priority, severity or level stands for ("P1", "SEV-2", "1 - Critical"), or None."""
    if numbered := _NUMBERED.search(text):
        return _BY_NUMBER[int(numbered[1])]
    words = re.findall(r"[a-z]+", text[:200].casefold())
    return next((_BY_WORD[word] for word in words if word in _BY_WORD), None)
