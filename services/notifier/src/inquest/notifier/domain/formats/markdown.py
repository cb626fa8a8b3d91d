"""Mattermost and its like: markdown in `{"text": …}`. Pure."""

import re
from typing import Any

from inquest.contracts.latest import Notice
from inquest.notifier.domain.formats.outline import ZERO_WIDTH_SPACE, Outline, fitted

CHARS_MAX = 3900  # Mattermost takes 16,383; others that take the same form, such as Rocket.Chat, about 5,000
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&!])")


def message(notice: Notice) -> dict[str, Any]:
    """Return what the webhook takes."""
    return {"text": fitted(notice, _text, len, CHARS_MAX)}


def escape(line: str) -> str:
    """Return a line that is shown as itself: no markup, and no mention.

    Mentions are found before markdown is read, so a backslash would not stop them.
    """
    return _MARKUP.sub(r"\\\1", line).replace("@", f"@{ZERO_WIDTH_SPACE}")


def _text(outline: Outline) -> str:
    lines = [f"**{escape(outline.heading)}**"]
    if outline.facts:
        lines.append(escape(outline.facts))
    for part in outline.parts:
        if part.label:
            lines.append(f"**{part.label}**")
        lines += [f"- {escape(line)}" for line in part.lines]
    lines += [f"- [{escape(link.title)}]({_closed(link.url)})" for link in outline.links]
    lines.append(f"_{escape(outline.reference)}_")
    return "\n".join(lines)


def _closed(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29")
