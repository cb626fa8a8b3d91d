"""Slack: Block Kit. Pure.

Limits: 50 blocks, 3,000 characters of text in a section and 150 in a header (docs.slack.dev, reference/block-kit).
`&`, `<` and `>` are Slack's only control characters; as entities they can start no mention and no link.
"""

import json
from typing import Any

from inquest.contracts.latest import Notice
from inquest.notifier.domain.formats.outline import Outline, fitted

HEADER_CHARS_MAX = 150
SECTION_CHARS_MAX = 3000
JSON_CHARS_MAX = 12_000  # of one message; Slack cuts what is much longer
METADATA_EVENT = "inquest_notice"
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "'"}  # a code fence could swallow what follows it
# Whether Slack reads entities in plain text is not documented: there, what looks alike takes their place.
_LOOKALIKES = {ord("<"): "\u2039", ord(">"): "\u203a", ord("&"): "+"}


def message(notice: Notice) -> dict[str, Any]:
    """Return the message: blocks, the text of the notification, and metadata by which it is found again."""
    made = fitted(notice, _blocks, lambda blocks: len(json.dumps(blocks)), JSON_CHARS_MAX)
    return {**made, **_always(notice)}


def reply(notice: Notice) -> dict[str, Any]:
    """Return the answer in the thread of a message that is updated: what is new, in short."""
    made = fitted(notice, _news, lambda text: len(text["text"]), SECTION_CHARS_MAX)
    return {**made, **_always(notice)}


def webhook(notice: Notice) -> dict[str, Any]:
    """Return the message for an incoming webhook, which takes no metadata."""
    made = message(notice)
    del made["metadata"]
    return made


def escape(text: str, chars_max: int = SECTION_CHARS_MAX) -> str:
    """Return text that Slack shows as itself, at most so long; an entity is never cut in two."""
    kept: list[str] = []
    length = 0
    for char in text:
        safe = _ENTITIES.get(char, char)
        length += len(safe)
        if length > chars_max:
            return "".join(kept[:-1]) + "…"
        kept.append(safe)
    return "".join(kept)


def _always(notice: Notice) -> dict[str, Any]:
    return {
        "metadata": {"event_type": METADATA_EVENT, "event_payload": {"notice_id": notice.notice_id}},
        "unfurl_links": False,
        "unfurl_media": False,
        "link_names": False,
        "parse": "none",
    }


def _blocks(outline: Outline) -> dict[str, Any]:
    heading = outline.heading.translate(_LOOKALIKES)[:HEADER_CHARS_MAX]
    header = {"type": "plain_text", "text": heading, "emoji": False}
    blocks: list[dict[str, Any]] = [{"type": "header", "text": header}]
    if outline.facts:
        blocks.append(_small(escape(outline.facts)))
    for part in outline.parts:
        lines = "\n".join(escape(line) for line in part.lines)
        text = f"*{part.label}*\n{lines}" if part.label else lines
        blocks.append({"type": "section", "text": _markup(_whole_lines(text))})
    if outline.links:
        blocks.append(_small(" · ".join(f"<{escape(link.url)}|{escape(link.title)}>" for link in outline.links)))
    blocks.append(_small(escape(outline.reference)))
    return {"text": escape(outline.heading), "blocks": blocks}


def _news(outline: Outline) -> dict[str, Any]:
    wanted = [part for part in outline.parts if part.label in {"Changed", "Why", "Next step"}]
    lines = [f"*{escape(outline.heading)}*"]
    lines += [f"{part.label}: {escape('; '.join(part.lines))}" for part in wanted]
    return {"text": "\n".join(lines)}


def _whole_lines(text: str) -> str:
    """Return as many whole lines as a section takes."""
    while len(text) > SECTION_CHARS_MAX:
        text = text.rpartition("\n")[0] or text[:SECTION_CHARS_MAX]
    return text


def _markup(text: str) -> dict[str, Any]:
    # verbatim: Slack links nothing by itself, neither addresses nor names that telemetry might hold.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _small(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [_markup(text)]}
