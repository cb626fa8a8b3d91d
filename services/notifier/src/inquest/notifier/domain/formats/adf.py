"""Jira Cloud: the Atlassian Document Format. Pure.

A text node is shown as it is, so nothing in it can become a mention or a link; only an empty one is refused.
A comment holds 32,767 characters; Jira does not say whether marks count, so the whole document stays below.
"""

import json
from typing import Any

from inquest.contracts.latest import Notice
from inquest.notifier.domain.formats.outline import Outline, fitted

COMMENT_CHARS_MAX = 32_767
_STRONG = [{"type": "strong"}]
Node = dict[str, Any]


def document(notice: Notice) -> Node:
    """Return the comment's body."""
    return fitted(notice, _document, lambda made: len(json.dumps(made)), COMMENT_CHARS_MAX)


def _document(outline: Outline) -> Node:
    content = [_paragraph(_text(outline.heading, _STRONG))]
    if outline.facts:
        content.append(_paragraph(_text(outline.facts)))
    for part in outline.parts:
        if part.label:
            content.append(_paragraph(_text(part.label, _STRONG)))
        content.append({"type": "bulletList", "content": [_item(line) for line in part.lines]})
    links = (_text(link.title, [{"type": "link", "attrs": {"href": link.url}}]) for link in outline.links)
    content += [_paragraph(link) for link in links]
    content.append(_paragraph(_text(outline.reference, [{"type": "em"}])))
    return {"type": "doc", "version": 1, "content": content}


def _text(text: str, marks: list[Node] | None = None) -> Node:
    return {"type": "text", "text": text, "marks": marks} if marks else {"type": "text", "text": text}


def _paragraph(*inline: Node) -> Node:
    return {"type": "paragraph", "content": list(inline)}


def _item(text: str) -> Node:
    return {"type": "listItem", "content": [_paragraph(_text(text))]}
