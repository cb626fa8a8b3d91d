"""Jira Server and Data Center: wiki markup. Pure."""

import re

from inquest.contracts.latest import Notice
from inquest.notifier.domain.formats.adf import COMMENT_CHARS_MAX
from inquest.notifier.domain.formats.outline import Outline, fitted

# A backslash takes the meaning off: macros {…}, links and mentions [~user], images !…!, tables, emphasis.
_MARKUP = re.compile(r"([\\{}\[\]*_+^~!|-])")


def text(notice: Notice) -> str:
    """Return the comment's body."""
    return fitted(notice, _text, len, COMMENT_CHARS_MAX)


def escape(line: str) -> str:
    """Return a line that Jira shows as itself."""
    return _MARKUP.sub(r"\\\1", line)


def _text(outline: Outline) -> str:
    lines = [f"*{escape(outline.heading)}*"]
    if outline.facts:
        lines.append(escape(outline.facts))
    for part in outline.parts:
        lines += ["", f"*{part.label}*"] if part.label else [""]
        lines += [f"* {escape(line)}" for line in part.lines]
    if outline.links:
        lines += ["", *(f"[{escape(link.title)}|{link.url}]" for link in outline.links)]
    lines += ["", escape(outline.reference)]
    return "\n".join(lines)
