"""Text in telemetry that tries to instruct a model. It stays data, and is reported."""

import re
from collections.abc import Iterable
from itertools import islice

from inquest.contracts.redaction import lowered_bytes

PREFIX = "injection-attempt: "
REPORTED_MAX = 20
_QUOTED_CHARS = 160
_CHUNK_ROWS = 512
_ANCHORS = (
    "instruction",
    "prompt",
    "directive",
    "guideline",
    "rules",
    "<|",
    "inst]",
    "<<sys>>",
    "you are now",
    "tell ",
)
_WORDS = r"(?:[^\w.\n]{1,3}\w{1,16}){0,4}"
_PATTERN = re.compile(
    # No word boundary in front: a terminal colour code may stand there.
    rf"(?:ignore|disregard|forget|override|bypass){_WORDS}[^\w.\n]{{1,3}}"
    rf"(?:previous|prior|above|earlier|preceding|all|your){_WORDS}[^\w.\n]{{1,3}}"
    r"(?:instructions?|prompts?|rules|directives?|guidelines?)\b"
    r"|<\|(?:im_start|im_end|system|user|assistant|endoftext)\|>"
    r"|\[/?inst\]|<<sys>>"
    r"|\byou are now (?:an?|in|the|dan|free|no longer)\b"
    r"|\b(?:new|updated|real) (?:system )?instructions?[ \t]{0,3}:"
    r"|\b(?:reveal|print|show|repeat|output)\b[^.\n]{0,30}\b(?:system|hidden|initial) prompt\b"
    r"|\b(?:do not|don't|never) tell\b[^.\n]{0,30}\b(?:users?|operators?|humans?|engineers?|on-call)\b",
    re.IGNORECASE,
)


def find_injections(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Return a problem line for each (where, text) that looks like an instruction, `REPORTED_MAX` and a count at most.

    Lines read `injection-attempt: <where>: "<what it says>"`; the quotation is one line, and cut.
    """
    found: list[str] = []
    more = 0
    pending = iter(rows)
    while chunk := list(islice(pending, _CHUNK_ROWS)):
        lowered = lowered_bytes([text for _, text in chunk])
        live = [anchor for anchor in _ANCHORS if anchor.encode() in lowered]
        for where, text in chunk if live else ():
            match = _PATTERN.search(text) if any(anchor in text.lower() for anchor in live) else None
            if match and len(found) < REPORTED_MAX:
                found.append(f'{PREFIX}{where}: "{_quotation(text, match.start())}"')
            elif match:
                more += 1
    return [*found, f"{PREFIX}{more} more texts"] if more else found


def _quotation(text: str, start: int) -> str:
    part = text[max(0, start - 20) : start + _QUOTED_CHARS]
    return " ".join("".join(char if char.isprintable() else " " for char in part).split())
