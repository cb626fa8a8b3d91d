"""Microsoft Teams: an Adaptive Card. Pure.

Text runs are shown as they are, unlike text blocks, which read markdown. A message holds about 28 KB
(learn.microsoft.com, Limits and specifications for Teams); the card stays well below.
"""

import json
from typing import Any

from inquest.contracts.latest import Notice
from inquest.notifier.domain.formats.outline import Outline, fitted

BYTES_MAX = 24_000
Element = dict[str, Any]


def message(notice: Notice) -> Element:
    """Return the message that a workflow's webhook takes."""
    return fitted(notice, _message, lambda made: len(json.dumps(made, ensure_ascii=False).encode()), BYTES_MAX)


def _message(outline: Outline) -> Element:
    body = [_runs(_run(outline.heading, size="large", weight="bolder"))]
    if outline.facts:
        body.append(_runs(_run(outline.facts, isSubtle=True)))
    for part in outline.parts:
        if part.label:
            body.append(_runs(_run(part.label, weight="bolder"), spacing="medium"))
        body += [_runs(_run(line), spacing="small") for line in part.lines]
    body.append(_runs(_run(outline.reference, isSubtle=True, size="small"), spacing="medium"))
    card: Element = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": outline.heading,
        "msteams": {"width": "Full"},
        "body": body,
    }
    if outline.links:
        card["actions"] = [{"type": "Action.OpenUrl", "title": link.title, "url": link.url} for link in outline.links]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _run(text: str, **look: Any) -> Element:
    return {"type": "TextRun", "text": text, **look}


def _runs(*runs: Element, **look: Any) -> Element:
    return {"type": "RichTextBlock", "inlines": list(runs), **look}
