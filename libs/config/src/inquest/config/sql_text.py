"""The text of a configured query, taken apart: what is text, and what is a parameter. One statement that reads."""

import re
from dataclasses import dataclass

_TOKENS = re.compile(
    r"""(?P<string>'(?:[^']|'')*'|"(?:[^"]|"")*")"""
    r"|(?P<cast>::)"
    r"|:(?P<name>[a-z][a-z0-9_]{0,30})\b"
    r"|(?P<strange>--|/\*|;|\$|\?|\\|'|\"|@[a-z]|:)"
    r"|(?P<text>.)",
    re.DOTALL | re.IGNORECASE,
)
_READS = re.compile(r"\s*(select|with)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text, or the name of a parameter."""

    text: str = ""
    name: str = ""


def parts(sql: str) -> list[Part]:
    """Return the pieces. Raises ValueError for what is not one SELECT in plain SQL.

    Databases differ in what hides a statement: comments, dollar quotes, backslashes. None of it is taken.
    """
    if not _READS.match(sql):
        raise ValueError("a query begins with SELECT or WITH")
    found: list[Part] = []
    for token in _TOKENS.finditer(sql.strip()):
        if token["strange"]:
            raise ValueError(
                f"{token['strange']!r} at {token.start()}: one statement, no comments, parameters as :name"
            )
        found.append(Part(name=token["name"].lower()) if token["name"] else Part(text=token[0]))
    return found
