"""What a server's error texts mean, in the closed set."""

from collections.abc import Mapping
from typing import Any, get_args

from inquest.contracts.latest import ErrorKind
from inquest.gateway.domain.failure import ProviderError
from inquest.gateway.mcp.answers import text_of
from inquest.gateway.mcp.mapping import Mapping as McpMapping
from inquest.gateway.mcp.patterns import compiled, encodable
from inquest.gateway.mcp.words import ERROR_META

_SAID_CHARS = 300
_WAIT_S_MAX = 3600.0
_KINDS = frozenset(get_args(ErrorKind))
_GENERAL: tuple[tuple[ErrorKind, str], ...] = (
    ("limited", r"(?i)\b429\b|rate.?limit|too many requests"),
    ("auth", r"(?i)\b40[13]\b|unauthori[sz]ed|forbidden|bad credentials|permission denied|invalid_auth|not_authed"),
    ("not-found", r"(?i)\b404\b|not.found|does not exist|unknown tool"),
    ("timeout", r"(?i)timed? ?out|deadline exceeded|\b504\b"),
    ("retryable", r"(?i)\b50[0-3]\b|temporarily|connection (?:refused|reset)|fetch failed|internal.*error"),
)


def refused(result: Mapping[str, Any], mapping: McpMapping) -> ProviderError:
    """Return the error in a tool's result."""
    about = (result.get("_meta") or {}).get(ERROR_META)
    text = text_of(result)
    if isinstance(about, dict) and about.get("kind") in _KINDS:  # our own server says which it is
        wait_s = about.get("retry_after_s")
        wait_s = min(float(wait_s), _WAIT_S_MAX) if isinstance(wait_s, int | float) else 0.0
        kind: ErrorKind = about["kind"]
        return ProviderError(kind, text.removeprefix(f"{kind}: ")[:_SAID_CHARS], retry_after_s=max(wait_s, 0.0))
    return error_of(text, mapping)


def error_of(text: str, mapping: McpMapping) -> ProviderError:
    """Return the error that a text means; what nobody knows is `malformed`: asking again would not help."""
    plain = encodable(" ".join(text.split()))[:_SAID_CHARS]
    rules = [(one.kind, one.match) for one in mapping.failures]
    kind: ErrorKind = next((kind for kind, rule in (*rules, *_GENERAL) if compiled(rule).search(plain)), "malformed")
    return ProviderError(kind, f"the server says: {plain or 'nothing'}")
